import { describe, expect, it } from '@jest/globals';
import { refusals } from '../../contracts/refusals.ts';
import { contexts } from '../../functions/index.ts';
import { generated } from '../../infra/generate.ts';
import { contextRoutes } from '../../shared/edge/routes.ts';

type Node = { readonly [name: string]: unknown };
type Operation = {
  readonly operationId: string;
  readonly security: readonly Node[];
  readonly parameters?: readonly Node[];
  readonly requestBody?: Node;
  readonly responses: Readonly<Record<string, Node>>;
};
type Told = { readonly name: string; readonly path: string; readonly operation: Operation };
type Document = Node & { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> };
type Check = (document: Document) => readonly string[];

const document = JSON.parse(generated()['openapi.json'] ?? '{}') as Document;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

const operationsOf = ({ paths }: Document): readonly Told[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, path, operation })),
  );
/** What a JSON pointer of the same document names (RFC 6901). */
const resolved = (document: Document, ref: string): unknown =>
  ref
    .replace(/^#\//, '')
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((at, part) => (isNode(at) ? at[part] : undefined), ref.startsWith('#/') ? document : undefined);
const followed = (document: Document, node: Node): Node => {
  const { $ref } = node;
  return typeof $ref === 'string' ? followed(document, resolved(document, $ref) as Node) : node;
};

const references: Check = (document) => {
  const walk = (node: unknown): readonly string[] => {
    if (!isNode(node)) return [];
    const { $ref } = node;
    return [
      ...(typeof $ref === 'string' && resolved(document, $ref) === undefined ? [`${$ref} is not there`] : []),
      ...Object.values(node).flatMap(walk),
    ];
  };
  return walk(document);
};

const operationIds: Check = (document) => {
  const ids = operationsOf(document).map(({ operation }) => operation.operationId);
  return ids.filter((id, at) => !/^[a-z][A-Za-z]+$/.test(id) || ids.indexOf(id) !== at);
};

const securities = { keyed: '[{"serviceToken":[]}]', open: '[{},{"bearer":[]}]', signedIn: '[{"bearer":[]}]' } as const;
const routes = new Map(
  contexts
    .flatMap(contextRoutes)
    .map(({ method, path, open, keyed }) => [`${method} ${path}`, securities[keyed ? 'keyed' : open ? 'open' : 'signedIn']]),
);
const served: Check = (document) => {
  const told = new Set(operationsOf(document).map(({ name }) => name));
  return [...[...told].filter((name) => !routes.has(name)), ...[...routes.keys()].filter((name) => !told.has(name))];
};
const security: Check = (document) =>
  operationsOf(document)
    .filter(({ name, operation }) => JSON.stringify(operation.security) !== routes.get(name))
    .map(({ name }) => name);

/** Matches no text beyond some length: anchored at both ends, and nothing in it repeats without end. */
const isBounded = (pattern: unknown): boolean =>
  typeof pattern === 'string' && /^\^.*\$$/.test(pattern) && !/(?:[*+]|\{\d+,\})/.test(pattern.replaceAll(/\\.|\[(?:\\.|[^\]])*\]/g, 'c'));
/** What every schema of a type must say, so that nothing that is sent can be without end. */
const bounds: Readonly<Record<string, (schema: Node) => boolean>> = {
  string: ({ maxLength, pattern }) => typeof maxLength === 'number' || isBounded(pattern),
  integer: ({ minimum, maximum }) => typeof minimum === 'number' && typeof maximum === 'number',
  number: ({ minimum, exclusiveMinimum, maximum }) => typeof (minimum ?? exclusiveMinimum) === 'number' && typeof maximum === 'number',
  array: ({ maxItems }) => typeof maxItems === 'number',
  object: ({ additionalProperties, maxProperties }) => additionalProperties === false || typeof maxProperties === 'number',
};
const isClosed = (schema: Node): boolean => ['enum', 'const'].some((word) => word in schema);
/** The places in a schema that have no upper bound. */
const unbounded = (document: Document, place: string, schema: unknown): readonly string[] => {
  if (!isNode(schema)) return [];
  const node = followed(document, schema);
  const types = [node['type']].flat().filter((type) => typeof type === 'string');
  const several = ['anyOf', 'oneOf', 'allOf', 'prefixItems'].flatMap((word) => (node[word] as readonly unknown[] | undefined) ?? []);
  const here =
    isClosed(node) || several.length > 0 || types.every((type) => bounds[type]?.(node) ?? true) ? [] : [`${place}: ${types.join()}`];
  const named = isNode(node['properties']) ? Object.entries(node['properties']) : [];
  const untyped = types.length === 0 && several.length === 0 && !isClosed(node) ? [`${place}: anything`] : [];
  return [
    ...here,
    ...untyped,
    ...several.flatMap((one) => unbounded(document, place, one)),
    ...unbounded(document, `${place}[]`, node['items']),
    ...unbounded(document, `${place}{}`, node['additionalProperties']),
    ...named.flatMap(([name, one]) => unbounded(document, `${place}.${name}`, one)),
  ];
};
const requests: Check = (document) =>
  operationsOf(document).flatMap(({ name, operation }) => {
    const parameters = (operation.parameters ?? []).map((one) => followed(document, one));
    const body = isNode(operation.requestBody)
      ? (followed(document, operation.requestBody) as { content: Record<string, { schema: unknown }> })
      : undefined;
    return [
      ...parameters.flatMap((one) => unbounded(document, `${name} ${String(one['name'])}`, one['schema'])),
      ...(body ? unbounded(document, `${name} body`, body.content['application/json']?.schema) : []),
    ];
  });

const has = (document: Document, { parameters = [] }: Operation, wanted: string): boolean =>
  parameters.some((one) => followed(document, one)['name'] === wanted);
/** Which refusals can meet an operation, by what it takes. */
const occasions: readonly (readonly [statuses: readonly number[], when: (document: Document, told: Told) => boolean])[] = [
  [[401, 403, 500, 503], () => true],
  [[404], (_document, { path }) => path.includes('{id}')],
  [[400, 413, 415, 422], (_document, { operation }) => operation.requestBody !== undefined],
  [[400], (document, { operation }) => has(document, operation, 'Idempotency-Key') || has(document, operation, 'cursor')],
  [[404, 409, 412], (document, { operation }) => has(document, operation, 'Idempotency-Key')],
  [[428], (document, { operation }) => has(document, operation, 'If-Match')],
  [
    [422],
    (document, { operation }) =>
      ['scope', 'limit', 'after', 'from', 'event', 'account', 'month'].some((name) => has(document, operation, name)),
  ],
];
const refused: Check = (document) =>
  operationsOf(document).flatMap((told) => {
    const due = new Set(occasions.filter(([, when]) => when(document, told)).flatMap(([statuses]) => statuses));
    return [...due].filter((status) => !(status in told.operation.responses)).map((status) => `${told.name}: ${status} is not declared`);
  });
/** What is handed over as a file or a feed, and is no JSON of ours. */
const files: Readonly<Record<string, string>> = {
  'GET /v1/disclosure/receipts': 'text/plain',
  'GET /v1/disclosure/feed.atom': 'application/atom+xml',
  'GET /v1/disclosure/feed.json': 'application/feed+json',
  'GET /v1/exports/{token}': 'text/csv',
  'GET /v1/usage/calls': 'text/csv',
};
/** Every answer is JSON of a known shape, or a file of its type; every refusal is a problem whose codes are those of its status. */
const answers: Check = (document) =>
  operationsOf(document).flatMap(({ name, operation }) =>
    Object.entries(operation.responses).flatMap(([status, response]) => {
      const { content } = followed(document, response) as { content: Readonly<Record<string, { schema: Node }>> };
      const type = Number(status) < 400 ? (files[name] ?? 'application/json') : 'application/problem+json';
      const schema = content[type]?.schema;
      if (!schema) return [`${name}: ${status} is no ${type}`];
      if (Number(status) < 400) return [];
      const { properties } = followed(document, schema) as { properties: { code: Node } };
      const codes = Object.entries(refusals).flatMap(([code, [s]]) => (`${s}` === status ? [code] : []));
      const told = properties.code['enum'] ?? [properties.code['const']];
      return JSON.stringify(told) === JSON.stringify(codes) ? [] : [`${name}: ${status} has other codes`];
    }),
  );

/** The document with one thing taken away or put in: what lies at a path of names. */
const changed = (path: readonly string[], value?: unknown): Document => {
  const copy = structuredClone(document);
  const holder = path.slice(0, -1).reduce<unknown>((at, name) => (isNode(at) ? at[name] : undefined), copy) as Record<string, unknown>;
  const last = path.at(-1) ?? '';
  if (!(last in holder)) throw new RangeError(`nothing at ${path.join(' ')}`);
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
};
const withdraw = ['paths', '/v1/agreements/{id}/withdraw', 'post'] as const;
const checks: readonly (readonly [says: string, check: Check, broken: Document])[] = [
  ['every reference leads somewhere', references, changed(['components', 'schemas', 'Text'])],
  ['every operation has a name of its own', operationIds, changed([...withdraw, 'operationId'], 'getMe')],
  ['what is told is what is served', served, changed(['paths', '/v1/me'])],
  ['who may come in without signing in is told', security, changed([...withdraw, 'security'], [{}, { bearer: [] }])],
  ['nothing that is sent may be without end', requests, changed(['components', 'schemas', 'Text', 'maxLength'])],
  ['every refusal that can occur is declared', refused, changed([...withdraw, 'responses', '413'])],
  ['every answer has its shape', answers, changed(['components', 'responses', 'Refused428', 'content'], { 'application/json': {} })],
];

describe.each(checks)('the API document: %s', (_says, check, broken) => {
  it('holds', () => {
    expect(check(document)).toEqual([]);
  });
  it('would be seen broken', () => {
    expect(check(broken)).not.toEqual([]);
  });
});

it('the API document tells every operation of the registry', () => {
  expect(operationsOf(document).length).toBeGreaterThan(100);
  expect(document['openapi']).toBe('3.1.0');
});
