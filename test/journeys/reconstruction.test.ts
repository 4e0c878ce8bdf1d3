import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Host } from '../../infra/local/host.ts';
import { assemble, assess, authorise, catalogue, list, load, trade, type Cast } from '../../infra/local/journey/journey.ts';
import type { Material } from '../../infra/local/journey/material.ts';
import type { View } from '../../infra/local/journey/client.ts';
import { openTestHost } from '../support/host.ts';
import { becomes, listAnother, quiet, sessionOf, type Supply } from '../support/trading.ts';

const districts = ['海陵', '高港', '姜堰', '兴化'];
const secret = 3_456;
/** 40 households in each of four districts; one more stands alone in a fifth, and one alone among the farms of the first. */
const csv = [
  'district,trade,income,household',
  ...districts.flatMap((district, d) => Array.from({ length: 40 }, (_, n) => `${district},shop,${1_000 + d * 40 + n},H${d * 40 + n}`)),
  `泰兴,shop,${secret},H900`,
  `海陵,farm,${secret},H901`,
].join('\n');
const material: Material = {
  title: { zh: '住户收入统计', en: 'Incomes of households' },
  fileName: 'incomes.csv',
  header: ['district', 'trade', 'income', 'household'],
  content: () => Readable.from([`${csv}\n`]),
  dimensions: ['district', 'trade'],
  measures: ['income'],
  entity: 'household',
};

type Answer = { readonly rows: readonly (readonly unknown[])[] } | { readonly code: string };
type Buyer = { readonly cast: Cast; readonly entitlement: string };

let host: Host;
let bank: Cast;
let yard: Cast;
let chain: Supply;

/** A fresh resource with the same rows, of which nothing has been told, and two buyers of one product or of two. */
const freshly = async (products: 1 | 2): Promise<readonly [Buyer, Buyer]> => {
  const resource = await catalogue(bank, material, quiet);
  const grant = await authorise(bank, material, resource, quiet);
  const scenario = await assess(bank, material, grant, quiet);
  const dataset = await load(bank, material, scenario, resource, quiet);
  const listing = await list(bank, material, scenario, dataset, quiet);
  chain = { resource, grant, agreement: '', scenario, dataset, listing, product: String(listing.data['product']) };
  const other = products === 1 ? listing : await listAnother(bank, chain, {}, material);
  const buy = async (cast: Cast, from: View): Promise<Buyer> => ({
    cast,
    entitlement: String((await trade(cast, from, quiet)).data['entitlement']),
  });
  return [await buy(bank, listing), await buy(yard, other)];
};
const ask = async ({ cast, entitlement }: Buyer, sql: string): Promise<Answer> => {
  const asked = await cast.buyer.create('queries', { entitlement, sql });
  const query = await becomes(cast.buyer, 'queries', asked.id, 'released', 'refused');
  if (query.status === 'refused') return { code: String(query.data['code']) };
  return cast.buyer.get<{ rows: readonly (readonly unknown[])[] }>(`/v1/queries/${asked.id}/result`);
};
/** The sum of a column over all rows shown; nothing where nothing was told. */
const sumOf = (answer: Answer, column: number): number | undefined =>
  'code' in answer || answer.rows.length === 0 ? undefined : answer.rows.reduce((sum, row) => sum + Number(row[column]), 0);

beforeAll(async () => {
  host = await openTestHost();
  bank = await assemble(host.origin);
  yard = {
    ...bank,
    buyer: await sessionOf(host.origin, 'shipyard', 'buyer.agent'),
    buyerSignatory: await sessionOf(host.origin, 'shipyard', 'buyer.signatory'),
  };
}, 60_000);
afterAll(async () => host.close());

const others = districts.map((name) => `'${name}'`).join(', ');
/** Two questions whose difference is the income of one household, and what of each answer is subtracted. */
const attacks: readonly (readonly [name: string, first: string, second: string])[] = [
  ['the complement as a list', 'SELECT sum(income) FROM data', `SELECT sum(income) FROM data WHERE district IN (${others})`],
  [
    'the complement as alternatives',
    'SELECT sum(income) FROM data',
    `SELECT sum(income) FROM data WHERE ${districts.map((name) => `district = '${name}'`).join(' OR ')}`,
  ],
  ['the total minus the visible cells', 'SELECT sum(income) FROM data', 'SELECT sum(income), district FROM data GROUP BY district'],
  [
    'a district with and without its one farm',
    "SELECT sum(income) FROM data WHERE district = '海陵'",
    "SELECT sum(income) FROM data WHERE district = '海陵' AND trade = 'shop'",
  ],
  [
    'margins of two dimensions',
    "SELECT sum(income), trade FROM data WHERE district = '海陵' GROUP BY trade",
    "SELECT sum(income) FROM data WHERE district = '海陵'",
  ],
];

describe.each([1, 2] as const)('two buyers of %d product(s) who put their answers together', (products) => {
  let pair: readonly [Buyer, Buyer];
  beforeAll(async () => {
    pair = await freshly(products);
  }, 60_000);

  it.each(attacks)(
    'do not reconstruct one household by %s',
    async (_name, first, second) => {
      const [one, two] = pair;
      const [left, right] = [sumOf(await ask(one, first), 0), sumOf(await ask(two, second), 0)];
      const difference = left === undefined || right === undefined ? undefined : Math.abs(left - right);
      expect(difference).not.toBe(secret);
      // Nor by what the same two can ask again.
      const again = [sumOf(await ask(two, first), 0), sumOf(await ask(one, second), 0)];
      for (const a of [left, right, ...again])
        for (const b of [left, right, ...again]) if (a !== undefined && b !== undefined) expect(Math.abs(a - b)).not.toBe(secret);
    },
    30_000,
  );
});

it('two complements sent at the same moment are not both answered', async () => {
  const [one, two] = await freshly(2);
  const [, first = '', second = ''] = attacks[0] ?? [];
  const [left, right] = await Promise.all([ask(one, first), ask(two, second)]);
  const told = [left, right].filter((answer) => sumOf(answer, 0) !== undefined);
  expect(told).toHaveLength(1);
  // The refusal names no reason that depends on the data, and has cost one of the contract's queries.
  expect([left, right].flatMap((answer) => ('code' in answer ? [answer.code] : []))).toEqual(told.length === 1 ? ['query_failed'] : []);
}, 60_000);
