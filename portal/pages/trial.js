// @ts-check
/** @import { Screen } from '../drawing.ts' */
/** @import { View } from '../shapes.ts' */
import { post, readRecord, whoAmI } from '../api.js';
import { asking } from '../asking/question.js';
import { ruleTold } from '../asking/rule.js';
import { templatesOf, toldOf } from '../asking/told.js';
import { h, say, spoken } from '../element.js';
import { yuan } from '../format.js';
import { badge, empty, heading } from '../parts.js';
import { partyReference, titleOf } from '../reference.js';
import { holds, signIn } from '../session.js';

/** @type {import('../shapes.ts').Pair} */
export const trialTitle = ['我的问题能否得到回答', 'Can my question be answered?'];

/** What one does who has found that a product answers. @param {View} listing */
const order = ({ id }) =>
  holds(['buyer.agent'])
    ? h('div', { class: 'buttons' }, h('a', { class: 'button primary', href: `/orders/new?listing=${id}` }, say('下单', 'Order')))
    : h('p', {
        class: 'quiet',
        say: ['需要购买的，由本单位的采购经办人下单。', 'To buy it, a buyer’s agent of your organisation places the order.'],
      });
/** For whom nobody answers yet. */
const stranger = () =>
  h(
    'div',
    { class: 'notice' },
    h('p', {
      say: [
        '登录后即可试问：无需购买，不计费用，也不动用数据。',
        'Sign in to try a question: nothing need be bought, it costs nothing and touches no data.',
      ],
    }),
    h('button', { type: 'button', class: 'primary', say: ['登录', 'Sign in'], onclick: () => void signIn() }),
  );
/** @param {View} listing */
const facts = ({ owner, data }) => {
  const licence = /** @type {{ queries: number, termDays: number }} */ (data['licence']);
  const price = Number(data['priceFen']);
  return h(
    'dl',
    { class: 'facts' },
    ...[
      [say('运营机构', 'Operator'), partyReference(owner)],
      [say('价格', 'Price'), price === 0 ? say('免费', 'Free') : yuan(price)],
      [say('含查询次数', 'Queries included'), String(licence.queries)],
      [say('期限', 'Term'), say(`${licence.termDays} 日`, `${licence.termDays} days`)],
    ].map(([term = '', value = '']) => h('div', {}, h('dt', {}, term), h('dd', {}, value))),
  );
};

/** Where one who has not bought asks whether a product would answer. @param {string} id @returns {() => Promise<Screen>} */
export const listingTrial = (id) => async () => {
  const me = await whoAmI();
  const listing = await readRecord('listings', id);
  const product = String(listing.data['product']);
  const [told, templates] = await Promise.all([toldOf(product), templatesOf(product)]);
  const isListed = listing.status === 'listed';
  const question =
    me && isListed
      ? asking({
          rule: told?.rule,
          templates,
          tries: (asked) =>
            'sql' in asked
              ? post(`/v1/listings/${id}/preview`, { body: asked })
              : post(`/v1/templates/${asked.template}/preview`, { body: { arguments: asked.arguments } }),
          follows: () => order(listing),
        })
      : undefined;
  return {
    title: trialTitle,
    body: [
      h(
        'p',
        { class: 'crumbs' },
        h('a', { href: '/market' }, say('数据市场', 'Market')),
        ' › ',
        h('a', { href: `/listings/${id}` }, spoken(titleOf(listing))),
      ),
      heading(trialTitle, badge(listing.status, isListed)),
      h('p', {}, h('strong', {}, spoken(titleOf(listing))), ' — ', h('span', { class: 'quiet' }, String(listing.data['summary']))),
      facts(listing),
      h(
        'div',
        { class: 'columns asking' },
        h(
          'div',
          {},
          ...(isListed
            ? []
            : [empty(['该产品目前未挂牌，不能试问。', 'This product is not on the market at present, so it cannot be tried.'])]),
          ...(isListed && !me ? [stranger()] : []),
          ...(question ? [question.node, question.said] : []),
        ),
        h('aside', {}, told ? ruleTold(told, question?.editor) : ''),
      ),
    ],
  };
};
