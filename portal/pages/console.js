// @ts-check
/** @import { Screen } from '../drawing.ts' */
/** @import { Card, Page, Pair, Shape, View } from '../shapes.ts' */
import { get, post, readPage, readRecord, submission, whoAmI } from '../api.js';
import { download } from '../csv.js';
import { definitions, table } from '../data.js';
import { h, say, spoken } from '../element.js';
import { time } from '../format.js';
import { badge, heading } from '../parts.js';
import { notice, problemOf } from '../problem.js';
import { reference, titleOf } from '../reference.js';

/** @typedef {{ readonly columns: readonly { readonly name: string }[], readonly rows: readonly (readonly (string | number | boolean | null)[])[] }} Result */
/** @typedef {{ readonly sql: string, readonly code: string, readonly at?: number, readonly zh?: string, readonly en?: string }} Refusal */
const pollMs = 700;

/** @param {View} query @param {Result} result */
const answer = (query, { columns, rows }) =>
  h(
    'div',
    {},
    h(
      'p',
      {},
      badge(query.status, true),
      ' ',
      say(`共 ${rows.length} 行`, `${rows.length} rows`),
      ' ',
      h('button', {
        type: 'button',
        say: ['导出 CSV', 'Export CSV'],
        onclick: () => download(`${query.id}.csv`, [columns.map(({ name }) => name), ...rows]),
      }),
    ),
    table(
      columns.map(/** @returns {Pair} */ ({ name }) => [name, name]),
      rows.map((row) => row.map((cell) => String(cell ?? ''))),
    ),
  );
/** The text of a refusal, with the place in the query that it means. @param {Refusal} data */
const refusal = ({ sql, at: place, zh, en = '', code }) =>
  h(
    'div',
    { class: 'notice refused', role: 'alert' },
    h('p', {}, zh === undefined ? spoken(['查询未通过', 'The query was refused']) : spoken([zh, en])),
    place !== undefined && h('pre', {}, sql.slice(0, place), h('mark', {}, sql.slice(place, place + 12) || ' '), sql.slice(place + 12)),
    h(
      'p',
      { class: 'quiet' },
      say('代码', 'Code'),
      ' ',
      h('code', {}, code),
      place !== undefined && say(`，第 ${place + 1} 个字符处`, `, at character ${place + 1}`),
    ),
  );
/** @param {View} query @returns {Promise<Node>} */
const outcome = async (query) => {
  if (query.status === 'released') return answer(query, await get(`/v1/queries/${query.id}/result`));
  if (query.status === 'refused') return refusal(/** @type {Refusal} */ (/** @type {unknown} */ (query.data)));
  return h(
    'div',
    { class: 'notice refused', role: 'alert' },
    badge(query.status),
    h('p', { say: ['授权链条已中断，结果已扣留。', 'The authority chain is broken; the result is withheld.'] }),
    definitions(query.data),
  );
};
/** @param {string} id @returns {Promise<View>} */
const settled = async (id) => {
  for (;;) {
    const query = await readRecord('queries', id);
    if (query.status !== 'admitted') return query;
    const waited = Promise.withResolvers();
    setTimeout(waited.resolve, pollMs);
    await waited.promise;
  }
};
/** @param {string} entitlement */
const past = async (entitlement) => {
  /** @type {Page<Card>} */
  const page = await readPage('/v1/queries', { scope: 'own', limit: '20' });
  return h(
    'section',
    { class: 'panel' },
    h('h2', { say: ['本单位近期查询', 'Our latest queries'] }),
    h(
      'ul',
      { class: 'past', 'data-entitlement': entitlement },
      ...page.items.map(({ id, title, status, receivedAt }) =>
        h(
          'li',
          {},
          h('a', { href: `/queries/${id}` }, h('code', {}, title)),
          ' ',
          badge(status, status === 'released'),
          ' ',
          h('span', { class: 'quiet' }, time(receivedAt)),
        ),
      ),
    ),
  );
};
/** What may be asked: the rule of the product, where it can be read. @param {string} product */
const ruleOf = async (product) => {
  try {
    const { data } = await readRecord('products', product);
    return h(
      'details',
      { class: 'panel' },
      h('summary', { say: ['可查询的维度、指标与规则', 'What may be asked'] }),
      definitions(/** @type {Shape} */ (data['rule'])),
    );
  } catch {
    return h('p', { class: 'quiet', say: ['该产品的分析规则见合同。', 'The analysis rule stands in the contract.'] });
  }
};

/** Where a buyer asks questions under an entitlement. @param {string} id @returns {() => Promise<Screen>} */
export const queryConsole = (id) => async () => {
  await whoAmI();
  const entitlement = await readRecord('entitlements', id);
  const product = String(entitlement.data['product']);
  const input = h('textarea', { id: 'sql', rows: '7', spellcheck: 'false', class: 'code' });
  const said = h('div', { class: 'result', 'aria-live': 'polite' });
  const button = h('button', { type: 'submit', class: 'primary', say: ['执行查询', 'Run the query'] });
  const keyOf = submission();
  const ask = async () => {
    button.disabled = true;
    said.replaceChildren(h('p', { role: 'status', say: ['正在核验授权链条并计算……', 'Checking the authority chain and computing…'] }));
    try {
      const body = { entitlement: id, sql: input.value };
      /** @type {View} */
      const made = await post('/v1/queries', { body, key: keyOf({ ...body, turn: said.dataset['turn'] ?? '' }) });
      said.dataset['turn'] = made.id; // the same question asked anew is another query
      said.replaceChildren(await outcome(await settled(made.id)));
    } catch (error) {
      said.replaceChildren(notice(problemOf(error)));
    } finally {
      button.disabled = false;
    }
  };
  return {
    title: ['查询台', 'Query console'],
    body: [
      h('p', { class: 'crumbs' }, h('a', { href: `/entitlements/${id}` }, spoken(titleOf(entitlement)))),
      heading(['查询台', 'Query console'], badge(entitlement.status, entitlement.isLive)),
      h('p', {}, reference('product', product)),
      await ruleOf(product),
      h(
        'form',
        { class: 'form panel', onsubmit: (event) => (event.preventDefault(), void ask()) },
        h(
          'div',
          { class: 'field' },
          h('label', { for: 'sql', say: ['查询语句（SQL，表名为 data）', 'Query (SQL; the table is data)'] }),
          input,
          h('span', {
            class: 'hint',
            say: [
              '只返回经核验的汇总结果；未达到最少主体数的分组会被扣除。',
              'Only checked aggregates come out; cells with too few entities are withheld.',
            ],
          }),
        ),
        h('div', { class: 'buttons' }, button),
      ),
      said,
      await past(id),
    ],
  };
};
