// @ts-check
/** @import { Address, Screen } from '../drawing.ts' */
/** @import { Page, Pair } from '../shapes.ts' */
import { readPage, whoAmI } from '../api.js';
import { download } from '../csv.js';
import { h, inWords, speak, spoken } from '../element.js';
import { time } from '../format.js';
import { badge, empty, heading, more } from '../parts.js';
import { notice, problemOf } from '../problem.js';
import { nameOf, partyReference, reference } from '../reference.js';
import { kindOf, wordOf } from '../registry.js';
import { go } from '../router.js';

/** @typedef {{ readonly id: string, readonly askedAt: string, readonly buyer: string, readonly product: string, readonly sql: string, readonly outcome: string, readonly code: string | null, readonly ruleVersion: number | null, readonly rows: number | null, readonly epsilonMicro: number | null, readonly link: string | null, readonly answersBefore: number | null, readonly answersCompared: number | null, readonly comparisonMs: number | null }} Trace */

/** @type {readonly Pair[]} */
const heads = [
  ['时间', 'Time'],
  ['买方', 'Buyer'],
  ['产品', 'Product'],
  ['查询文本', 'Text'],
  ['结果', 'Outcome'],
  ['规则版本', 'Rule version'],
  ['行数', 'Rows'],
  ['隐私开销（ε）', 'Privacy cost (ε)'],
  ['与此前回答比较', 'Earlier answers'],
];
/** Of these the figures stand under each other. */
const figures = new Set([5, 6, 7, 8]);
/** @param {Trace} trace */
const outcomeOf = ({ outcome, code, link }) =>
  h('span', {}, badge(outcome, outcome === 'released'), (code ?? link) ? h('code', {}, ` ${code ?? link}`) : '');
/** @param {number | null} count */
const counted = (count) => (count === null ? '—' : String(count));
/** @param {number | null} micro */
const spent = (micro) => counted(micro === null ? null : micro / 1_000_000);
/** With how many of the answers before it an answer was compared, and what that took. @param {Trace} trace */
const compared = ({ answersBefore, answersCompared, comparisonMs }) =>
  answersBefore === null ? '—' : `${counted(answersCompared)} / ${answersBefore} · ${counted(comparisonMs)} ms`;
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
    spent(trace.epsilonMicro),
    compared(trace),
  ];
  const look = (/** @type {number} */ at) => (at === 0 ? 'when' : figures.has(at) ? 'number' : undefined);
  return h(
    'tr',
    {},
    ...cells.map((cell, at) => h('td', { class: look(at) }, at > 0 && h('span', { class: 'head' }, spoken(heads[at] ?? ['', ''])), cell)),
  );
};
/** @param {readonly Trace[]} traces */
const exported = (traces) =>
  download('queries.csv', [
    heads.map(inWords),
    ...traces.map((trace) => [
      time(trace.askedAt),
      trace.buyer,
      trace.product,
      trace.sql,
      [inWords(wordOf(trace.outcome)), trace.code ?? trace.link ?? ''].join(' ').trim(),
      counted(trace.ruleVersion),
      counted(trace.rows),
      spent(trace.epsilonMicro),
      compared(trace),
    ]),
  ]);

/** @typedef {{ readonly outcome: string, readonly buyer: string, readonly product: string }} Filter */
/** @param {Filter} filter @param {string} [cursor] @returns {Promise<Page<Trace>>} */
const read = async (filter, cursor) => readPage('/v1/audit/queries', { ...filter, cursor });
/** All that fits, page by page. @param {Filter} filter */
const everything = async (filter) => {
  /** @type {Trace[]} */
  const all = [];
  let page = await read(filter);
  for (;;) {
    all.push(...page.items);
    if (page.cursor === undefined) return all;
    page = await read(filter, page.cursor);
  }
};
/** @param {Filter} filter */
const exportOf = (filter) => {
  const said = h('span', { 'aria-live': 'polite' });
  const button = h('button', { type: 'button', say: ['导出全部（CSV）', 'Export all (CSV)'] });
  button.addEventListener('click', () => {
    button.disabled = true;
    said.replaceChildren();
    void everything(filter)
      .then(exported, (error) => said.replaceChildren(notice(problemOf(error))))
      .finally(() => {
        button.disabled = false;
      });
  });
  return h('div', { class: 'buttons' }, button, said);
};
/** @param {Filter} filter @param {keyof Filter} name @param {Pair} label @param {HTMLSelectElement} select */
const filterBy = (filter, name, label, select) => {
  select.addEventListener('change', () => {
    const given = Object.entries({ ...filter, [name]: select.value }).filter(([, value]) => value !== '');
    void go(given.length === 0 ? '/audit' : `/audit?${new URLSearchParams(given).toString()}`);
  });
  return h('div', { class: 'field' }, h('label', { for: select.id }, spoken(label)), select);
};
/** Those that were met on this page, and the one that is asked for. @param {string} kind @param {string} id @param {string} chosen */
const met = (kind, id, chosen) => {
  const select = h('select', { id }, h('option', { value: '', say: ['全部', 'All'] }));
  /** @type {Set<string>} */
  const known = new Set(['']);
  /** @param {readonly string[]} ids */
  const add = (ids) => {
    for (const one of ids.filter((each) => !known.has(each))) {
      known.add(one);
      const option = h('option', { value: one, selected: one === chosen }, one);
      select.append(option);
      void nameOf(kind, one).then((name) => name && speak(option, name));
    }
  };
  add([chosen]);
  return { select, add };
};
/** @param {string} chosen */
const outcomes = (chosen) =>
  h(
    'select',
    { id: 'audit-outcome' },
    h('option', { value: '', say: ['全部', 'All'] }),
    ...(kindOf('query')?.states ?? []).map((state) => h('option', { value: state, selected: state === chosen, say: wordOf(state) })),
  );

/** What was asked of the data, under which rule and with which outcome, for the auditor; never a row. @param {Address} address @returns {Promise<Screen>} */
export const audit = async ({ query }) => {
  await whoAmI();
  const filter = { outcome: query.get('outcome') ?? '', buyer: query.get('buyer') ?? '', product: query.get('product') ?? '' };
  const buyers = met('organisation', 'audit-buyer', filter.buyer);
  const products = met('product', 'audit-product', filter.product);
  const body = h('tbody');
  const foot = h('div');
  /** @param {string} [cursor] @returns {Promise<void>} */
  const load = async (cursor) => {
    const page = await read(filter, cursor);
    body.append(...page.items.map(row));
    buyers.add(page.items.map(({ buyer }) => buyer));
    products.add(page.items.map(({ product }) => product));
    foot.replaceChildren(
      ...(body.childElementCount === 0 && page.cursor === undefined ? [empty(['没有符合条件的查询。', 'There are no such queries.'])] : []),
      ...(page.cursor === undefined ? [] : [more(async () => load(page.cursor))]),
    );
  };
  await load();
  return {
    title: ['查询审计', 'Query audit'],
    body: [
      heading(['查询审计', 'Query audit'], exportOf(filter)),
      h('p', {
        class: 'quiet',
        say: [
          '每次查询、拒绝与放行均在此留痕：文本、规则版本与结果；不含任何数据行。',
          'Every question, refusal and release is on record: text, rule version and outcome; never a row.',
        ],
      }),
      h(
        'div',
        { class: 'filters' },
        filterBy(filter, 'outcome', ['结果', 'Outcome'], outcomes(filter.outcome)),
        filterBy(filter, 'buyer', ['买方', 'Buyer'], buyers.select),
        filterBy(filter, 'product', ['产品', 'Product'], products.select),
      ),
      h(
        'table',
        { class: 'list audit' },
        h(
          'thead',
          {},
          h('tr', {}, ...heads.map((head, at) => h('th', { scope: 'col', class: figures.has(at) ? 'number' : undefined }, spoken(head)))),
        ),
        body,
      ),
      foot,
    ],
  };
};
