// @ts-check
/** @import { Address, Screen } from '../drawing.ts' */
/** @import { Named, Page } from '../shapes.ts' */
import { readPage, whoAmI } from '../api.js';
import { h, say, spoken } from '../element.js';
import { yuan } from '../format.js';
import { badge, empty, heading, more } from '../parts.js';
import { partyReference } from '../reference.js';
import { choiceWord } from '../registry.js';
import { go } from '../router.js';
import { holds } from '../session.js';
import { trialTitle } from './trial.js';

/** @typedef {{ readonly id: string, readonly status: string, readonly title: Named, readonly summary: string, readonly priceFen: number, readonly callPriceFen?: number, readonly operator: string, readonly region: string }} Offer */

/** @param {Offer} offer */
const card = ({ id, status, title, summary, priceFen, callPriceFen, operator, region }) =>
  h(
    'li',
    { class: 'card offer' },
    h('h2', {}, h('a', { href: `/listings/${id}` }, spoken([title.zh, title.en]))),
    h('p', {}, summary),
    h(
      'p',
      { class: 'quiet' },
      partyReference(operator),
      ' · ',
      spoken(choiceWord('region', region)),
      ' ',
      badge(status, status === 'listed'),
    ),
    h(
      'div',
      { class: 'foot' },
      h(
        'div',
        {},
        h('strong', { class: 'price' }, priceFen === 0 ? say('免费', 'Free') : yuan(priceFen)),
        callPriceFen !== undefined &&
          h('div', { class: 'quiet', say: [`接口调用每次 ${yuan(callPriceFen)}`, `${yuan(callPriceFen)} a call`] }),
      ),
      holds(['buyer.agent']) &&
        status === 'listed' &&
        h('a', { class: 'button primary', href: `/orders/new?listing=${id}` }, say('下单', 'Order')),
    ),
    status === 'listed' && h('p', { class: 'trial-link' }, h('a', { href: `/listings/${id}/trial` }, spoken(trialTitle))),
  );
/** What is listed, for everyone. @param {Address} address @returns {Promise<Screen>} */
export const market = async ({ query }) => {
  await whoAmI();
  const q = query.get('q') ?? '';
  const cards = h('ul', { class: 'cards' });
  const foot = h('div');
  /** @param {string} [cursor] @returns {Promise<void>} */
  const load = async (cursor) => {
    /** @type {Page<Offer>} */
    const page = await readPage('/v1/market', { q, cursor });
    cards.append(...page.items.map(card));
    const isEmpty = cards.childElementCount === 0;
    foot.replaceChildren(
      ...(isEmpty
        ? [
            empty(
              q === ''
                ? ['目前没有挂牌的产品。', 'Nothing is listed at present.']
                : ['没有符合的产品，请换用其他词语。', 'Nothing fits; try other words.'],
            ),
          ]
        : []),
      ...(page.cursor === undefined ? [] : [more(async () => load(page.cursor))]),
    );
  };
  await load();
  const input = h('input', { id: 'q', name: 'q', type: 'search', value: q });
  const search = (/** @type {Event} */ event) => {
    event.preventDefault();
    void go(input.value.trim() === '' ? '/market' : `/market?${new URLSearchParams({ q: input.value.trim() }).toString()}`);
  };
  return {
    title: ['数据市场', 'Market'],
    body: [
      heading(['数据市场', 'Market']),
      h(
        'form',
        { class: 'search', role: 'search', onsubmit: search },
        h('label', { for: 'q', say: ['检索数据产品', 'Search data products'] }),
        input,
        h('button', { class: 'primary', say: ['检索', 'Search'] }),
      ),
      cards,
      foot,
    ],
  };
};
