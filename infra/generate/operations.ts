import * as z from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import { Id } from '../../contracts/fields.ts';
import { refusals, type Refusal } from '../../contracts/refusals.ts';
import type { Context, Route } from '../../shared/edge/context.ts';
import { HistoryQuery, isPersonal, ListQuery, personalActions } from '../../shared/edge/routes.ts';
import type { Process } from '../../shared/kernel/process.ts';
import { rowOf } from './rows.ts';
import { historyShape, pageShape, pascal, problemShape, viewShape } from './shapes.ts';
import { bilingual, wordOf, type Title } from './titles.ts';

export type Operation = { readonly method: 'get' | 'post'; readonly path: string; readonly told: ZodOpenApiOperationObject };

const header = <S extends z.ZodType>(id: string, schema: S, zh: string, en: string): S =>
  schema.meta({ description: bilingual([zh, en]), param: { id } });
const answered = (id: string, schema: z.ZodType, zh: string, en: string): z.ZodType =>
  schema.meta({ description: bilingual([zh, en]), header: { id } });

const Key = header(
  'IdempotencyKey',
  z
    .string()
    .min(8)
    .max(128)
    .regex(/^[!-~]{8,128}$/),
  '请求编号：重发同一请求用同一编号',
  'The request, named by its sender: say it again to send the same request again',
);
const RequestKey = header(
  'RequestUuid',
  z.uuid(),
  '请求编号（UUID）：重发同一请求用同一编号，只计量一次',
  'The request, a UUID of its sender’s: sent again it is the same request, and is metered once',
);
const versionTag = z
  .string()
  .min(3)
  .max(13)
  .regex(/^(?:W\/)?"[0-9]{1,9}"$/);
const Read = header('IfMatch', versionTag, '所阅读的版本（ETag）', 'The version that was read: its ETag');
const ReadIfAny = header(
  'IfMatchOptional',
  versionTag.optional(),
  '所阅读的版本（ETag），可不填',
  'The version that was read, if it matters: its ETag',
);
const Acting = header(
  'HarbourOrganisation',
  z
    .string()
    .min(1)
    .max(80)
    .regex(/^[A-Za-z0-9-]{1,80}$/)
    .optional(),
  '所代表的组织',
  'The organisation acted for',
);

const RequestId = answered('RequestId', z.string().max(200), '追踪编号', 'Names this request in the logs');
const ETag = answered('ETag', z.string().max(13), '记录的版本', 'The version of the record');
const Location = answered('Location', z.string().max(300), '记录的地址', 'Where the record is');
const Replayed = answered(
  'IdempotentReplayed',
  z.literal('true').optional(),
  '此请求此前已办理',
  'This request had been carried out before',
);

const statusOf = (code: Refusal): number => refusals[code][0];
const everywhere = ['unauthenticated', 'not_a_member', 'internal', 'busy', 'unavailable'] as const satisfies readonly Refusal[];
const reading = ['not_found'] as const satisfies readonly Refusal[];
const bodied = ['invalid_json', 'body_too_large', 'unsupported_media_type'] as const satisfies readonly Refusal[];
const listing = ['not_permitted', 'invalid_input', 'invalid_cursor'] as const satisfies readonly Refusal[];
const acting = [
  ...bodied,
  'key_required',
  'not_permitted',
  'not_found',
  'wrong_state',
  'stale',
  'invalid_input',
  'version_required',
] as const satisfies readonly Refusal[];

const problems = new Map<number, ZodOpenApiResponseObject>();
const problem = (status: number): ZodOpenApiResponseObject => {
  const known = problems.get(status);
  if (known) return known;
  const told: ZodOpenApiResponseObject = {
    id: `Refused${status}`,
    description: bilingual(['拒绝：原因见 code', 'Refused: `code` says why']),
    headers: z.object({ 'Request-Id': RequestId }),
    content: { 'application/problem+json': { schema: problemShape(status) } },
  };
  problems.set(status, told);
  return told;
};
const refused = (codes: readonly Refusal[]): ZodOpenApiResponsesObject =>
  Object.fromEntries(
    [...new Set([...everywhere, ...codes].map(statusOf))]
      .toSorted((a, b) => a - b)
      .map((status) => [`${status}` as `4${string}`, problem(status)]),
  );
const jsonType = 'application/json';
const answer = (
  schema: z.ZodType,
  headers: Readonly<Record<string, z.ZodType>> = {},
  types: readonly string[] = [jsonType],
): ZodOpenApiResponseObject => ({
  description: bilingual(['成功', 'Done']),
  headers: z.object({ 'Request-Id': RequestId, ...headers }),
  content: Object.fromEntries(types.map((type) => [type, { schema: type === jsonType ? schema : z.string() }])),
});

type Security = readonly Readonly<Record<string, string[]>>[];
const signedIn: Security = [{ bearer: [] }];
/** Open routes answer a visitor too; who signs in sees more. */
const open: Security = [{}, { bearer: [] }];
/** The token of a service key, and nothing else. */
const keyed: Security = [{ serviceToken: [] }];
const json = (schema: z.ZodType) => ({ required: true, content: { 'application/json': { schema } } });
const id = z.object({ id: Id.clone().meta({ param: { id: 'RecordId' }, description: bilingual(['记录编号', 'The id of the record']) }) });
const org = z.object({ 'Harbour-Organisation': Acting });

type Told = { readonly operationId: string; readonly title: Title; readonly tag: string };
const named = ({ operationId, title, tag }: Told) => ({ operationId, summary: bilingual(title), tags: [tag] });

const reads = (process: Process, tag: string, view: z.ZodType): readonly Operation[] => {
  const { kind, plural, title } = process.contract;
  const base = `/v1/${plural}`;
  const [zh, en] = title;
  return [
    {
      method: 'get',
      path: base,
      told: {
        ...named({ operationId: `list${pascal(plural)}`, title: [`${zh}：列表`, `${en}: list`], tag }),
        security: [...signedIn],
        requestParams: { query: ListQuery, header: org },
        responses: { '200': answer(pageShape(process)), ...refused(listing) },
      },
    },
    {
      method: 'get',
      path: `${base}/{id}`,
      told: {
        ...named({ operationId: `show${pascal(kind)}`, title: [`${zh}：查看`, `${en}: show`], tag }),
        security: [...open],
        requestParams: { path: id, header: org },
        responses: { '200': answer(view, { ETag }), ...refused(reading) },
      },
    },
    {
      method: 'get',
      path: `${base}/{id}/history`,
      told: {
        ...named({ operationId: `history${pascal(kind)}`, title: [`${zh}：经过`, `${en}: history`], tag }),
        security: [...open],
        requestParams: { path: id, query: HistoryQuery, header: org },
        responses: { '200': answer(historyShape(process)), ...refused([...reading, 'invalid_input']) },
      },
    },
  ];
};

const act = (process: Process, tag: string, action: string, view: z.ZodType): Operation => {
  const { kind, plural, title, inputs } = process.contract;
  const creates = action === 'create';
  const input = inputs[action];
  if (!input) throw new RangeError(`${kind}.${action} has no input`);
  const ifMatch = creates ? {} : { 'If-Match': rowOf(process, action).ifMatch ? Read : ReadIfAny };
  const does = wordOf(action);
  return {
    method: 'post',
    path: creates ? `/v1/${plural}` : `/v1/${plural}/{id}/${action}`,
    told: {
      ...named({ operationId: `${action}${pascal(kind)}`, title: [`${title[0]}：${does[0]}`, `${title[1]}: ${does[1]}`], tag }),
      security: [...signedIn],
      requestParams: {
        ...(creates ? {} : { path: id }),
        header: z.object({ 'Idempotency-Key': Key, ...ifMatch, 'Harbour-Organisation': Acting }),
      },
      requestBody: json(input),
      responses: { [creates ? '201' : '200']: answer(view, { ETag, Location, 'Idempotent-Replayed': Replayed }), ...refused(acting) },
    },
  };
};

/** The operations of a table: those of `routesOf` in shared/edge/routes.ts. */
export const processOperations = (process: Process, tag: string): readonly Operation[] => {
  const view = viewShape(process);
  const actions = [...(isPersonal(process) ? ['create'] : []), ...personalActions(process)];
  return [...reads(process, tag, view), ...actions.map((action) => act(process, tag, action, view))];
};

/** A route that no table tells. What it answers is its own module's matter: an object. */
export const routeOperation = (route: Route, tag: string): Operation => {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const path = names.length > 0 ? { path: z.object(Object.fromEntries(names.map((name) => [name, Id]))) } : {};
  const posts = route.method === 'POST';
  return {
    method: posts ? 'post' : 'get',
    path: route.path,
    told: {
      ...named({ operationId: route.operation, title: route.summary, tag }),
      security: [...(route.keyed ? keyed : route.open ? open : signedIn)],
      requestParams: {
        ...path,
        ...(route.query ? { query: route.query } : {}),
        header: route.keyed ? (posts ? z.object({ 'Idempotency-Key': RequestKey }) : z.object({})) : org,
      },
      ...(posts ? { requestBody: json(route.body ?? z.strictObject({})) } : {}),
      responses: {
        [`${route.status ?? 200}`]: answer(z.looseObject({}), {}, route.produces),
        ...refused([...route.refusals, ...(posts ? bodied : [])]),
      },
    },
  };
};

/** All operations of a context: its modules' own, and those of its tables. */
export const contextOperations = ({ name, routes, processes }: Context): readonly Operation[] => [
  ...routes.map((route) => routeOperation(route, name)),
  ...processes.flatMap((process) => processOperations(process, name)),
];
