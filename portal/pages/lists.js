// @ts-check
/** @import { Screen, Address } from '../drawing.ts' */
/** @import { Card, Kind, Page, Pair } from '../shapes.ts' */
import { readPage, whoAmI } from '../api.js';
import { download } from '../csv.js';
import { h, inWords, say, spoken } from '../element.js';
import { deadline, time } from '../format.js';
import { cardTable, empty, heading, more } from '../parts.js';
import { regionWord, registry, wordOf } from '../registry.js';
import { acting, holds } from '../session.js';
import { Refused } from '../api.js';

/** @type {Readonly<Record<string, Pair>>} */
const scopes = {
  queue: ['待我办理', 'Waiting for me'],
  own: ['本单位', 'Our own'],
  party: ['与我方相关', 'We are a party'],
  region: ['辖区', 'In our region'],
};

/** @param {Kind} kind */
const permitted = ({ waits, sees }) => [
  ...(waits.some(({ role }) => holds([role])) ? ['queue'] : []),
  'own',
  'party',
  ...(holds(sees) ? ['region'] : []),
];
/** @param {Kind} kind */
export const isMine = (kind) => {
  const seats = Object.values(kind.actions).flatMap((action) =>
    action.seats.flatMap((seat) => seat.split('|').map((one) => one.replace(/^(?:owner|party):/, ''))),
  );
  return holds([...kind.sees, ...seats, ...(kind.create?.by ?? [])]) || (kind.create?.by.includes('anyone') ?? false);
};
/** @param {Kind} kind */
export const mayCreate = ({ create }) => create !== undefined && (holds(create.by) || create.by.includes('anyone'));

/** @param {Kind} kind @param {readonly Card[]} cards */
const exported = (kind, cards) => {
  const heads = /** @type {readonly Pair[]} */ ([
    ['编号', 'Id'],
    ['事项', 'Record'],
    ['状态', 'Status'],
    ['地区', 'Region'],
    ['所属', 'Owner'],
    ['收到时间', 'Received'],
    ['办理期限', 'Due'],
  ]);
  const rows = cards.map(({ id, title, status, region, owner, receivedAt, due }) => [
    id,
    title,
    inWords(wordOf(status)),
    inWords(regionWord(region)),
    owner,
    time(receivedAt),
    due === null ? '' : deadline(due),
  ]);
  download(`${kind.plural}.csv`, [heads.map(inWords), ...rows]);
};

/** The records of a kind, by scope, page by page. @param {Kind} kind @returns {(address: Address) => Promise<Screen>} */
export const list =
  (kind) =>
  async ({ query }) => {
    if (!(await whoAmI()))
      throw new Refused({
        code: 'unauthenticated',
        status: 401,
        detail: { zh: '请先登录，再查看台账。', en: 'Sign in to see this register.' },
      });
    const tabs = permitted(kind);
    const asked = query.get('scope') ?? '';
    const scope = tabs.includes(asked) ? asked : tabs.includes('region') ? 'region' : 'own';
    /** @type {Card[]} */
    const cards = [];
    const room = h('div');
    /** @param {string} [cursor] @returns {Promise<void>} */
    const load = async (cursor) => {
      /** @type {Page<Card>} */
      const page = await readPage(`/v1/${kind.plural}`, { scope, cursor, limit: '30' });
      cards.push(...page.items);
      room.replaceChildren(
        cards.length > 0 ? cardTable(cards, { owners: scope !== 'own' }) : empty(['这里还没有记录。', 'There is nothing here yet.']),
        ...(page.cursor === undefined ? [] : [more(async () => load(page.cursor))]),
      );
    };
    await load();
    const [zh, en] = kind.title;
    return {
      title: [zh, en],
      body: [
        heading(
          [zh, en],
          h(
            'span',
            { class: 'buttons' },
            mayCreate(kind) && h('a', { class: 'button primary', href: `/${kind.plural}/new` }, say('新建', 'New')),
            h('button', { type: 'button', say: ['导出 CSV', 'Export CSV'], onclick: () => exported(kind, cards) }),
          ),
        ),
        h(
          'nav',
          { class: 'tabs', name: ['范围', 'Scope'] },
          ...tabs.map((tab) =>
            h(
              'a',
              { href: `/${kind.plural}?scope=${tab}`, 'aria-current': tab === scope ? 'page' : undefined },
              spoken(scopes[tab] ?? [tab, tab]),
            ),
          ),
        ),
        room,
      ],
    };
  };

/** Every register that concerns whoever is signed in. @returns {Promise<Screen>} */
export const registers = async () => {
  await whoAmI();
  const kinds = Object.values(registry.kinds).filter(isMine);
  return {
    title: ['业务台账', 'Registers'],
    body: [
      heading(['业务台账', 'Registers']),
      kinds.length === 0 || !acting() ? empty(['登录并选择组织后可查看。', 'Sign in and choose an organisation first.']) : '',
      h(
        'ul',
        { class: 'cards' },
        ...kinds.map((kind) =>
          h(
            'li',
            { class: 'card' },
            h('a', { href: `/${kind.plural}` }, spoken(kind.title)),
            mayCreate(kind) && h('a', { class: 'quiet', href: `/${kind.plural}/new` }, say('新建', 'New')),
          ),
        ),
      ),
    ],
  };
};
