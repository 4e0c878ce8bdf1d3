// @ts-check
/** @import { Pair } from '../shapes.ts' */
/** @import { Accepted, Balance, Cost, Preview } from './shapes.ts' */
import { h, say, spoken } from '../element.js';
import { epsilon } from './rule.js';
import { refused } from './refusal.js';
import { cells } from './table.js';

/** @param {number} part @param {number} whole */
const percent = (part, whole) => `${String(Math.round((part / whole) * 1000) / 10)}%`;

/** @param {NonNullable<Cost['budget']>} budget @param {Balance['budget']} left @returns {Pair} */
const share = ({ epsilonMicro }, left) => {
  const rest = left && percent(left.leftMicro, left.ofMicro);
  return rest === undefined
    ? [`（${epsilon(epsilonMicro)}）`, `(${epsilon(epsilonMicro)})`]
    : [`（${epsilon(epsilonMicro)}，剩余 ${rest}）`, `(${epsilon(epsilonMicro)}; ${rest} left)`];
};
/** What it would cost, beside what is left where that is known. @param {Cost} cost @param {Balance | undefined} balance */
const price = ({ queries, budget }, balance) =>
  h(
    'dl',
    { class: 'facts totals' },
    h(
      'div',
      {},
      h('dt', { say: ['查询次数', 'Queries'] }),
      h(
        'dd',
        {},
        String(queries),
        balance && h('span', { class: 'quiet' }, say(`（剩余 ${balance.queries.left}）`, ` of ${balance.queries.left} left`)),
      ),
    ),
    budget &&
      h(
        'div',
        {},
        h('dt', { say: ['隐私预算', 'Privacy budget'] }),
        h(
          'dd',
          {},
          percent(budget.epsilonMicro, budget.ofMicro),
          ' ',
          h('span', { class: 'quiet' }, spoken(share(budget, balance?.budget))),
        ),
      ),
  );
/** Why an accepted question could not be run all the same. @param {Cost} cost @param {Balance | undefined} balance */
const shortage = ({ queries, budget }, balance) =>
  balance &&
  (balance.queries.left < queries || (budget && balance.budget && balance.budget.leftMicro < budget.epsilonMicro)) &&
  h('p', {
    class: 'notice',
    role: 'alert',
    say: [
      '本合同的余额不足以执行：请减少分组或统计项，或另行订购。',
      'What is left of this contract does not pay for it: ask for fewer statistics, or order anew.',
    ],
  });
/** @param {Accepted} preview */
const conditions = ({ predicates }) =>
  h(
    'div',
    {},
    h('h3', { say: ['条件', 'Conditions'] }),
    predicates.length === 0
      ? h('p', { class: 'quiet', say: ['没有条件：对全部数据统计。', 'None: it is about all of the data.'] })
      : h('ul', { class: 'values' }, ...predicates.map((one) => h('li', {}, h('code', {}, one)))),
  );
/** Rows that nobody is behind, marked as such wherever they are seen. @param {Accepted} preview */
const sample = ({ cost, sample: { entitiesPerCell, columns, rows } }) =>
  h(
    'figure',
    { class: 'invented' },
    h(
      'figcaption',
      {},
      h('strong', { class: 'badge warn', say: ['虚构数据', 'Invented data'] }),
      ' ',
      say(
        `仅示意回答的形式，与真实数据无关；按规则虚构，每组 ${entitiesPerCell} 个虚构主体${cost.budget ? '，未加噪声' : ''}。`,
        `It shows the form of an answer and says nothing of the data: invented from the rule, ${entitiesPerCell} entities in each cell${cost.budget ? ', without noise' : ''}.`,
      ),
    ),
    rows === null || rows.length === 0
      ? h('p', { class: 'quiet', say: ['这些条件下没有可示意的行。', 'There are no rows to show under these conditions.'] })
      : cells(
          columns.map((name) => ({ name })),
          rows,
          'sample',
        ),
  );
/** @param {string | undefined} asks */
const bound = (asks) =>
  asks === undefined
    ? undefined
    : h('div', {}, h('h3', { say: ['代入参数后的问题', 'The question with its arguments'] }), h('pre', { class: 'sql' }, asks));

/** What a trial cannot know. @type {Readonly<Record<'exact' | 'noised', Pair>>} */
const reserves = {
  exact: [
    '这是按规则作出的判断，未动用数据。执行时主体数不足的分组会被扣除，并与以往的回答比对，因此个别问题仍可能不予回答。',
    'This is by the rule alone; no data was touched. When it is run, cells with too few entities are left out, and it is compared with earlier answers, so that it may still be refused.',
  ],
  noised: [
    '这是按规则作出的判断，未动用数据。执行时先支付隐私预算，回答加入随机噪声；该产品或其数据资源的预算已被用完的，不予回答。',
    'This is by the rule alone; no data was touched. When it is run, the privacy budget is paid first and noise is added; where the budget of the product or of its data is used up, it is refused.',
  ],
};
/**
 * Whether a question would be answered: accepted with what it costs and what an answer looks like, or refused where and why.
 * @param {Preview} preview @param {{ readonly sql: string, readonly isTemplate: boolean, readonly balance?: Balance | undefined }} about
 * @param {...(Node | undefined)} next what may be done then
 */
export const trialTold = (preview, { sql, isTemplate, balance }, ...next) => {
  if (!preview.accepted) {
    const { refused: code, at, zh, en, asks = sql } = preview;
    return refused({ sql: asks, code, at: at ?? undefined, zh, en }, ...next);
  }
  return h(
    'section',
    { class: 'panel trial' },
    h(
      'div',
      { class: 'notice good', role: 'status' },
      h('p', {}, h('strong', { say: ['可以得到回答。', 'It can be answered.'] })),
      h('p', { say: preview.cost.budget ? reserves.noised : reserves.exact }),
    ),
    price(preview.cost, balance),
    shortage(preview.cost, balance),
    isTemplate ? bound(preview.asks) : undefined,
    conditions(preview),
    sample(preview),
    h('details', {}, h('summary', { say: ['将执行的查询', 'The query as it would run'] }), h('pre', { class: 'sql' }, preview.sql)),
    ...next,
  );
};
