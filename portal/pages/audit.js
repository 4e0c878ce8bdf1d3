// @ts-check
/** @import { Address, Screen } from '../drawing.ts' */
/** @import { Page, Pair } from '../shapes.ts' */
import { readPage, whoAmI } from '../api.js';
import { download } from '../csv.js';
import { h, inWords, say, spoken } from '../element.js';
import { time } from '../format.js';
import { badge, empty, heading, more } from '../parts.js';
import { partyReference, reference } from '../reference.js';
import { kindOf, wordOf } from '../registry.js';
import { go } from '../router.js';

/** @typedef {{ readonly id: string, readonly askedAt: string, readonly buyer: string, readonly product: string, readonly sql: string, readonly outcome: string, readonly code: string | null, readonly ruleVersion: number | null, readonly rows: number | null, readonly epsilonMicro: number | null, readonly link: string | null }} Trace */

/** @type {readonly Pair[]} */
const heads = [
  ['时间', 'Time'],
  ['买方', 'Buyer'],
  ['产品', 'Product'],
  ['查询文本', 'Text'],
  ['结果', 'Outcome'],
  ['规则版本', 'Rule version'],
  ['行数', 'Rows'],
  ['隐私开销（微ε）', 'Privacy cost (millionths of ε)'],
];
/** @param {Trace} trace */
const outcomeOf = ({ outcome, code, link }) =>
  h('span', {}, badge(outcome, outcome === 'released'), (code ?? link) ? h('code', {}, ` ${code ?? link}`) : '');
/** @param {number | null} count */
const counted = (count) => (count === null ? '—' : String(count));
/** @param {Trace} trace */
const row = (trace) => {
  const cells = [
    h('a', { href: `/queries/${trace.id}` }, h('time', { datetime: trace.askedAt }, time(trace.askedAt))),
    partyReference(trace.buyer),
    reference('product', trace.product),
    h('code', { class: 'sql' }, trace.sql),
    outcomeOf(trace),
    counted(trace.ruleVersion),
    counted(trace.rows),
    counted(trace.epsilonMicro),
  ];
  return h('tr', {}, ...cells.map((cell, at) => h('td', {}, at > 0 && h('span', { class: 'head' }, spoken(heads[at] ?? ['', ''])), cell)));
};
/** @param {readonly Trace[]} traces */
const exported = (traces) =>
  download('queries.csv', [
    heads.map(inWords),
    ...traces.map(({ askedAt, buyer, product, sql, outcome, code, link, ruleVersion, rows, epsilonMicro }) => [
      time(askedAt),
      buyer,
      product,
      sql,
      [inWords(wordOf(outcome)), code ?? link ?? ''].join(' ').trim(),
      counted(ruleVersion),
      counted(rows),
      counted(epsilonMicro),
    ]),
  ]);

/** What was asked of the data, under which rule and with which outcome, for the auditor; never a row. @param {Address} address @returns {Promise<Screen>} */
export const audit = async ({ query }) => {
  await whoAmI();
  const outcome = query.get('outcome') ?? '';
  const select = h(
    'select',
    { id: 'audit-outcome' },
    h('option', { value: '', say: ['全部', 'All'] }),
    ...(kindOf('query')?.states ?? []).map((state) => h('option', { value: state, selected: state === outcome }, spoken(wordOf(state)))),
  );
  select.addEventListener('change', () => void go(select.value === '' ? '/audit' : `/audit?outcome=${select.value}`));
  const body = h('tbody');
  const foot = h('div');
  /** @type {Trace[]} */
  const traces = [];
  /** @param {string} [cursor] @returns {Promise<void>} */
  const load = async (cursor) => {
    /** @type {Page<Trace>} */
    const page = await readPage('/v1/audit/queries', { outcome, cursor });
    traces.push(...page.items);
    body.append(...page.items.map(row));
    foot.replaceChildren(
      ...(traces.length === 0 && page.cursor === undefined ? [empty(['没有符合条件的查询。', 'There are no such queries.'])] : []),
      ...(page.cursor === undefined ? [] : [more(async () => load(page.cursor))]),
    );
  };
  await load();
  return {
    title: ['查询审计', 'Query audit'],
    body: [
      heading(
        ['查询审计', 'Query audit'],
        h('button', { type: 'button', say: ['导出 CSV', 'Export CSV'], onclick: () => exported(traces) }),
      ),
      h('p', {
        class: 'quiet',
        say: [
          '每次查询、拒绝与放行均在此留痕：文本、规则版本与结果；不含任何数据行。',
          'Every question, refusal and release is on record: text, rule version and outcome; never a row.',
        ],
      }),
      h('div', { class: 'field' }, h('label', { for: select.id }, say('结果', 'Outcome')), select),
      h('table', { class: 'list' }, h('thead', {}, h('tr', {}, ...heads.map((head) => h('th', { scope: 'col' }, spoken(head))))), body),
      foot,
    ],
  };
};
