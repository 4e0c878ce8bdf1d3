import { contracts } from '../../contracts/index.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import { offered } from '../../shared/kernel/decide.ts';
import { isLive } from '../../shared/kernel/live.ts';
import type { Contract, Person, Ref, Stored } from '../../shared/kernel/process.ts';
import { folderSource } from '../../verifier/folder.js';
import { always, carriedOn, found } from './audit.ts';
import { disclosed, ledger, money, settlements } from './books.ts';
import { visit } from '../support/ledger.ts';
import { creations, inputFor, inspectedFile, loadedFile, type Recent } from './moves.ts';
import { randomFrom, seedOfRun, type Part, type Report } from './report.ts';
import { openWorld, type World } from './world.ts';

const worlds = 4;
const turns = 2_000;
const most = 6;
const hour = 3_600_000;
const worker = { type: 'system', id: 'worker' } as const;
// What ends or halts something is done now and then only, or nothing would ever come to a trade; above a trade, more seldom and late.
const ends =
  /^(?:withdraw|return|reject|revoke|terminate|end|decline|suspend|retire|delist|cancel|recuse|dissolvePanel|drop|seal|rectify|edit|change)/;
const trading = new Set(['order', 'contract', 'entitlement', 'listing']);
const endsNow = (kind: string, action: string, { random, age }: World): boolean =>
  !ends.test(action) || `${kind}.${action}` === 'sheet.seal' || random() < (trading.has(kind) ? 0.02 : 0.015 * age() ** 3);

type Tally = { readonly done: Map<string, number>; readonly refused: Map<string, number>; readonly problems: string[] };
const count = (into: Map<string, number>, name: string): void => void into.set(name, (into.get(name) ?? 0) + 1);
const isBusy = (error: unknown): boolean => error instanceof Error && error.name === 'Busy';

/** Does something; a refusal is an answer, anything else a problem. @returns the code of the refusal, or `done` */
const attempt = async (tally: Tally, name: string, act: () => Promise<unknown>): Promise<string> => {
  try {
    await act();
    count(tally.done, name);
    return 'done';
  } catch (error) {
    if (error instanceof RefusalError) {
      count(tally.refused, error.refused.code);
      return error.refused.code;
    }
    if (!isBusy(error)) tally.problems.push(`${name}: ${String(error)}`);
    return 'failed';
  }
};
const key = ({ random }: World): string => `key-${Math.floor(random() * 2 ** 45)}`;

const recentOf =
  ({ ids, load, random, pick }: World): Recent =>
  async (kind, status) => {
    const all = await Promise.all(
      ids(kind)
        .slice(-12)
        .map((id) => load(kind, id)),
    );
    const fitting = all.filter((r) => r?.status === status);
    return random() < 0.9 ? pick(fitting) : pick(all);
  };

const creates = async (world: World, tally: Tally): Promise<void> => {
  const { ports, people, pick, random } = world;
  const creation = pick(creations);
  if (!creation) return;
  const { kind, role, most: enough } = creation;
  if (world.ids(kind).length >= enough) return;
  const input = await creation.input(world, recentOf(world));
  const mine = people.filter((p) => p.roles.includes(role));
  // Mostly whoever the example names: the operator of the scenario, the buyer of the entitlement.
  const actor = pick(random() < 0.95 ? mine : people);
  if (input && actor)
    await attempt(tally, `${kind}.create`, () => ports.door.act({ kind, action: 'create', input, actor, key: key(world) }));
};

/** Somebody takes an action on a record: mostly one who may and what they may, as they have read it; now and then anybody anything. */
const acts = async (world: World, tally: Tally): Promise<void> => {
  const { ports, people, pick, random, ids, load } = world;
  const kind = pick(kinds.filter((k) => ids(k).length > 0));
  const record = kind === undefined ? undefined : await load(kind, pick(ids(kind).slice(-40)) ?? '');
  const process = record && ports.processes.get(record.kind);
  if (!record || !process) return;
  const astray = random() < 0.1;
  const able = people
    .map((actor) => ({ actor, may: astray ? Object.keys(process.actions) : offered(process, record, actor) }))
    .filter(({ may }) => may.length > 0);
  const chosen = pick(able);
  const action = pick((chosen?.may ?? []).filter((name) => endsNow(record.kind, name, world)));
  const input = action === undefined ? undefined : inputFor(world, record, action);
  if (!chosen || action === undefined || !input) return;
  const request = { kind: record.kind, id: record.id, action, input, actor: chosen.actor, key: key(world), ifMatch: record.version };
  const twice = random() < 0.1 ? [request, request] : [request];
  await Promise.all(twice.map((one) => attempt(tally, `${record.kind}.${action}`, () => ports.door.act(one))));
};
const kinds = [
  'resource',
  'agreement',
  'grant',
  'scenario',
  'assessment',
  'sheet',
  'dataset',
  'product',
  'listing',
  'order',
  'contract',
  'entitlement',
  'order',
  'contract',
];

/** The worker does a job: through the door, as the sandbox would, and withholds what the chain no longer bears. */
const works = async ({ ports: { door }, jobs, load }: World, tally: Tally, id: string): Promise<void> => {
  jobs.delete(id);
  const job = await load('job', id);
  if (job?.status !== 'queued') return;
  const { task, subject, round } = job.data as unknown as { task: 'inspect' | 'load' | 'query'; subject: Ref; round: number };
  const act = (ref: Ref, action: string, input: object) =>
    attempt(tally, `${ref.kind}.${action}`, () =>
      door.act({ ...ref, action, input, actor: worker, key: `${id}/${String((job.data as { attempt?: number }).attempt)}/${action}` }),
    );
  await act(job, 'start', {});
  const result = { object: 'results/none.json', digest: loadedFile.digest, rows: 1 };
  const does = {
    inspect: () => act(subject, 'inspect', { attempt: round, inspection: inspectedFile }),
    load: () => act(subject, 'load', { attempt: round, ...loadedFile }),
    query: () => act(subject, 'release', { result, ruleVersion: 1 }),
  };
  const came = await does[task]();
  if (came === 'authority_broken' && task === 'load') await act(subject, 'refuse', { attempt: round, fault: { code: 'content_missing' } });
  else if (came === 'authority_broken') await act(subject, 'withhold', { link: { kind: 'grant', id: 'somewhere' } });
  await act(job, 'finish', { outcome: came });
};

/** The first link that is not live, found by walking upward anew and not by the door. */
const brokenAbove = async (load: World['load'], ref: Ref, at: string): Promise<Ref | undefined> => {
  const record: Stored | undefined = await load(ref.kind, ref.id);
  const { live } = (contracts as Readonly<Record<string, Contract>>)[ref.kind] as Contract;
  if (!record || !isLive(live, record, at)) return ref;
  for (const anchor of record.anchors) {
    const broken = await brokenAbove(load, anchor, at);
    if (broken) return broken;
  }
  return undefined;
};
/** A question is admitted if and only if everything it rests on is live and its quota is not used up. */
const asks = async (world: World, tally: Tally): Promise<void> => {
  const { ports, ids, load, pick, people } = world;
  const entitlement = await load('entitlement', pick(ids('entitlement').slice(-12)) ?? '');
  const buyer: Person | undefined = people.find((p) => p.org === entitlement?.owner && p.roles.includes('buyer.agent'));
  if (!entitlement || !buyer) return;
  const broken = await brokenAbove(load, entitlement, ports.now().toISOString());
  const left = await ports.records.left(`queries#${entitlement.id}`);
  const input = { entitlement: entitlement.id, sql: 'SELECT count(*) AS n FROM data' };
  const came = await attempt(tally, 'query.create', () =>
    ports.door.act({ kind: 'query', action: 'create', input, actor: buyer, key: key(world) }),
  );
  const expected = broken ? 'authority_broken' : left === 0 ? 'quota_exhausted' : 'done';
  if (came !== expected)
    tally.problems.push(`a question was ${came} where ${broken ? `${broken.kind} ${broken.id} is broken` : `${left} are left`}`);
};

const settle = async (world: World, tally: Tally): Promise<void> => {
  const work = () => Promise.all([...world.jobs].map((id) => works(world, tally, id)));
  do {
    await world.deliver(1);
    await work();
  } while (world.jobs.size > 0);
  await world.deliver(1);
};

const schedule = async (report: Report, seed: number): Promise<void> => {
  let turn = 0;
  const world = await openWorld(randomFrom(seed), () => turn / turns);
  const { random, ports, jobs, pick } = world;
  const tally: Tally = { done: new Map(), refused: new Map(), problems: [] };
  try {
    for (; turn < turns; turn += 1) {
      await Promise.all(
        Array.from({ length: 1 + Math.floor(random() * most) }, () => (random() < 0.2 ? creates(world, tally) : acts(world, tally))),
      );
      await world.deliver(random());
      const job = pick([...jobs]);
      if (job !== undefined && random() < 0.4) await works(world, tally, job);
      if (random() < 0.3) await asks(world, tally);
      world.pass(random() < 0.02 ? 30 * hour : 60_000);
      if (random() < 0.1) await ports.clock.tick();
    }
    await settle(world, tally);
    const all = found(await world.items());
    const visited = await visit(await folderSource(world.log));
    const sum = (map: Map<string, number>): number => [...map.values()].reduce((a, b) => a + b, 0);
    const reached = [
      'order.confirmPayment',
      'order.accept',
      'order.refund',
      'query.create',
      'query.release',
      'query.withhold',
      'grant.revoke',
    ];
    report.tell(`seed ${seed}: ${reached.map((name) => `${name} ${tally.done.get(name) ?? 0}`).join(', ')}`);
    report.check(
      `seed ${seed}: ${sum(tally.done)} actions taken and ${sum(tally.refused)} refused for ${tally.refused.size} reasons, on ${all.records.size} records`,
      [
        ...tally.problems,
        ...always(all),
        ...carriedOn(all),
        ...ledger(all, visited),
        ...disclosed(all, visited),
        ...money(all),
        ...settlements(all),
      ],
    );
  } finally {
    await world.close();
  }
};

/** Many people act at once and at random on one exchange, and its laws hold. */
export const schedules: Part = {
  name: 'schedules',
  run: async (report) => {
    for (let n = 0; n < worlds; n += 1) await schedule(report, seedOfRun + n);
  },
};
