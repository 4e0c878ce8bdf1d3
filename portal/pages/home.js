// @ts-check
/** @import { Screen } from '../drawing.ts' */
/** @import { Card, Kind, Page } from '../shapes.ts' */
import { readPage, whoAmI } from '../api.js';
import { h, say, spoken } from '../element.js';
import { cardTable, empty, heading, section } from '../parts.js';
import { registry } from '../registry.js';
import { acting, holds, signIn } from '../session.js';

/** @returns {Screen} */
const welcome = () => ({
  title: ['首页', 'Start'],
  body: [
    h(
      'div',
      { class: 'welcome' },
      h('h1', { say: ['公共数据，授权运营，公开交易', 'Public data, authorised and traded in the open'] }),
      h('p', {
        say: [
          '资源登记、授权、场景评估、产品挂牌、合同与结算全程在线；原始数据不出受控环境，每一步均可公开核验。',
          'Resources, grants, assessed scenarios, listed products, contracts and settlement. Raw data never leaves the controlled environment, and every step can be verified.',
        ],
      }),
      h(
        'form',
        { action: '/market', class: 'search', role: 'search' },
        h('label', { for: 'welcome-q', say: ['检索数据产品', 'Search data products'] }),
        h('input', { id: 'welcome-q', name: 'q', type: 'search' }),
        h('button', { class: 'primary', say: ['检索', 'Search'] }),
      ),
      h(
        'div',
        { class: 'buttons' },
        h('button', { type: 'button', class: 'primary', say: ['登录办理业务', 'Sign in to work'], onclick: () => void signIn('/') }),
        h('a', { class: 'button', href: '/disclosure' }, say('查阅公开账本', 'Read the disclosure ledger')),
      ),
    ),
  ],
});

/** @param {readonly [string, Kind]} kind */
const queueOf = async ([, { plural }]) => {
  /** @type {Page<Card>} */
  const page = await readPage(`/v1/${plural}`, { scope: 'queue', limit: '50' });
  return { plural, cards: page.items, isMore: page.cursor !== undefined };
};
/** What waits for me, the most urgent first. @returns {Promise<Screen>} */
export const home = async () => {
  const me = await whoAmI();
  if (!me) return welcome();
  const membership = acting();
  const mine = Object.entries(registry.kinds).filter(([, { waits }]) => waits.some(({ role }) => holds([role])));
  const queues = await Promise.all(mine.map(queueOf));
  const cards = [...new Map(queues.flatMap((queue) => queue.cards).map((card) => [`${card.kind}#${card.id}`, card])).values()];
  const urgent = cards.toSorted((a, b) => ((a.due ?? '9') + a.receivedAt < (b.due ?? '9') + b.receivedAt ? -1 : 1));
  const longer = queues.filter(({ isMore }) => isMore);
  return {
    title: ['待我办理', 'My work'],
    body: [
      heading(['待我办理', 'My work'], h('span', { class: 'count', name: ['件数', 'How many'] }, String(urgent.length))),
      membership
        ? h('p', { class: 'quiet' }, ...membership.roles.flatMap((role) => [spoken(registry.roles[role] ?? [role, role]), ' ']))
        : unaffiliated(me.memberships.length),
      urgent.length > 0 ? cardTable(urgent, { kinds: true, owners: true }) : empty(['目前没有待办事项。', 'Nothing waits for you.']),
      ...longer.map(({ plural }) => h('p', {}, h('a', { href: `/${plural}?scope=queue` }, say('查看该类全部待办', 'All of this kind')))),
      section(['新建', 'New'], creations()),
    ],
  };
};
/** @param {number} memberships */
const unaffiliated = (memberships) =>
  h(
    'div',
    { class: 'notice' },
    memberships > 0
      ? h('p', {}, h('a', { href: '/acting' }, say('请选择以哪个组织的身份办理', 'Choose for which organisation you act')))
      : h('p', {
          say: [
            '您尚不是任何组织的成员。可以为所在单位申请登记，或请单位管理员添加您。',
            'You are no member of an organisation yet. Apply for yours, or ask its administrator to appoint you.',
          ],
        }),
  );
const creations = () => {
  const mine = Object.values(registry.kinds).filter(({ create }) => create && holds(create.by));
  const open = acting() ? mine : [...mine, ...Object.values(registry.kinds).filter(({ create }) => create?.by.includes('anyone'))];
  if (open.length === 0) return empty(['您的角色不发起新事项。', 'Your roles start nothing new.']);
  return h(
    'div',
    { class: 'buttons' },
    ...open.map(({ plural, title }) => h('a', { class: 'button', href: `/${plural}/new` }, spoken(title))),
  );
};
