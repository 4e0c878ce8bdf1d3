import * as z from 'zod';
import { agreementTerms, catalogueEntry, embedded, productOffer, scenarioFile, strongSheet } from '../../infra/local/journey/material.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import type { Role } from '../../contracts/roles.ts';
import type { World } from './world.ts';

type Data = Readonly<Record<string, unknown>>;
const dataOf = (record: Stored): Data => record.data;

const none = {
  employment: false,
  shares: false,
  paidAdvice: false,
  kin: false,
  coAuthor: false,
  competitor: false,
  licence: false,
  supervised: false,
};
const fields = ['LAW', 'PRIVACY', 'SECURITY', 'SECTOR', 'ECONOMICS', 'LAW', 'SECTOR'] as const;
const panel = ({ people, random }: World) =>
  people
    .filter((p) => p.roles.includes('expert'))
    .toSorted(() => random() - 0.5)
    .slice(0, 7)
    .map(({ id }, n) => ({ person: id, employer: `employer-${n + 1}`, field: fields[n], authoritySide: false }));
/** Few remittances, so that two payments meet in one; and now and then another amount than what is due. */
const payment = ({ random }: World, { data }: Stored) => ({
  amountFen: Number((data as { priceFen?: number }).priceFen) + (random() < 0.1 ? 1 : 0),
  remittance: `HK-${String(Math.floor(random() * 400)).padStart(6, '0')}`,
});
const prices = [0, 1, 99_999, 3_880_000];

/** What is said with an action, where it is more than a reason. */
const said: Readonly<Record<string, (world: World, record: Stored) => object>> = {
  'assessment.proposePanel': (world) => ({ panel: panel(world) }),
  'sheet.declare': () => none,
  'sheet.seal': () => ({ sheet: strongSheet() }),
  'dataset.deposit': () => ({ fileName: 'trips.csv' }),
  'product.approve': () => ({ ceilingFen: 5_000_000 }),
  'order.confirmPayment': payment,
  'order.refund': payment,
  'contract.sign': (_world, record) => ({ digest: dataOf(record)['digest'] }),
};
const anything = [{}, { reason: '演练所需的说明' }, { reasons: '演练所需的说明' }];

/** A valid input for an action on a record, or undefined where none is known. */
export const inputFor = (world: World, record: Stored, action: string): object | undefined => {
  const schema = world.ports.processes.get(record.kind)?.contract.inputs[action];
  const own = said[`${record.kind}.${action}`]?.(world, record);
  return (own === undefined ? anything : [own]).find((input) => schema instanceof z.ZodType && schema.safeParse(input).success);
};

/** `most` are as many as a world wants of a kind, so that what is begun is also brought to an end. */
export type Creation = {
  readonly kind: string;
  readonly role: Role;
  readonly most: number;
  readonly input: (world: World, recent: Recent) => Promise<object | undefined>;
};
/** A recent record of a kind, mostly one in this state. */
export type Recent = (kind: string, status: string) => Promise<Stored | undefined>;

export const creations: readonly Creation[] = [
  {
    kind: 'resource',
    most: 8,
    role: 'source.steward',
    input: async ({ ids, people, pick }) => {
      const steward = pick(people.filter((p) => p.roles.includes('source.steward')));
      return { ...catalogueEntry(embedded, `JT-${ids('resource').length + 1}`), organisation: steward?.org, stateSecret: false };
    },
  },
  {
    kind: 'agreement',
    most: 10,
    role: 'implementing.officer',
    input: async ({ ports, people, pick }, recent) => {
      const resource = await recent('resource', 'published');
      const operator = pick(people.filter((p) => p.roles.includes('operator.agent')));
      return resource && agreementTerms('演练协议', operator?.org ?? '', resource.id, ports.now().toISOString().slice(0, 10));
    },
  },
  {
    kind: 'scenario',
    most: 10,
    role: 'operator.agent',
    input: async (_world, recent) => {
      const grant = await recent('grant', 'active');
      return grant && scenarioFile('演练场景', grant.id);
    },
  },
  {
    kind: 'dataset',
    most: 12,
    role: 'operator.agent',
    input: async ({ load }, recent) => {
      const scenario = await recent('scenario', 'approved');
      const grants = [scenario?.links['grants'] ?? []].flat().map(String);
      const grant = grants[0] === undefined ? undefined : await load('grant', grants[0]);
      return scenario && { scenario: scenario.id, resource: String(grant?.links['resource']), layout: [] };
    },
  },
  {
    kind: 'product',
    most: 12,
    role: 'operator.agent',
    input: async ({ random }, recent) => {
      const dataset = await recent('dataset', 'loaded');
      if (!dataset) return undefined;
      const offer = productOffer(embedded, embedded.title, String(dataOf(dataset)['scenario']), dataset.id);
      return { ...offer, licence: { ...offer.licence, queries: 1 + Math.floor(random() * 4) } };
    },
  },
  {
    kind: 'listing',
    most: 14,
    role: 'operator.agent',
    input: async ({ pick }, recent) => {
      const product = await recent('product', 'approved');
      return product && { product: product.id, priceFen: pick(prices), legality: '数据来源合法。', contact: '0523-00000000' };
    },
  },
  {
    kind: 'order',
    most: 150,
    role: 'buyer.agent',
    input: async (_world, recent) => {
      const listing = await recent('listing', 'listed');
      return listing && { listing: listing.id, purpose: '评估网点布局。' };
    },
  },
  {
    kind: 'query',
    most: 400,
    role: 'buyer.agent',
    input: async (_world, recent) => {
      const entitlement = await recent('entitlement', 'active');
      return entitlement && { entitlement: entitlement.id, sql: 'SELECT count(*) AS n FROM data' };
    },
  },
];

/** What the worker would have found in a file. */
export const loadedFile = {
  object: 'sandbox/none.parquet',
  digest: `sha256:${'0'.repeat(64)}`,
  bytes: 1,
  rows: 1,
  columns: embedded.header.map((name) => ({
    name,
    type: embedded.measures.includes(name) ? 'BIGINT' : 'VARCHAR',
    nullPermille: 0,
    personal: null,
    unique: false,
  })),
};
/** What an inspection says of the same file. */
export const inspectedFile = {
  format: 'csv',
  encoding: 'utf-8',
  rows: loadedFile.rows,
  bytes: loadedFile.bytes,
  digest: loadedFile.digest,
  columns: loadedFile.columns.map((column) => ({
    ...column,
    alternatives: [],
    distinctApprox: 1,
    conformPermille: 1000,
    plausiblePermille: null,
    freshDays: null,
  })),
  quality: { normativity: 1000, completeness: 1000, accuracy: null, consistency: 1000, timeliness: null, accessibility: 1000 },
  malwareScan: 'NOT_RUN',
  malwareReason: 'NO_SCANNER',
};
