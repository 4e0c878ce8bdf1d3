// @ts-check
/** @import { Address, Screen } from '../drawing.ts' */
/** @import { Shape } from '../shapes.ts' */
import { get, whoAmI } from '../api.js';
import { definitions } from '../data.js';
import { h, say, spoken } from '../element.js';
import { time } from '../format.js';
import { empty, heading } from '../parts.js';
import { kindOf, regionWord, wordOf } from '../registry.js';
import { reference } from '../reference.js';

/** @typedef {{ readonly size: number, readonly root: string, readonly algorithm: string, readonly at: string }} Head */
/** @typedef {{ readonly event: string, readonly kind: string, readonly record: string, readonly action: string, readonly at: string, readonly region: string, readonly disclosed: Shape }} Disclosure */
/** @typedef {{ readonly head: Head, readonly items: readonly { readonly index: number, readonly entry: Disclosure }[], readonly next?: number }} Entries */

const span = 100;
/** @param {Entries['items'][number]} item */
const line = ({ index, entry: { event, kind, record, action, at, region, disclosed } }) =>
  h(
    'li',
    { class: 'card' },
    h(
      'div',
      { class: 'foot' },
      h('strong', {}, `#${index} `, spoken(kindOf(kind)?.title ?? [kind, kind]), ' · ', spoken(wordOf(action))),
      h('time', { class: 'quiet', datetime: at }, time(at)),
    ),
    h('p', {}, reference(kind, record), ' · ', spoken(regionWord(region))),
    h(
      'details',
      {},
      h('summary', { say: ['公开内容', 'What was disclosed'] }),
      definitions(disclosed),
      h(
        'p',
        {},
        h(
          'a',
          { href: `/v1/disclosure/proof?event=${encodeURIComponent(event)}`, target: '_blank' },
          say('包含证明（JSON）', 'Inclusion proof (JSON)'),
        ),
      ),
    ),
  );
/** The public ledger, the latest first. @param {Address} address @returns {Promise<Screen>} */
export const disclosure = async ({ query }) => {
  await whoAmI();
  /** @type {Head} */
  const head = await get('/v1/disclosure/head');
  const latest = Math.max(0, head.size - span);
  const from = Math.min(Math.max(0, Number(query.get('from') ?? latest) || 0), latest);
  /** @type {Entries} */
  const { items } = await get(`/v1/disclosure/entries?from=${from}`);
  /** @param {number} to @param {string} zh @param {string} en */
  const step = (to, zh, en) => h('a', { class: 'button', href: `/disclosure?from=${to}` }, say(zh, en));
  return {
    title: ['公开账本', 'Disclosure ledger'],
    body: [
      heading(['公开账本', 'Disclosure ledger']),
      h('p', {
        class: 'quiet',
        say: [
          '只增不改的公开记录；以下树根由全部条目算得，任何人可以核验。',
          'An append-only record; the root below is computed from all its entries, and anyone can verify it.',
        ],
      }),
      h(
        'dl',
        { class: 'facts' },
        h('div', {}, h('dt', {}, say('条目数', 'Entries')), h('dd', {}, String(head.size))),
        h('div', {}, h('dt', {}, say('更新时间', 'At')), h('dd', {}, head.size === 0 ? '—' : time(head.at))),
        h('div', {}, h('dt', {}, say('树根', 'Root'), ` (${head.algorithm})`), h('dd', {}, h('code', { class: 'digest' }, head.root))),
      ),
      items.length === 0
        ? empty(['账本还没有条目。', 'The ledger has no entries yet.'])
        : h('ol', { class: 'entries' }, ...items.toReversed().map(line)),
      h(
        'div',
        { class: 'buttons' },
        from < latest && step(Math.min(latest, from + span), '较新', 'Newer'),
        from > 0 && step(Math.max(0, from - span), '较早', 'Older'),
      ),
    ],
  };
};
