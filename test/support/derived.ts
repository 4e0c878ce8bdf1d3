import { Readable } from 'node:stream';
import type { Session, View } from '../../infra/local/journey/client.ts';
import { assess, authorise, catalogue, load, type Cast } from '../../infra/local/journey/journey.ts';
import type { Material } from '../../infra/local/journey/material.ts';
import { becomes, quiet } from './trading.ts';

/** What stands in every row of the tables below, and may stand in nothing that an operator is told. */
export const secret = 'QK7Z';
const riders = 120;
const rider = (n: number): string => `${secret}-${n}`;
const materialOf = (zh: string, en: string, header: readonly string[], rows: readonly string[]): Material => ({
  title: { zh, en },
  fileName: 'table.csv',
  header,
  content: () => Readable.from(`${header.join(',')}\n${rows.join('\n')}\n`),
  dimensions: [],
  measures: [],
  entity: 'rider',
});
/** Rides of people, and what is known of the people: two tables of one city, by the same persons. */
export const rides = materialOf(
  '公交刷卡记录',
  'Bus rides',
  ['rider', 'fare', 'note'],
  Array.from({ length: riders * 4 }, (_, n) => `${rider(n % riders)},${100 + (n % 7)},${secret}-note-${n}`),
);
export const cards = materialOf(
  '公交卡登记',
  'Bus cards',
  ['rider', 'band', 'age'],
  Array.from({ length: riders }, (_, n) => `${rider(n)},${n % 3 === 0 ? 'old' : 'young'},${20 + (n % 60)}`),
);

/** Two datasets of one scenario, each of a resource and a grant of its own. */
export const twoTables = async (cast: Cast) => {
  const resources = [await catalogue(cast, rides, quiet), await catalogue(cast, cards, quiet)] as const;
  const grants = [await authorise(cast, rides, resources[0], quiet), await authorise(cast, cards, resources[1], quiet)] as const;
  const scenario = await assess(cast, rides, grants[0], quiet, [grants[1]]);
  const datasets = [
    await load(cast, { ...rides, dimensions: ['fare'] }, scenario, resources[0], quiet),
    await load(cast, { ...cards, dimensions: ['band'] }, scenario, resources[1], quiet),
  ] as const;
  return { resources, grants, scenario, datasets };
};
export type TwoTables = Awaited<ReturnType<typeof twoTables>>;

/** A text over both tables that brings rows together, and asks for what cannot be worked out as well. */
export const derivedSql = [
  'SELECT rides.rider AS who, cards.band, count(*) AS trips, sum(rides.fare) AS spent,',
  '  max(CAST(rides.note AS INTEGER)) AS no_number, max(rides.fare / (cards.age - cards.age)) AS by_zero',
  'FROM rides JOIN cards ON rides.rider = cards.rider',
  'GROUP BY rides.rider, cards.band',
].join('\n');
export const derivationOf = ({ scenario, datasets: [one, other] }: TwoTables, over: object = {}) => ({
  title: { zh: '按年龄段的乘车', en: 'Rides by band' },
  scenario: scenario.id,
  datasets: [
    { name: 'rides', dataset: one.id, entity: 'rider' },
    { name: 'cards', dataset: other.id, entity: 'rider' },
  ],
  sql: derivedSql,
  ...over,
});
/** A derivation that two officers have approved. */
export const approvedDerivation = async (cast: Cast, drafted: View): Promise<void> => {
  await cast.agent.act(drafted, 'derivations', 'submit');
  await becomes(cast.case, 'derivations', drafted.id, 'rehearsed');
  await cast.case.act(drafted, 'derivations', 'approve');
  await cast.lead.act(drafted, 'derivations', 'approve');
};
export const derivedProduct = ({ scenario, datasets }: TwoTables, derivation: string, over: object = {}) => ({
  title: { zh: '分年龄段乘车统计', en: 'Rides by age' },
  summary: '由两项数据资源加工，回答加噪声。',
  scenario: scenario.id,
  dataset: datasets[0].id,
  derivation,
  deliveryMode: 'GOVERNED_QUERY',
  useClass: 'INDUSTRY',
  rule: {
    dimensions: [{ column: 'band', domain: ['old', 'young', 'unknown'] }],
    measures: [{ column: 'spent', clamp: { min: '0', max: '1000' } }],
    entity: 'who',
    minEntities: 10,
    dominancePercent: 50,
    maxRows: 1000,
    maxPredicates: 8,
    privacy: { epsilonMicro: 200_000, cellsPerEntity: 1, rowsPerCell: 1, datasetBudgetMicro: 10_000_000, buyerBudgetMicro: 5_000_000 },
  },
  licence: { permittedPurpose: '内部经营分析', users: '需方员工', region: 'CN', termDays: 365, queries: 100, onwardTransfer: false },
  ...over,
});
/** Notes the body of every answer that goes to an organisation of which a session is. */
export const listening = ({ organisation }: Pick<Session, 'organisation'>) => {
  const original = globalThis.fetch;
  const heard: string[] = [];
  globalThis.fetch = async (...asked) => {
    const response = await original(...asked);
    if (new Headers(asked[1]?.headers).get('harbour-organisation') === organisation) heard.push(await response.clone().text());
    return response;
  };
  return {
    heard,
    stop: (): void => {
      globalThis.fetch = original;
    },
  };
};
