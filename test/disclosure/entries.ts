import * as fc from 'fast-check';
import type { Entry } from '../../contracts/disclosure.ts';
import type { Indexed, PublishedLog } from '../../functions/disclosure/register.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import type { Key, Table } from '../../shared/store/table.ts';

type Told = Pick<Entry, 'kind' | 'record' | 'action'> & Partial<Entry>;
/** Entries as a log holds them: one second apart, unless they say when. */
export const logOf = (...told: readonly Told[]): readonly Entry[] =>
  told.map((one, n) => ({
    schema: 1,
    event: `${one.kind}.${one.record}.${n + 1}`,
    seat: 'authority.lead',
    at: new Date(Date.UTC(2026, 10, 2, 1, 0, n)).toISOString(),
    region: '321202',
    disclosed: {},
    commitments: {},
    ...one,
  }));
export const indexed = (entries: readonly Entry[]): readonly Indexed[] => entries.map((entry, index) => ({ ...entry, index }));

const verified = (record: string, zh: string, en: string): Told => ({
  kind: 'organisation',
  record,
  action: 'verify',
  disclosed: { id: record, region: '321202', name: { zh, en }, type: 'OPERATOR', creditCode: '91350100M000100Y43' },
});
const grant = { id: 'g1', region: '321202', operator: 'op1', source: 'src1', resource: 'r1', agreement: 'a1', purposes: ['文旅统计'] };
const product = {
  id: 'p1',
  region: '321202',
  operator: 'op1',
  title: { zh: '出行热力', en: 'Trip heat' },
  summary: '按小时的出行量',
  scenario: 's1',
};

const quarter = { id: 'q1', type: 'QUARTERLY', organisation: 'op1', period: { from: '2026-07-01', to: '2026-09-30' } };

/** A small ledger: a resource, what is granted of it, what is made of that and sold, and a deadline that nobody kept. */
export const story: readonly Entry[] = logOf(
  { kind: 'log', record: 'keys', action: 'begin', seat: 'system', region: '', disclosed: { origin: 'harbour.example/log', keys: ['k'] } },
  verified('src1', '交通局', 'Transport Bureau'),
  verified('op1', '泰港数据公司', 'Taigang Data'),
  { kind: 'organisation', record: 'late1', action: 'overdue', disclosed: { id: 'late1', overdue: 'organisationVerification' } },
  { kind: 'resource', record: 'r1', action: 'publish', disclosed: { id: 'r1', owner: 'src1', name: { zh: '出行记录', en: 'Trips' } } },
  { kind: 'agreement', record: 'a1', action: 'activate', disclosed: { id: 'a1', status: 'active', title: '出行协议', operator: 'op1' } },
  { kind: 'grant', record: 'g1', action: 'consent', disclosed: { ...grant, status: 'active' } },
  {
    kind: 'scenario',
    record: 's1',
    action: 'approve',
    region: '3212',
    disclosed: { id: 's1', status: 'approved', title: '网点布局', purpose: '优化公交', operator: 'op1' },
  },
  { kind: 'dataset', record: 'd1', action: 'load', disclosed: { id: 'd1', resource: 'r1', scenario: 's1', rows: 2000 } },
  { kind: 'product', record: 'p1', action: 'approve', disclosed: { ...product, status: 'approved', ceilingFen: 5_000_000 } },
  {
    kind: 'listing',
    record: 'l1',
    action: 'approve',
    disclosed: { id: 'l1', status: 'listed', operator: 'op1', product: 'p1', title: product.title, priceFen: 3_880_000 },
  },
  { kind: 'order', record: 'o1', action: 'settle', disclosed: { id: 'o1', status: 'settled', product: 'p1', priceFen: 3_880_000 } },
  { kind: 'grant', record: 'g1', action: 'revoke', disclosed: { ...grant, status: 'revoked' } },
  { kind: 'product', record: 'p1', action: 'retire', disclosed: { id: 'p1', status: 'retired' } },
  { kind: 'disclosureRecord', record: 'q1', action: 'overdue', disclosed: { ...quarter, overdue: 'disclosure' } },
  { kind: 'disclosureRecord', record: 'q1', action: 'publish', disclosed: { ...quarter, status: 'published', late: true } },
);

/** The published part of a log, which may grow. */
export const publishing = (entries: readonly Entry[], size: () => number = () => entries.length): PublishedLog => ({
  publishedSize: async () => size(),
  entries: async (from, to) => entries.slice(from, Math.min(to, size())).map(canonical),
});

/** Ledgers of any length in which records come back, and few enough names that their lists are long. */
export const anyLog = fc
  .array(
    fc.record({
      kind: fc.constantFrom('grant', 'product', 'order', 'organisation', 'resource'),
      record: fc.constantFrom('one', 'two', 'three', 'four', 'five', 'six'),
      action: fc.constantFrom('approve', 'suspend', 'overdue'),
      region: fc.constantFrom('3212', '321202', ''),
      at: fc.integer({ min: 0, max: 40 }).map((hour) => new Date(Date.UTC(2026, 10, 1, hour)).toISOString()),
      disclosed: fc.record(
        {
          status: fc.constantFrom('active', 'suspended'),
          title: fc.constantFrom('公交', '公交 线路', 'port'),
          operator: fc.constantFrom('op1', 'op2'),
          source: fc.constantFrom('src1', 'op1'),
          owner: fc.constantFrom('src1', 'src2'),
          product: fc.constantFrom('one', 'two'),
        },
        { requiredKeys: [] },
      ),
    }),
    { maxLength: 40 },
  )
  .map((told) => logOf(...told));

/** A table that remembers what keys were written, so that all its rows can be told and dropped. */
export const remembering = (table: Table) => {
  const keys = new Map<string, Key>();
  const remembered: Table = {
    get: table.get.bind(table),
    query: table.query.bind(table),
    close: table.close.bind(table),
    transact: async (operations) => {
      for (const one of operations) {
        const { pk, sk } = 'put' in one ? one.put : 'add' in one ? one.add : 'delete' in one ? one.delete : one.check;
        keys.set(`${pk}\n${sk}`, { pk, sk });
      }
      return table.transact(operations);
    },
  };
  return {
    keys,
    table: remembered,
    rows: async () => {
      const sorted = [...keys].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, key]) => key);
      return (await table.get(sorted)).filter((item) => item !== undefined);
    },
    drop: async (): Promise<void> => {
      for (const key of keys.values()) await table.transact([{ delete: key }]);
    },
  };
};
