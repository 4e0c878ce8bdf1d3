import * as z from 'zod';
import { Id } from '../../contracts/fields.ts';
import { Query } from '../../contracts/query.ts';
import { regions } from '../../contracts/roles.ts';
import type { Call, Reply, Route } from '../../shared/edge/context.ts';
import { csvOf, csvReply } from '../../shared/edge/csv.ts';
import { parse } from '../../shared/edge/parse.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { covers } from '../../shared/kernel/seats.ts';
import { listKey } from '../../shared/store/layout.ts';
import { idIn, sortOf } from '../../shared/store/records.ts';

type Outcome = keyof (typeof Query)['states'];
const outcomes = Object.keys(Query.states) as [Outcome, ...Outcome[]];

/** `buyer` is an organisation. */
export const AuditQuery = z.strictObject({
  buyer: Id.optional(),
  product: Id.optional(),
  outcome: z.enum(outcomes).optional(),
  cursor: z.string().max(800).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(100),
  format: z.enum(['json', 'csv']).default('json'),
});
type Asked = z.output<typeof AuditQuery>;

/** What stands of a question for the auditor: who asked what of what, under which rule, and what came of it; never a row. */
const traceOf = ({ id, owner, region, status, data }: Stored<typeof Query>) => {
  const effort = 'effort' in data ? data.effort : undefined;
  return {
    id,
    askedAt: data.askedAt,
    buyer: owner,
    region,
    product: data.product,
    entitlement: data.entitlement,
    sql: data.sql,
    outcome: status,
    code: 'code' in data ? data.code : null,
    ruleVersion: 'ruleVersion' in data ? (data.ruleVersion ?? null) : null,
    rows: 'result' in data ? data.result.rows : null,
    resultDigest: 'result' in data ? data.result.digest : null,
    epsilonMicro: data.charged ?? null,
    link: 'link' in data ? `${data.link.kind}/${data.link.id}` : null,
    // What the memory of releases cost: answers before, those compared with, atoms of the data looked at, milliseconds.
    answersBefore: effort?.before ?? null,
    answersCompared: effort?.compared ?? null,
    atoms: effort?.atoms ?? null,
    comparisonMs: effort?.ms ?? null,
  };
};
type Trace = ReturnType<typeof traceOf>;
const columns = [
  'askedAt',
  'id',
  'buyer',
  'region',
  'product',
  'entitlement',
  'outcome',
  'code',
  'ruleVersion',
  'rows',
  'resultDigest',
  'epsilonMicro',
  'link',
  'answersBefore',
  'answersCompared',
  'atoms',
  'comparisonMs',
  'sql',
] as const satisfies readonly (keyof Trace)[];

const fits = (trace: Trace, { buyer, product, outcome }: Asked): boolean =>
  (buyer === undefined || trace.buyer === buyer) &&
  (product === undefined || trace.product === product) &&
  (outcome === undefined || trace.outcome === outcome);

/** One page of what was asked in the auditor's regions, newest first; a filter leaves some of it out, so that a page may be short and not the last. */
const traces = async ({ actor, ports }: Call, asked: Asked) => {
  const after = asked.cursor === undefined ? undefined : sortOf(asked.cursor);
  if (asked.cursor !== undefined && after === undefined) throw new RefusalError('invalid_cursor');
  const { kind } = Query;
  const { entries, cursor } = await ports.records.list({
    index: 'kind',
    keys: Object.keys(regions)
      .filter((region) => covers(actor.region, region))
      .map((region) => listKey(kind, region)),
    limit: asked.limit,
    descending: true,
    ...(after === undefined ? {} : { after }),
  });
  const found = await ports.door.load(entries.map((entry) => ({ kind, id: idIn(entry) })));
  const items = found.flatMap((record) => (record ? [traceOf(record as unknown as Stored<typeof Query>)] : []));
  return { items: items.filter((trace) => fits(trace, asked)), ...(cursor === undefined ? {} : { cursor }) };
};

const audit = async (call: Call): Promise<Reply> => {
  if (!call.actor.roles.includes('auditor')) throw new RefusalError('not_permitted');
  const asked = parse(AuditQuery, call.query);
  const page = await traces(call, asked);
  if (asked.format === 'json') return { status: 200, body: page };
  const next = page.cursor === undefined ? undefined : new URLSearchParams({ ...call.query, cursor: page.cursor }).toString();
  return csvReply(
    'queries',
    csvOf(
      columns,
      page.items.map((trace) => columns.map((name) => trace[name])),
    ),
    next === undefined ? {} : { link: `</v1/audit/queries?${next}>; rel="next"` },
  );
};

export const auditRoute: Route = {
  method: 'GET',
  path: '/v1/audit/queries',
  operation: 'auditQueries',
  summary: [
    '查询审计：问了什么、依何规则、结果如何（不含数据行），可导出 CSV',
    'What was asked, under which rule, with which outcome; never a row; CSV',
  ],
  open: false,
  query: AuditQuery,
  produces: ['application/json', 'text/csv'],
  refusals: ['unauthenticated', 'not_permitted', 'invalid_input', 'invalid_cursor'],
  answers: audit,
};
