import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Host } from '../../infra/local/host.ts';
import { until, type View } from '../../infra/local/journey/client.ts';
import { assemble, assess, authorise, catalogue, examine, type Cast } from '../../infra/local/journey/journey.ts';
import { openDaemon } from '../support/clamd.ts';
import { openHeldWorks } from '../support/held-works.ts';
import { freshFolder, openTestHost } from '../support/host.ts';
import { openSlowPuts } from '../support/slow-puts.ts';
import { becomes, historyOf, material, quiet, tries } from '../support/trading.ts';

type Place = { readonly url: string; readonly partBytes: number; readonly bytes: number; readonly parts: readonly number[] };
type Inspected = {
  readonly digest: string;
  readonly bytes: number;
  readonly rows: number;
  readonly malwareScan: string;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly alternatives: readonly string[] }[];
  readonly findings: readonly object[];
};

const signature = 'Eicar-Test-Signature';
const held = openHeldWorks();
const slow = openSlowPuts('sandbox/');
const { folder, remove } = freshFolder();
let daemon: Awaited<ReturnType<typeof openDaemon>>;
let host: Host;
let cast: Cast;
let scenario: View;
let dataset: View;

const header = 'vehicle_id,from_district,to_district,distance_m,fare_fen';
const row = (n: number): string => `v${n},海陵区,姜堰区,${1000 + n},${500 + n}`;
const csv = (rows: number, more = ''): string => `${header}\n${Array.from({ length: rows }, (_, n) => row(n)).join('\n')}\n${more}`;
const digestOf = (content: string): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

const placeOf = (part = 1) => cast.steward.get<Place>(`/v1/datasets/${dataset.id}/upload?part=${part}`);
const put = async (content: string, part = 1): Promise<number> =>
  (await fetch((await placeOf(part)).url, { method: 'PUT', body: content })).status;
const deposit = (over: object = {}) => cast.steward.act(dataset, 'datasets', 'deposit', { fileName: 'trips.csv', ...over });
const becomesOf = (...statuses: readonly string[]) => becomes(cast.agent, 'datasets', dataset.id, ...statuses);
const faultOf = async () => ((await becomesOf('refused', 'inspected')).data['fault'] as { readonly code: string } | undefined)?.code;
const inspectionOf = async () => (await becomesOf('inspected', 'refused')).data['inspection'] as Inspected;
const jobOf = (task: string, attempt = 1) => `${task}:${dataset.id}:${attempt}`;
const objectsOf = async () =>
  Promise.all(['quarantine', 'sandbox'].map(async (folder) => (await host.ports.blobs.list(`${folder}/${dataset.id}/`)).length));

/** What lies where objects are written before they have their place, and where files are worked on. */
const unfinished = (): readonly string[] => ['objects/.incoming', 'workspace'].flatMap((place) => readdirSync(join(folder, place)));
const leavesNothing = () => until('nothing is left', async () => (unfinished().length === 0 ? true : undefined), 10);
/** Begins to put a part of so many bytes, and sends some of them. */
const begin = async (content: string, sent: number, part = 1) => {
  const { url } = await placeOf(part);
  const upload = request(url, { method: 'PUT', headers: { 'content-length': Buffer.byteLength(content) } });
  const answered = once(upload, 'response') as Promise<[IncomingMessage]>;
  answered.catch(() => undefined); // it may be broken off
  upload.write(content.slice(0, sent));
  await until('it has begun', async () => (unfinished().length > 0 ? true : undefined));
  return {
    breakOff: () => upload.destroy(),
    finish: async (): Promise<number | undefined> => {
      upload.end(content.slice(sent));
      const [response] = await answered;
      response.resume();
      return response.statusCode;
    },
  };
};

beforeAll(async () => {
  daemon = await openDaemon(signature);
  host = await openTestHost({ HARBOUR_FOLDER: folder, HARBOUR_CLAMD: daemon.address }, { works: held.works, stores: slow.stores });
  cast = await assemble(host.origin);
  const resource = await catalogue(cast, material, quiet);
  scenario = await assess(cast, material, await authorise(cast, material, resource, quiet), quiet);
}, 60_000);
afterAll(async () => {
  await host.close();
  remove();
  daemon.close();
});
beforeEach(async () => {
  const [resource] = scenario.data['resources'] as readonly string[];
  dataset = await cast.agent.create('datasets', { scenario: scenario.id, resource, layout: ['vehicle_id'] });
});

describe('a file in parts', () => {
  const content = csv(300);
  const third = Math.ceil(content.length / 3);
  const part = (n: number): string => content.slice((n - 1) * third, n * third);

  it('is put in any order, goes on after a break with the parts that lie there, and is loaded as one', async () => {
    for (const n of [3, 1]) expect(await put(part(n), n)).toBe(200);
    expect((await placeOf()).parts).toEqual([1, 3]);
    expect(await put('another', 1)).toBe(409);
    expect(await put(part(2), 2)).toBe(200);
    await deposit({ parts: 3, bytes: Buffer.byteLength(content), digest: digestOf(content) });
    expect(await inspectionOf()).toMatchObject({
      rows: 300,
      bytes: Buffer.byteLength(content),
      digest: digestOf(content),
      malwareScan: 'CLEAN',
    });
    const loaded = await examine(cast, dataset);
    expect([loaded.status, loaded.data['rows'], loaded.data['malwareScan']]).toEqual(['loaded', 300, 'CLEAN']);
    await host.idle();
    expect(await objectsOf()).toEqual([0, 1]);
  });

  it('of which one is missing is missed, and the next attempt has places of its own', async () => {
    await put(part(1), 1);
    await put(part(3), 3);
    await deposit({ parts: 3 });
    expect(await faultOf()).toBe('content_missing');
    await host.idle();
    expect((await placeOf()).parts).toEqual([]);
    expect(await objectsOf()).toEqual([0, 0]);
  });

  it('that was given up is discarded, by its steward only, and another file is put in its place', async () => {
    await put('not this one', 1);
    const discard = (session: typeof cast.steward) =>
      session.send<{ code?: string }>('POST', `/v1/datasets/${dataset.id}/upload/discard`, {});
    for (const person of [cast.agent, cast.cdo, cast.case]) expect((await discard(person)).body.code).toBe('not_permitted');
    expect((await discard(cast.steward)).status).toBe(200);
    expect((await placeOf()).parts).toEqual([]);
    expect(await put(content)).toBe(200);
    await deposit();
    expect((await discard(cast.steward)).body.code).toBe('wrong_state');
    expect(await inspectionOf()).toMatchObject({ rows: 300 });
  });

  it('has no place beyond the largest file', async () => {
    const { bytes, partBytes } = await placeOf();
    for (const wrong of [0, Math.ceil(bytes / partBytes) + 1, 1.5, 'x'])
      expect((await cast.steward.send('GET', `/v1/datasets/${dataset.id}/upload?part=${wrong}`)).status).toBe(422);
  });

  it('that is not of the size or checksum that its steward stated is refused', async () => {
    for (const stated of [{ bytes: content.length + 1 }, { digest: digestOf('another') }]) {
      await put(content);
      await deposit(stated);
      expect(await faultOf()).toBe('content_differs');
    }
  });
});

describe('an upload that does not finish', () => {
  const content = csv(300);

  it('because it was broken off leaves nothing, and the part is put again', async () => {
    const upload = await begin(content, 100);
    upload.breakOff();
    await leavesNothing();
    expect((await placeOf()).parts).toEqual([]);
    expect(await put(content)).toBe(200);
    await deposit();
    expect(await inspectionOf()).toMatchObject({ rows: 300, digest: digestOf(content) });
  });

  it('because it stalls is no part of a deposit', async () => {
    const stalled = await begin(content, 100);
    expect((await placeOf()).parts).toEqual([]);
    await deposit();
    expect(await faultOf()).toBe('content_missing');
    stalled.breakOff();
    await leavesNothing();
    await host.idle();
    expect(await objectsOf()).toEqual([0, 0]);
  });

  it('in time is overtaken by another, and changes nothing when it goes on', async () => {
    const stalled = await begin(csv(300).replaceAll('海陵区', '兴化市'), 100);
    expect(await put(content)).toBe(200);
    expect(await stalled.finish()).toBe(409);
    await leavesNothing();
    await deposit();
    expect(await inspectionOf()).toMatchObject({ digest: digestOf(content) });
  });

  it('before its deposit is refused lands in a place that nobody reads', async () => {
    const stalled = await begin(content, 100);
    await deposit();
    expect(await faultOf()).toBe('content_missing');
    await host.idle();
    await stalled.finish();
    expect((await placeOf()).parts).toEqual([]);
    await put(csv(200));
    await deposit();
    const loaded = await examine(cast, dataset);
    expect(loaded.data['rows']).toBe(200);
    await host.idle();
    expect(await objectsOf()).toEqual([0, 1]);
  });
});

describe('an inspection', () => {
  it('shows what was inferred, and the steward corrects a type to one that the column can be', async () => {
    await put(csv(300));
    await deposit();
    const { columns } = await inspectionOf();
    const [column] = columns.filter((c) => c.alternatives.length > 1);
    const type = column?.alternatives.find((one) => one !== column.type) ?? '';
    const types = [{ column: column?.name ?? '', type }];
    for (const wrong of [[{ column: 'vehicle_id', type: 'DATE' }], [{ column: 'no_such', type }]])
      expect((await tries(cast.steward, 'datasets', dataset.id, 'correct', { types: wrong })).body.code).toBe('column_type_impossible');
    await cast.steward.act(dataset, 'datasets', 'correct', { types });
    const loaded = await examine(cast, dataset);
    const taken = loaded.data['columns'] as readonly { readonly name: string; readonly type: string }[];
    expect(taken.find((c) => c.name === column?.name)?.type).toBe(type);
  });

  it('that finds personal information which the catalogue does not know is not passed over in silence', async () => {
    const mobiles = `${header},contact\n${Array.from({ length: 300 }, (_, n) => `${row(n)},138${String(10_000_000 + n * 7919)}`).join('\n')}\n`;
    await put(mobiles);
    await deposit();
    expect((await inspectionOf()).findings).toEqual([{ column: 'contact', personal: 'mobile', finding: 'UNDECLARED' }]);
    expect((await tries(cast.case, 'datasets', dataset.id, 'check')).body.code).toBe('findings_not_accepted');
    const accepts = '来源单位已说明，装载后按个人信息管理。';
    const checked = await cast.case.act(dataset, 'datasets', 'check', { accepts });
    expect([checked.status, checked.data['accepts']]).toEqual(['checked', accepts]);
  });

  it('that finds malware refuses the file, and tells its name to officers only', async () => {
    await put(csv(20, `${signature},a,b,1,2\n`));
    await deposit();
    const refused = await becomesOf('refused');
    expect(refused.data['fault']).toEqual({
      code: 'malware_found',
      zh: expect.stringMatching(/恶意代码/),
      en: expect.stringMatching(/malware/),
    });
    for (const person of [cast.steward, cast.agent])
      expect(
        JSON.stringify([await person.get(`/v1/datasets/${dataset.id}`), await historyOf(person, 'datasets', dataset.id)]),
      ).not.toContain(signature);
    for (const officer of [cast.case, cast.lead])
      expect((await officer.get(`/v1/datasets/${dataset.id}`)).data['fault']).toMatchObject({ signature });
    await host.idle();
    expect(await objectsOf()).toEqual([0, 0]);
  });
});

describe('a file in quarantine', () => {
  it('that is not the one that was inspected is not loaded', async () => {
    await put(csv(300));
    await deposit();
    await becomesOf('inspected');
    // Nobody who may sign in can do this: the place takes one file.
    await host.ports.blobs.put(`quarantine/${dataset.id}/1/0001`, Buffer.from(csv(299)));
    const refused = await examine(cast, dataset);
    expect([refused.status, refused.data['fault']]).toMatchObject(['refused', { code: 'content_changed' }]);
    await host.idle();
    expect(await objectsOf()).toEqual([0, 0]);
  });
});

describe('a deposit whose work is cancelled', () => {
  const cancel = (task: string) => cast.steward.act({ id: jobOf(task) }, 'jobs', 'cancel');
  const runs = (task: string) => becomes(cast.steward, 'jobs', jobOf(task), 'running');
  const toLoading = async (): Promise<void> => {
    await becomesOf('inspected');
    await cast.case.act(dataset, 'datasets', 'check');
    await cast.cdo.act(dataset, 'datasets', 'approve');
    await cast.lead.act(dataset, 'datasets', 'approve');
    await becomes(cast.steward, 'jobs', jobOf('load'), 'queued', 'running');
  };
  /** Whether a process reads rows. */
  const workedOn = (): boolean =>
    readdirSync(join(folder, 'workspace'), { recursive: true }).some((name) => /ingestion-[^/]*$/.test(String(name)));
  /** What each stage takes to be reached, and to be left again. */
  const stages: Readonly<Record<string, readonly [task: string, reach: () => Promise<unknown>, leave: () => Promise<void>]>> = {
    'while it waits to be inspected': [
      'inspect',
      async () => {
        held.hold();
        await deposit();
        await becomes(cast.steward, 'jobs', jobOf('inspect'), 'queued');
      },
      held.letGo,
    ],
    'while it is inspected': [
      'inspect',
      async () => {
        daemon.hold();
        await deposit();
        await runs('inspect');
      },
      async () => daemon.letGo(),
    ],
    'while its rows are read': [
      'inspect',
      async () => {
        await deposit();
        await until('it is read', async () => (workedOn() ? true : undefined));
      },
      async () => undefined,
    ],
    'while it waits to be loaded': [
      'load',
      async () => {
        await deposit();
        await becomesOf('inspected');
        held.hold();
        await toLoading();
      },
      held.letGo,
    ],
    'while its rows are taken in': [
      'load',
      async () => {
        await deposit();
        await becomesOf('inspected');
        await toLoading();
        await until('it is taken in', async () => (workedOn() ? true : undefined));
      },
      async () => undefined,
    ],
    'while it is loaded': [
      'load',
      async () => {
        await deposit();
        await becomesOf('inspected');
        slow.hold();
        await toLoading();
        await slow.reached();
      },
      async () => slow.letGo(),
    ],
  };

  it.each(Object.keys(stages))('%s goes back to its steward, leaves nothing in the sandbox, and can be deposited again', async (name) => {
    const [task, reach, leave] = stages[name] as (typeof stages)[string];
    await put(csv(20_000));
    await reach();
    expect((await cancel(task)).status).toBe('cancelled');
    const refused = await becomesOf('refused');
    expect(refused.data['fault']).toMatchObject({ code: 'ingestion_cancelled' });
    await leave();
    await host.idle();
    expect((await becomesOf('refused')).data['attempt']).toBe(1);
    expect(await objectsOf()).toEqual([0, 0]);
    expect(unfinished()).toEqual([]);
    await put(csv(200));
    await deposit();
    expect((await examine(cast, dataset)).data['rows']).toBe(200);
  });

  it('is cancelled by its two sides and the lead, and nobody else', async () => {
    held.hold();
    await put(csv(20));
    await deposit();
    await becomes(cast.steward, 'jobs', jobOf('inspect'), 'queued');
    for (const [person, code] of [
      [cast.case, 'not_found'],
      [cast.buyer, 'not_found'],
      [cast.cdo, 'not_permitted'],
    ] as const)
      expect(
        (await person.send<{ code: string }>('POST', `/v1/jobs/${jobOf('inspect')}/cancel`, {}, { 'idempotency-key': `cancel-${code}` }))
          .body.code,
      ).toBe(code);
    await held.letGo();
    await becomesOf('inspected', 'refused');
  });
});
