import * as z from 'zod';
import type { Kind } from '../../contracts/index.ts';
import { stateCouncil } from '../../shared/kernel/calendars/state-council.ts';
import { decide, decideCreate, type Decision, type Event, type Facts } from '../../shared/kernel/decide.ts';
import { seen } from '../../shared/kernel/live.ts';
import type { Actor, Contract, Entrance, Process, Seat, Seen, Stored, System } from '../../shared/kernel/process.ts';
import { contractOf, district, now, rules } from '../support/fixtures.ts';

export type Schema = {
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
};
/** What the leaves of records and inputs are filled with, and how many a list has. `path` is that of the field in its kind. */
export type Filling = {
  readonly leaf: (kind: string, path: string, schema: Schema) => unknown;
  readonly items: (schema: Schema) => number;
  /** Which of several alternatives. */
  readonly variant: number;
};

const schemas = new WeakMap<z.ZodObject, Schema>();
const schemaOf = (zod: z.ZodObject): Schema => {
  const schema = schemas.get(zod) ?? (z.toJSONSchema(zod, { io: 'output' }) as Schema);
  schemas.set(zod, schema);
  return schema;
};
/** A value with every optional field; of no bounds but those of its filling. */
const filled = (filling: Filling, kind: string, root: Schema): Readonly<Record<string, unknown>> => {
  const valueOf = (schema: Schema, path: string): unknown => {
    if (schema.$ref !== undefined) return valueOf(root.$defs?.[schema.$ref.replace('#/$defs/', '')] ?? {}, path);
    if (schema.const !== undefined) return schema.const;
    const alternatives = (schema.anyOf ?? schema.oneOf ?? []).filter(({ type }) => type !== 'null');
    if (alternatives.length > 0) return valueOf(alternatives[filling.variant % alternatives.length] ?? {}, path);
    if (schema.type === 'object')
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, one]) => [name, valueOf(one, path === '' ? name : `${path}.${name}`)]),
      );
    if (schema.type === 'array') return Array.from({ length: filling.items(schema) }, () => valueOf(schema.items ?? {}, path));
    return filling.leaf(kind, path, schema);
  };
  return valueOf(root, '') as Readonly<Record<string, unknown>>;
};

const text: Schema = { type: 'string', maxLength: 120 };
const linksOf = (filling: Filling, { kind, refs }: Contract): Stored['links'] =>
  Object.fromEntries(
    Object.entries(refs).map(([name, to]) => [
      name,
      Array.isArray(to) ? [filling.leaf(kind, `links.${name}`, text)] : filling.leaf(kind, `links.${name}`, text),
    ]),
  ) as Stored['links'];
/** A stored record of which every leaf is filled. */
const recordOf = (filling: Filling, { contract, actions }: Pick<Process, 'contract' | 'actions'>, status: string): Stored => {
  const { kind, schema } = contract;
  const leaf = (path: string): string => filling.leaf(kind, path, text) as string;
  return {
    kind,
    id: leaf('id'),
    version: 3,
    schema,
    rules: '2026-1',
    region: district,
    owner: leaf('owner'),
    party: leaf('party'),
    receivedAt: now,
    since: now,
    links: linksOf(filling, contract),
    anchors: [{ kind: 'grant', id: leaf('anchors') }],
    // Acted on in every way before, or in none.
    did: filling.variant === 2 ? {} : Object.fromEntries(['create', ...Object.keys(actions)].map((name) => [name, [leaf('did')]])),
    signed: {},
    clocks: {},
    status,
    data: filled(filling, kind, schemaOf(contract.states[status] as z.ZodObject)),
  };
};

type Row = {
  readonly by: Seat | readonly Seat[];
  readonly from: readonly string[];
  readonly reads?: readonly string[];
  readonly probes?: readonly string[];
  readonly publish: unknown;
};
const rowsOf = ({ create, actions }: Process): readonly (readonly [string, Row])[] =>
  Object.entries({ create, ...actions }) as unknown as readonly (readonly [string, Row])[];
const publishingRows = (process: Process) => rowsOf(process).filter(([, { publish }]) => publish !== 'nothing');
/** The actions of a table that may disclose something. */
export const publishing = (process: Process): readonly string[] =>
  publishingRows(process).map(([name]) => `${process.contract.kind}.${name}`);

/** The same table, in which nothing is refused: whoever comes, whatever is written. */
const unguarded = (process: Process): Process => {
  const open = (row: object) => ({ ...row, guards: [], live: {}, rests: [], notBy: [], own: [] });
  const seat = (one: Seat): Seat => ('system' in one ? one : { ...one, person: () => true });
  const entrance = (one: Entrance): Entrance => ('system' in one ? one : { ...one, person: () => true });
  const { create, actions, contract } = process;
  return {
    ...process,
    sees: { roles: [], public: Object.keys(contract.states) },
    create: { ...open(create), by: [create.by].flat().map(entrance) },
    actions: Object.fromEntries(
      Object.entries(actions).map(([name, row]) => [name, { ...open(row), by: [(row as unknown as Row).by].flat().map(seat) }]),
    ),
  } as unknown as Process;
};

/** What is known beside a record: each reference filled too, and in one variant out of two a broken chain. */
const factsOf = (filling: Filling, { contract }: Process, name: string, row: Row, actor: Actor): Facts => {
  const refs = Object.fromEntries(
    (row.reads ?? []).map((ref) => {
      const to = [contract.refs[ref]].flat()[0] as Contract;
      const known = contractOf(to.kind as Kind);
      const record: Seen = seen(known, recordOf(filling, { contract: known, actions: {} }, known.live[0] ?? ''), now);
      return [ref, Array.isArray(contract.refs[ref]) ? [record] : record];
    }),
  );
  const link = { kind: 'grant', id: filling.leaf('grant', 'id', text) as string };
  const broken = filling.variant === 1 ? Object.fromEntries((row.probes ?? []).map((ref) => [ref, link])) : {};
  const input = filled(filling, contract.kind, schemaOf(contract.inputs[name] as z.ZodObject));
  return { actor, input, refs, broken, now, rules, calendars: stateCouncil };
};

export type Walked = { readonly name: string; readonly event: Event; readonly next: Stored; readonly input: unknown };
const walkedOf = (name: string, decision: Decision, input: unknown): Walked => {
  if ('refused' in decision) throw new Error(`${name} was refused: ${decision.refused.code}`);
  return { name, event: decision.event, next: decision.next, input };
};

/** Every action of a table that may disclose something, in every state from which it can be taken, and from every seat, by different persons where several sign. */
export const walk = (table: Process, filling: Filling): readonly Walked[] => {
  const process = unguarded(table);
  const { kind } = process.contract;
  const person = (): Actor => ({
    type: 'person',
    id: filling.leaf(kind, 'by', text) as string,
    org: filling.leaf(kind, 'org', text) as string,
    region: district,
    roles: [],
  });
  const actorIn = (seat: Seat | Entrance): Actor =>
    'system' in seat ? ({ type: 'system', id: [seat.system].flat()[0] } as System) : person();
  return publishingRows(process).flatMap(([name, row]) => {
    const seats = [row.by].flat();
    if (name === 'create')
      return seats.map((seat) => {
        const facts = factsOf(filling, process, name, row, actorIn(seat));
        return walkedOf(`${kind}.create`, decideCreate(process, filling.leaf(kind, 'id', text) as string, facts, '2026-1'), facts.input);
      });
    return row.from.map((status) => {
      const facts = factsOf(filling, process, name, row, actorIn(seats[0] as Seat));
      const first = decide(process, name, recordOf(filling, process, status), facts);
      const last = seats.slice(1).reduce((before: Decision, seat) => {
        if ('refused' in before) return before;
        return decide(process, name, before.next, { ...facts, actor: actorIn(seat) });
      }, first);
      return walkedOf(`${kind}.${name}`, last, facts.input);
    });
  });
};
