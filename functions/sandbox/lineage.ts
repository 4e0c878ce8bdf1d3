import * as z from 'zod';
import type { Derivation } from '../../contracts/derivation.ts';
import type { Product } from '../../contracts/product.ts';
import { regions } from '../../contracts/roles.ts';
import type { Dataset } from '../../contracts/sandbox.ts';
import type { Call, Route } from '../../shared/edge/context.ts';
import { parse } from '../../shared/edge/parse.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import { isInside } from '../../shared/edge/view.ts';
import type { Ref, Stored } from '../../shared/kernel/process.ts';
import { sees } from '../../shared/kernel/seats.ts';
import { listKey } from '../../shared/store/layout.ts';
import { entriesOf, idIn } from '../../shared/store/records.ts';
import { visible } from './visible.ts';

const kinds = ['resource', 'dataset', 'derivation', 'product', 'listing'] as const;
type Kind = (typeof kinds)[number];
export const LineagePath = z.object({ kind: z.enum(kinds) });

const keyOf = ({ kind, id }: Ref): string => `${kind}#${id}`;
const named = (kind: Kind, ids: string | readonly string[] | undefined): readonly Ref[] => [ids ?? []].flat().map((id) => ({ kind, id }));
/** What a record is made of. A product over a derivation is made of that, and not of the dataset beside it. */
const parentsOf: Readonly<Record<Kind, (links: Stored['links']) => readonly Ref[]>> = {
  resource: () => [],
  dataset: ({ resource }) => named('resource', resource),
  derivation: ({ datasets }) => named('dataset', datasets),
  product: ({ dataset, derivation = [] }) => (derivation.length > 0 ? named('derivation', derivation) : named('dataset', dataset)),
  listing: ({ product }) => named('product', product),
};
const parents = ({ kind, links }: Stored): readonly Ref[] => parentsOf[kind as Kind](links);

const mostPages = 20;
/** All records of a kind, as far as a list of two thousand goes. */
const allOf = async ({ records, door }: Ports, kind: Kind): Promise<readonly Stored[]> => {
  const keys = Object.keys(regions).map((region) => listKey(kind, region));
  const entries = await entriesOf(records, { index: 'kind', keys }, mostPages);
  return (await door.load(entries.map((entry) => ({ kind, id: idIn(entry) })))).filter((record) => record !== undefined);
};

/** Everything that a record is made of, level by level. */
const above = async ({ door }: Ports, record: Stored): Promise<readonly Stored[]> => {
  const found = new Map<string, Stored>();
  for (let level: readonly Stored[] = [record]; level.length > 0;) {
    const next = (await door.load(level.flatMap(parents))).filter((each) => each !== undefined);
    level = next.filter((each) => !found.has(keyOf(each)));
    for (const each of level) found.set(keyOf(each), each);
  }
  return [...found.values()];
};

/** Everything that is made of a record. */
const below = async (ports: Ports, record: Stored): Promise<readonly Stored[]> => {
  const made = new Set([keyOf(record)]);
  const found: Stored[] = [];
  for (const kind of kinds.slice(kinds.indexOf(record.kind as Kind) + 1))
    for (const each of await allOf(ports, kind)) {
      if (!parents(each).some((parent) => made.has(keyOf(parent)))) continue;
      made.add(keyOf(each));
      found.push(each);
    }
  return found;
};

/** Of which columns of data resources the columns are made that a derivation has or that a product's rule speaks of. */
const columnsOf = (record: Stored, chain: readonly Stored[]) => {
  const derivation = (record.kind === 'derivation' ? record : chain.find(({ kind }) => kind === 'derivation')) as
    | Stored<typeof Derivation>
    | undefined;
  const derived = derivation && 'columns' in derivation.data ? derivation.data.columns.map(({ name, madeOf }) => ({ name, madeOf })) : [];
  if (record.kind !== 'product') return derived;
  const { rule } = (record as unknown as Stored<typeof Product>).data;
  const used = [...rule.dimensions, ...rule.measures].map(({ column }) => column).concat(rule.entity ?? []);
  const dataset = chain.find(({ kind }) => kind === 'dataset') as Stored<typeof Dataset> | undefined;
  if (derivation) return derived.filter(({ name }) => used.includes(name));
  return used.map((name) => ({ name, madeOf: dataset ? [{ dataset: dataset.id, resource: dataset.data.resource, column: name }] : [] }));
};

const lineage = async (call: Call) => {
  const { kind } = parse(LineagePath, call.params);
  const { actor, ports } = call;
  const record = await visible<Stored>(kind, call);
  const chain = await above(ports, record);
  const all = [...chain, record, ...(await below(ports, record))];
  const mine = all.filter((each) => {
    const process = ports.processes.get(each.kind);
    return process !== undefined && sees(process, actor, each);
  });
  const shown = new Set(mine.map(keyOf));
  const process = ports.processes.get(kind);
  return {
    nodes: mine.map((each) => ({
      kind: each.kind,
      id: each.id,
      title: ports.processes.get(each.kind)?.card(each) ?? each.id,
      status: each.status,
      owner: each.owner,
    })),
    edges: mine.flatMap((each) =>
      parents(each)
        .filter((parent) => shown.has(keyOf(parent)))
        .map(({ kind: from, id }) => ({ from: { kind: from, id }, to: { kind: each.kind, id: each.id } })),
    ),
    hidden: all.length - mine.length,
    columns: process && isInside(process, record, actor) ? columnsOf(record, chain) : [],
  };
};

/** Traceable: 发改数据规〔2025〕27号; what stops with a resource is what stands below it. */
export const lineageRoute: Route = {
  method: 'GET',
  path: '/v1/lineage/{kind}/{id}',
  operation: 'readLineage',
  summary: ['数据血缘：从数据资源到挂牌产品', 'What a record is made of and what is made of it, from data resource to listing'],
  open: false,
  refusals: ['unauthenticated', 'not_found', 'invalid_input'],
  answers: async (call) => ({ status: 200, body: await lineage(call) }),
};
