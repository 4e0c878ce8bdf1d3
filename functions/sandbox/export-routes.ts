import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { ExportRequest } from '../../contracts/export.ts';
import { Nothing } from '../../contracts/fields.ts';
import type { Query } from '../../contracts/query.ts';
import { memberAs } from '../../shared/edge/actor.ts';
import type { Call, Route } from '../../shared/edge/context.ts';
import { csvOf, csvReply } from '../../shared/edge/csv.ts';
import { parse } from '../../shared/edge/parse.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import { digest } from '../../shared/kernel/digest.ts';
import type { Person, Stored } from '../../shared/kernel/process.ts';
import { readCsv } from './csv-rows.ts';
import { reviewer } from './export-request.process.ts';
import { linkMinutes, printLink, readLink } from './export-links.ts';
import { fingerprint, fingerprintKey } from './fingerprint.ts';
import { resourceUnder } from './grounds.ts';
import { entitiesKey, exportRelease } from './objects.ts';
import { openReleases, type Release } from './releases.ts';
import { visible } from './visible.ts';

type Request = Stored<typeof ExportRequest>;
type Examined = Extract<Request['data'], { readonly output: object }>;

const tries = 5;
/** Notes on the record what a person does with the file; a race with another note is tried again. */
const note = async ({ door }: Ports, action: 'read' | 'draw' | 'download', id: string, actor: Person, key: string) => {
  for (let tried = 1; ; tried += 1) {
    try {
      return await door.act({ kind: 'exportRequest', action, id, input: {}, actor, key });
    } catch (error) {
      const lost = error instanceof RefusalError && error.refused.code === 'stale';
      if (!lost || tried === tries) throw error;
    }
  }
};
const bytesOf = async ({ blobs }: Ports, key: string): Promise<Buffer> => {
  const object = await blobs.get(key);
  if (!object) throw new RefusalError('unavailable');
  return Buffer.concat(await object.body.toArray());
};
/** The file that was reviewed, and no other. */
const fileOf = async (ports: Ports, { object, digest: reviewed }: Examined['output']): Promise<readonly string[][]> => {
  const bytes = await bytesOf(ports, object);
  if (digest(bytes) !== reviewed) throw new RefusalError('unavailable');
  return readCsv(bytes.toString());
};
const examinedOf = (record: Stored): Examined => {
  if (!('output' in record.data) || record.data['output'] === undefined)
    throw new RefusalError({ code: 'wrong_state', about: { status: record.status } });
  return record.data as unknown as Examined;
};
/** The request that a path names, for those who judge it. */
const judged = async (call: Call): Promise<Request> => {
  const record = await visible<Request>('exportRequest', call);
  if (!('person' in reviewer) || !reviewer.person(call.actor, record)) throw new RefusalError('not_permitted');
  return record;
};

const mostEarlier = 200;
type Earlier = Stored<typeof Query> | Request;
/** One earlier answer or file as reviewers read it: its text, when, what became of it, how much; neither rows nor whose it was. */
const lineOf = (record: Earlier | undefined, { status, asked }: Release) => {
  const told = { status, hidden: asked.hidden.length };
  if (!record) return told;
  const { data } = record;
  const [at, rows] = 'askedAt' in data ? [data.askedAt, 'result' in data ? data.result.rows : undefined] : [record.receivedAt, data];
  const count = typeof rows === 'object' ? ('output' in rows ? rows.output?.rows : undefined) : rows;
  const reviews = 'reviews' in data && data.reviews ? { verdicts: data.reviews.map(({ verdict }) => verdict) } : {};
  return {
    ...told,
    kind: record.kind,
    id: record.id,
    sql: data.sql,
    at,
    outcome: record.status,
    ...(count === undefined ? {} : { rows: count }),
    ...reviews,
  };
};

export const ContentQuery = z.strictObject({
  from: z.coerce.number().int().min(0).max(100_000).default(0),
  limit: z.coerce.number().int().min(1).max(1000).default(50),
});

export const exportRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/export-requests/{id}/earlier',
    operation: 'listEarlierReleases',
    summary: [
      '查看同一数据资源以往放行的查询与出域文件',
      'What was released of the same resource before: texts, times, verdicts, counts; no rows',
    ],
    open: false,
    refusals: ['unauthenticated', 'not_found', 'not_permitted'],
    answers: async (call) => {
      const record = await judged(call);
      const resource = await resourceUnder(call.ports.door, record.data.product);
      const releases = openReleases(call.ports.tables.releases);
      const all = [...(await releases.all(resource)), ...(await releases.all(`noised/${resource}`))];
      const others = all.filter(({ query }) => query !== exportRelease(record.id));
      const last = others.slice(-mostEarlier);
      const refs = last.map(({ query }) =>
        query.startsWith('export/') ? { kind: 'exportRequest', id: query.slice('export/'.length) } : { kind: 'query', id: query },
      );
      const records = (await call.ports.door.load(refs)) as unknown as readonly (Earlier | undefined)[];
      return { status: 200, body: { total: others.length, items: last.map((release, n) => lineOf(records[n], release)).toReversed() } };
    },
  },
  {
    method: 'GET',
    path: '/v1/export-requests/{id}/content',
    operation: 'readExportContent',
    summary: ['审核人查阅出域文件内容（留痕）', 'The file itself, for its reviewers while they review it; each reading is on record'],
    open: false,
    query: ContentQuery,
    refusals: ['unauthenticated', 'not_found', 'not_permitted', 'wrong_state', 'invalid_input', 'unavailable'],
    answers: async (call) => {
      const { from, limit } = parse(ContentQuery, call.query);
      const record = await judged(call);
      const { output } = examinedOf(record);
      await note(call.ports, 'read', record.id, call.actor, `read/${randomUUID()}`);
      const [header = [], ...rows] = await fileOf(call.ports, output);
      const entities = JSON.parse((await bytesOf(call.ports, entitiesKey(output.object))).toString()) as readonly number[];
      const shown = rows.slice(from, from + limit).map((row, n) => ({ row, entities: entities[from + n] ?? 0 }));
      return { status: 200, body: { columns: header, total: rows.length, from, items: shown } };
    },
  },
  {
    method: 'POST',
    path: '/v1/export-requests/{id}/link',
    operation: 'drawExportLink',
    summary: ['需方生成下载链接（15 分钟内有效，仅可使用一次）', 'A link to the file for its buyer: a quarter of an hour, once'],
    open: false,
    body: Nothing,
    refusals: ['unauthenticated', 'not_found', 'not_permitted', 'wrong_state', 'authority_broken', 'invalid_input'],
    answers: async (call) => {
      const { actor, ports } = call;
      parse(Nothing, call.body);
      const { id, data } = await visible<Request>('exportRequest', call);
      const once = randomUUID();
      await note(ports, 'draw', id, actor, `draw/${once}`);
      const until = new Date(ports.now().getTime() + linkMinutes * 60_000).toISOString();
      const token = printLink(ports.secret, { request: id, contract: data.contract, org: actor.org, person: actor.id, until, once });
      return { status: 200, body: { url: `/v1/exports/${token}`, until } };
    },
  },
  {
    method: 'GET',
    path: '/v1/exports/{token}',
    operation: 'downloadExport',
    summary: [
      '凭链接下载出域文件（含需方指纹）',
      'The file behind a link, with its buyer’s fingerprint; the whole chain is asked at this request',
    ],
    open: true,
    produces: ['text/csv'],
    refusals: ['link_invalid', 'link_used', 'not_a_member', 'not_found', 'not_permitted', 'wrong_state', 'authority_broken', 'unavailable'],
    answers: async ({ params, ports }) => {
      const link = readLink(ports.secret, params['token'] ?? '', ports.now());
      if (!link) throw new RefusalError('link_invalid');
      // Whoever drew it may have lost the role since.
      const actor = await memberAs(link.person, link.org, ports);
      const { record, replayed } = await note(ports, 'download', link.request, actor, `download/${link.once}`);
      if (replayed) throw new RefusalError('link_used');
      const { contract, output } = examinedOf(record);
      const [header = [], ...rows] = await fileOf(ports, output);
      const marked = fingerprint(rows, output.columns, fingerprintKey(ports.secret, contract));
      // As it was written: what is guarded against formulas already is not guarded again.
      const csv = csvOf(
        header.map(exact),
        marked.map((row) => row.map(exact)),
      );
      return csvReply(`export-${record.id}`, csv, { 'cache-control': 'no-store' });
    },
  },
];

function exact(text: string): { readonly exact: string } {
  return { exact: text };
}
