import * as z from 'zod';
import { contracts, type Kind } from '../../contracts/index.ts';
import { ruleBases } from '../../contracts/parameters.ts';
import type { Calendars } from '../../shared/kernel/calendar.ts';
import { stateCouncil } from '../../shared/kernel/calendars/state-council.ts';
import { clocksOf } from '../../shared/kernel/clocks.ts';
import type { Facts } from '../../shared/kernel/decide.ts';
import { seen } from '../../shared/kernel/live.ts';
import type { Actor, Contract, Process, Seen, Stored } from '../../shared/kernel/process.ts';

/** The instant at which the tests take place: Monday 23 November 2026, 10:00 in Shanghai. */
export const now = '2026-11-23T02:00:00.000Z';
const past = '2026-11-02T01:00:00.000Z';
const ahead = '2027-06-30T16:00:00.000Z';
/** A district of the city, so that the city, the same district and another one can be told apart. */
export const district = '321202';
export const rules = ruleBases['2026-1'];
/** The maker of every record that a person makes: who first acted on it. */
export const maker = 'maker';

type Json = {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Json[];
  readonly oneOf?: readonly Json[];
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
  readonly items?: Json;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
};
const digest = `sha256:${'a'.repeat(64)}`;
const byName: Readonly<Record<string, unknown>> = {
  creditCode: '91350100M000100Y43', // the example of GB 32100-2015
  administrators: [
    { person: maker, name: '顾青', email: 'gu@example.cn' },
    { person: 'second', name: '陆白', email: 'lu@example.cn' },
  ],
  roles: ['source.steward'],
  region: district,
  termStart: '2026-10-01',
  termEnd: '2027-06-30',
  approvedUntil: ahead,
  until: ahead,
  leaseUntil: ahead,
  event: 'order.order-1.7',
  sealedField: 'by:owner:buyer.agent',
  billMonth: '2026-11',
  calendar: { year: 2027, source: '国务院办公厅关于2027年部分节假日安排的通知', off: ['2027-01-01'], working: [] },
};
const texts = (name: string): readonly string[] => [
  `${name}-1`,
  '一段足够长的说明文字',
  digest,
  past,
  '2027-06-30',
  'gu@example.cn',
  '1',
  'plain',
];

/** A valid value of a JSON schema: the shortest, with what is optional left out. */
const valueOf = (schema: Json, name: string): unknown => {
  if (schema.const !== undefined) return schema.const;
  if (name in byName) return byName[name];
  if (schema.enum) return schema.enum[0];
  const [one] = schema.anyOf ?? schema.oneOf ?? [];
  if (one) return valueOf(one, name);
  if (schema.type === 'object')
    return Object.fromEntries((schema.required ?? []).map((key) => [key, valueOf(schema.properties?.[key] ?? {}, key)]));
  if (schema.type === 'array') return Array.from({ length: schema.minItems ?? 0 }, () => valueOf(schema.items ?? {}, name));
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1;
  if (schema.type === 'boolean') return false;
  if (schema.type === 'null') return null;
  const pattern = new RegExp(schema.pattern ?? '', 'u');
  return texts(name).find((t) => pattern.test(t) && t.length >= (schema.minLength ?? 0) && t.length <= (schema.maxLength ?? 1000));
};
const samples = new WeakMap<z.ZodObject, Readonly<Record<string, unknown>>>();
/** A valid value of a schema; parsed, so that a fixture is never what no door would let in. Made once: properties ask for thousands. */
export const sampleOf = (schema: z.ZodObject): Readonly<Record<string, unknown>> => {
  const sample = samples.get(schema) ?? schema.parse(valueOf(z.toJSONSchema(schema, { io: 'output' }) as Json, ''));
  samples.set(schema, sample);
  return sample;
};

export const contractOf = (kind: Kind): Contract => contracts[kind];
export const inputOf = (kind: Kind, action: string): Readonly<Record<string, unknown>> =>
  sampleOf(contractOf(kind).inputs[action] as z.ZodObject);

/** Whose a record of a kind is: the two organisations of the example, and its region. */
type Belonging = { readonly owner: string; readonly party?: string; readonly region?: string };
export const belonging: Readonly<Record<Kind, Belonging>> = {
  organisation: { owner: 'source-a' },
  membership: { owner: 'source-a', party: 'person:member' },
  resource: { owner: 'source-a' },
  secretStub: { owner: 'source-a' },
  agreement: { owner: 'implementing', party: 'operator-a' },
  grant: { owner: 'operator-a', party: 'source-a' },
  scenario: { owner: 'operator-a' },
  assessment: { owner: '' },
  sheet: { owner: 'person:expert-a' },
  dataset: { owner: 'operator-a', party: 'source-a' },
  derivation: { owner: 'operator-a' },
  job: { owner: 'operator-a', party: 'source-a' },
  product: { owner: 'operator-a' },
  listing: { owner: 'operator-a' },
  order: { owner: 'buyer-a', party: 'operator-a' },
  contract: { owner: 'operator-a', party: 'buyer-a' },
  entitlement: { owner: 'buyer-a', party: 'operator-a' },
  template: { owner: 'operator-a' },
  accessKey: { owner: 'buyer-a' },
  usageBill: { owner: 'buyer-a', party: 'operator-a' },
  joinList: { owner: 'buyer-a' },
  query: { owner: 'buyer-a' },
  exportRequest: { owner: 'operator-a', party: 'buyer-a' },
  exportReview: { owner: 'source-a' },
  calendar: { owner: 'authority-city', region: '3212' },
  disclosureDuty: { owner: 'operator-a', region: '3212' },
  disclosureRecord: { owner: 'operator-a' },
  erasure: { owner: 'buyer-a' },
};

type Over = Partial<Omit<Stored, 'data' | 'status' | 'links'>> & {
  readonly data?: object;
  readonly links?: Readonly<Record<string, string | readonly string[]>>;
};

/** A stored record of a kind in a state, as valid as one that went through the door; `over` says what is particular about it. */
export const recordOf = (kind: Kind, status: string, { data = {}, ...over }: Over = {}): Stored => {
  const contract = contractOf(kind);
  const schema = contract.states[status];
  if (!schema) throw new RangeError(`${kind} has no state ${status}`);
  const links = Object.entries(contract.refs).map(([name, to]) => [
    name,
    Array.isArray(to) ? [`${to[0].kind}-1`] : `${(to as Contract).kind}-1`,
  ]);
  return {
    kind,
    id: `${kind}-1`,
    version: 3,
    schema: contract.schema,
    rules: '2026-1',
    region: district,
    ...belonging[kind],
    receivedAt: past,
    since: past,
    links: Object.fromEntries(links),
    anchors: [],
    did: { create: [maker] },
    signed: {},
    clocks: {},
    ...over,
    status,
    data: schema.parse({ ...sampleOf(schema), ...data }),
  };
};

/** The same with the clocks and the end of its validity that its table gives it. */
export const runningOf = (process: Process, status: string, over: Over = {}, calendars: Calendars = stateCouncil): Stored => {
  const record = recordOf(process.contract.kind as Kind, status, over);
  const until = process.until?.(record);
  const dated = { ...record, ...(until === undefined ? {} : { validUntil: until }) };
  return { ...dated, clocks: clocksOf(process, dated, {}, rules, calendars) };
};

/** What an action sees of another record. */
export const seenOf = (record: Stored, at = now): Seen => seen(contractOf(record.kind as Kind), record, at);
/** A live record of a kind, as an action sees it. */
export const liveOf = (kind: Kind, over: Over = {}): Seen => seenOf(recordOf(kind, contractOf(kind).live[0] ?? '', over));

/** The references of a row, each to a live record. */
const referencesOf = (contract: Contract, reads: readonly string[]): Facts['refs'] =>
  Object.fromEntries(
    reads.map((name) => {
      const to = contract.refs[name];
      return [name, Array.isArray(to) ? [liveOf(to[0].kind)] : liveOf((to as Contract).kind as Kind)];
    }),
  );

/** References that few records of a kind have. */
const absent: Readonly<Record<string, Facts['refs']>> = { product: { derivation: [] } };
/** What a decision is made from: live references, an unbroken chain and a valid input, unless `over` says otherwise. */
export const factsOf = (process: Process, action: string, actor: Actor, over: Partial<Facts> = {}): Facts => {
  const { contract, create, actions } = process;
  const row = (action === 'create' ? create : actions[action as never]) as unknown as { readonly reads?: readonly string[] };
  const references = referencesOf(contract, row.reads ?? []);
  const facts = { actor, input: inputOf(contract.kind as Kind, action), broken: {}, now, rules, calendars: stateCouncil, ...over };
  return { ...facts, refs: { ...references, ...absent[contract.kind], ...over.refs } };
};
