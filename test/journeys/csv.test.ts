import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Host } from '../../infra/local/host.ts';
import type { View } from '../../infra/local/journey/client.ts';
import { assemble, assess, authorise, catalogue, examine, upload, type Cast } from '../../infra/local/journey/journey.ts';
import { openTestHost } from '../support/host.ts';
import { becomes, historyOf, material, quiet, tries } from '../support/trading.ts';

type Place = { readonly url: string; readonly method: string };
type Fault = {
  readonly code: string;
  readonly line?: number;
  readonly row?: number;
  readonly column?: number;
  readonly zh: string;
  readonly en: string;
};

let host: Host;
let cast: Cast;
let dataset: View;
const secret = '机密单元格';
const header = 'vehicle_id,from_district,to_district,distance_m,fare_fen';
const row = (n: number): string => `v${n},海陵区,姜堰区,${1000 + n},${500 + n}`;
const rows = (from: number, to: number): readonly string[] => Array.from({ length: to - from }, (_, n) => row(from + n));
const csv = (...lines: readonly (string | readonly string[])[]): string => `${lines.flat().join('\n')}\n`;
/** 机密单元格 as GB 18030 writes it, which no UTF-8 reader takes. */
const gb18030 = Buffer.from('bbfac3dcb5a5d4aab8f1', 'hex');

/** Deposits what has been put in place, lets it be checked and approved, and answers what became of it. */
const pass = async (fileName = 'trips.csv'): Promise<View> => {
  await cast.steward.act(dataset, 'datasets', 'deposit', { fileName });
  return examine(cast, dataset);
};
const put = (content: string | Buffer) => upload(cast.steward, dataset, Readable.from([Buffer.from(content as string)]));
const placeOf = () => cast.steward.get<Place>(`/v1/datasets/${dataset.id}/upload`);
const putAt = async (url: string, content: string): Promise<number> => (await fetch(url, { method: 'PUT', body: content })).status;

beforeAll(async () => {
  host = await openTestHost();
  cast = await assemble(host.origin);
  const resource = await catalogue(cast, material, quiet);
  const scenario = await assess(cast, material, await authorise(cast, material, resource, quiet), quiet);
  dataset = await cast.agent.create('datasets', { scenario: scenario.id, resource: resource.id, layout: ['vehicle_id'] });
}, 60_000);
afterAll(async () => host.close());

describe('a file with a fault', () => {
  const files: Readonly<Record<string, readonly [content: string | Buffer, code: string, place: object]>> = {
    'a row with a column too many': [csv(header, rows(0, 5), `${row(5)},${secret}`, rows(6, 9)), 'csv_ragged_row', { line: 7 }],
    'a row with a column too few': [csv(header, rows(0, 3), `v3,${secret},姜堰区,1000`), 'csv_ragged_row', { line: 5 }],
    'another encoding': [Buffer.concat([Buffer.from(`${header}\nv1,`), gb18030, Buffer.from(',姜堰区,1,1\n')]), 'csv_wrong_encoding', {}],
    'ten thousand columns': [
      csv(Array.from({ length: 10_000 }, (_, n) => `c${n}`).join(','), Array.from({ length: 10_000 }, () => '1').join(',')),
      'csv_too_many_columns',
      {},
    ],
    'a formula in a cell': [csv(header, rows(0, 4), `v4,"=HYPERLINK(""${secret}"")",姜堰区,1000,500`), 'csv_formula_cell', { column: 2 }],
    'the same name twice in its header': [
      csv('vehicle_id,from_district,From_District,distance_m,fare_fen', rows(0, 4)),
      'csv_duplicate_header',
      { column: 3 },
    ],
    'an empty name in its header': [csv('vehicle_id,,to_district,distance_m,fare_fen', rows(0, 4)), 'csv_bad_header', { column: 2 }],
    'a quote that is not closed': [csv(header, rows(0, 2), `v2,"${secret},姜堰区,1000,500`), 'csv_unbalanced_quote', {}],
    'nothing in it': ['', 'csv_empty', {}],
    'a header and no rows': [csv(header), 'csv_no_rows', {}],
    'no column of the layout': [csv('a,b', '1,2'), 'layout_column_unknown', {}],
  };
  it.each(Object.keys(files))(
    '%s: is refused in both languages by its place, never by a cell, and its steward may deposit again',
    async (name) => {
      const [content, code, place] = files[name] ?? [];
      await put(content ?? '');
      const refused = await pass();
      const fault = refused.data['fault'] as Fault;
      expect([refused.status, fault.code, fault]).toEqual(['refused', code, expect.objectContaining(place ?? {})]);
      expect(fault).toMatchObject({ zh: expect.stringMatching(/\p{Script=Han}/u), en: expect.stringMatching(/^[\x20-\x7e]+$/) });
      const told = JSON.stringify([refused, await historyOf(cast.lead, 'datasets', dataset.id)]);
      expect(told).not.toContain(secret);
      expect((await cast.steward.list('datasets', 'queue')).map((line) => line.id)).toContain(dataset.id);
      expect((await cast.steward.get(`/v1/datasets/${dataset.id}`)).offered).toContain('deposit');
    },
  );

  it('that was never put in place is missed, in both languages', async () => {
    await cast.steward.act(dataset, 'datasets', 'deposit', { fileName: 'trips.csv' });
    const refused = await becomes(cast.agent, 'datasets', dataset.id, 'refused'); // before anyone could check or approve it
    expect([refused.status, refused.data['fault']]).toEqual([
      'refused',
      { code: 'content_missing', zh: expect.stringMatching(/文件/), en: expect.stringMatching(/file/) },
    ]);
  });

  it('or that an officer returns goes back with a word in both languages and the reason', async () => {
    await put(csv(header, rows(0, 9)));
    await cast.steward.act(dataset, 'datasets', 'deposit', { fileName: 'trips.csv' });
    const returned = await cast.case.act(dataset, 'datasets', 'return', { reason: '文件说明与目录不一致' });
    expect([returned.status, returned.data['fault']]).toEqual([
      'refused',
      { code: 'returned', note: '文件说明与目录不一致', zh: expect.stringMatching(/退回/), en: expect.stringMatching(/returned/) },
    ]);
  });
});

describe('a place to put a file', () => {
  it('is only for the source’s own steward, and only while a file is awaited', async () => {
    for (const person of [cast.agent, cast.cdo, cast.case])
      expect((await person.send<{ code: string }>('GET', `/v1/datasets/${dataset.id}/upload`)).body.code).toBe('not_permitted');
  });

  it('that is tampered with, has expired, or is asked with another method, takes nothing', async () => {
    const { url } = await placeOf();
    const [, text = '', code = ''] = /uploads\/([^.]+)\.(.+)$/.exec(url) ?? [];
    const forged = Buffer.from(Buffer.from(text, 'base64url').toString().replace('quarantine', 'sandboxes-')).toString('base64url');
    const at = (place: string) => `${host.origin}/uploads/${place}`;
    const tampered = [
      at(`${forged}.${code}`),
      at(`${text}.${code.slice(0, -1)}`),
      at(text),
      at(`${text}.`),
      at('.'),
      at(`${text}.${code}.${code}x`).replace(`.${code}.`, `.x${code}.`),
      at('%00.%00'),
    ];
    for (const place of tampered) expect(await putAt(place, csv(header, rows(0, 9)))).toBe(403);
    const past = await host.ports.uploads.open(`quarantine/${dataset.id}/99.csv`, -1, 1000);
    expect(await putAt(past.url, csv(header))).toBe(403);
    for (const method of ['GET', 'DELETE']) expect((await fetch(url, { method })).status).toBe(403);
    expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(403);
    expect(await host.ports.blobs.list(`quarantine/${dataset.id}/99`)).toEqual([]);
  });

  it('takes no more than its limit', async () => {
    const small = await host.ports.uploads.open(`quarantine/${dataset.id}/98.csv`, 60, 10);
    expect(await putAt(small.url, csv(header, rows(0, 9)))).toBe(413);
    expect(await host.ports.blobs.list(`quarantine/${dataset.id}/98`)).toEqual([]);
  });
});

describe('the file at last', () => {
  it('is the one that was put there first, and is loaded', async () => {
    const [{ url }, other] = [await placeOf(), await placeOf()];
    expect(await putAt(url, csv(header, rows(0, 400)))).toBe(200);
    for (const again of [url, other.url]) expect(await putAt(again, csv(header, `${row(0)},${secret}`))).toBe(409);
    const loaded = await pass();
    expect([loaded.status, loaded.data['rows'], loaded.data['malwareScan']]).toEqual(['loaded', 400, 'NOT_RUN']);
    const { body } = await cast.steward.send<{ code: string }>('GET', `/v1/datasets/${dataset.id}/upload`);
    expect(body.code).toBe('wrong_state');
    expect((await tries(cast.steward, 'datasets', dataset.id, 'deposit', { fileName: 'again.csv' })).body.code).toBe('wrong_state');
    expect(new Set((await historyOf(cast.lead, 'datasets', dataset.id)).map((line) => line.action))).toEqual(
      new Set(['create', 'deposit', 'inspect', 'check', 'approve', 'refuse', 'return', 'load']),
    );
  });

  it('cannot be changed through the old place once it has been deposited', async () => {
    const again = await cast.agent.create('datasets', {
      scenario: String(dataset.data['scenario']),
      resource: String(dataset.data['resource']),
    });
    dataset = again;
    const { url } = await placeOf();
    expect(await putAt(url, csv(header, rows(0, 300)))).toBe(200);
    await cast.steward.act(dataset, 'datasets', 'deposit', { fileName: 'trips.csv' });
    expect(await putAt(url, csv(header, rows(0, 999)))).toBe(409);
    const loaded = await examine(cast, dataset);
    expect([loaded.status, loaded.data['rows']]).toEqual(['loaded', 300]);
  });
});
