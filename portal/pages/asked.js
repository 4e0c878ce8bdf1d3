// @ts-check
/** @import { Address, Screen } from '../drawing.ts' */
/** @import { Card, Page, View } from '../shapes.ts' */
/** @import { Template } from '../asking/shapes.ts' */
import { post, readPage, whoAmI } from '../api.js';
import { outcome } from '../asking/answer.js';
import { asking } from '../asking/question.js';
import { h, say } from '../element.js';
import { empty, heading, more } from '../parts.js';
import { reference } from '../reference.js';
import { kindOf } from '../registry.js';
import { acting } from '../session.js';

/** The answer of a query beside its record, and the way to ask it again. @param {View} view @returns {Promise<readonly Node[]>} */
export const query = async (view) => {
  const isOwn = view.owner === acting()?.organisation;
  const entitlement = String(view.data['entitlement']);
  if (view.status === 'admitted' || (!isOwn && view.status === 'released')) return [];
  return [
    h(
      'section',
      { class: 'panel' },
      h('h2', { say: ['结果', 'What came of it'] }),
      await outcome(view),
      isOwn &&
        h(
          'div',
          { class: 'buttons' },
          h(
            'a',
            { class: 'button', href: `/entitlements/${entitlement}/console?${new URLSearchParams({ query: view.id }).toString()}` },
            say('在查询台打开，可修改后再问', 'Open it in the console, to change it and ask again'),
          ),
        ),
    ),
  ];
};

/** A template is tried where it is read: by its author before it is submitted, by who reviews it, by who would buy. @param {View} view @returns {Promise<readonly Node[]>} */
export const template = async (view) => {
  if (acting() === undefined || view.status === 'retired') return [];
  const { title, summary, parameters } = /** @type {Template} */ (/** @type {unknown} */ (view.data));
  const question = asking({
    rule: undefined,
    onlyTemplates: true,
    templates: [{ id: view.id, title, summary, parameters }],
    tries: (asked) => post(`/v1/templates/${view.id}/preview`, { body: { arguments: 'arguments' in asked ? asked.arguments : [] } }),
  });
  return [h('section', { class: 'trying' }, h('h2', { say: ['试问', 'Try it'] }), question.node, question.said)];
};

/** A question is put in the console of a contract: which one, where an address does not say. @param {Address} address @returns {Promise<Screen>} */
export const newQuestion = async ({ query: address }) => {
  await whoAmI();
  const named = address.get('entitlement');
  const list = h('ul', { class: 'entries' });
  const foot = h('div');
  const consoleOf = (/** @type {string} */ id) => `/entitlements/${id}/console`;
  /** @param {string} [cursor] @returns {Promise<void>} */
  const load = async (cursor) => {
    /** @type {Page<Card>} */
    const page = await readPage('/v1/entitlements', { scope: 'own', cursor, limit: '100' });
    const live = page.items.filter(({ id, status }) => kindOf('entitlement')?.live.includes(status) && (named === null || id === named));
    list.append(
      ...live.map(({ id, title }) =>
        h(
          'li',
          { class: 'card' },
          h(
            'div',
            { class: 'foot' },
            h('span', {}, reference('product', title), ' ', h('code', { class: 'quiet' }, id)),
            h('a', { class: 'button primary', href: consoleOf(id) }, say('打开查询台', 'Open the query console')),
          ),
        ),
      ),
    );
    foot.replaceChildren(
      ...(list.childElementCount === 0 && page.cursor === undefined
        ? [
            empty([
              '本单位没有生效的使用权，请先在数据市场订购。',
              'Your organisation has no right of use in force; order a product first.',
            ]),
            h('div', { class: 'buttons' }, h('a', { class: 'button', href: '/market' }, say('数据市场', 'Market'))),
          ]
        : []),
      ...(page.cursor === undefined ? [] : [more(async () => load(page.cursor))]),
    );
  };
  await load();
  return {
    title: ['提问', 'Ask a question'],
    body: [
      heading(['提问', 'Ask a question']),
      h('p', { class: 'quiet', say: ['请选择在哪份合同下提问。', 'Choose the contract under which to ask.'] }),
      list,
      foot,
    ],
  };
};
