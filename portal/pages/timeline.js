// @ts-check
/** @import { Kind, Line, View } from '../shapes.ts' */
import { get } from '../api.js';
import { h, say, spoken } from '../element.js';
import { time } from '../format.js';
import { receiptButton } from '../ledger.js';
import { badge, more } from '../parts.js';
import { partyReference } from '../reference.js';
import { seatWord, wordOf } from '../registry.js';

/** @typedef {{ readonly origin: string, readonly index: number, readonly position: number, readonly since: string }} Sequenced */
/** Where the disclosed events of a record stand in the ledger, by event. @param {string} kind @param {string} record @returns {Promise<ReadonlyMap<string, Sequenced | undefined>>} */
const standings = async (kind, record) => {
  /** @type {{ readonly items: readonly { readonly event: string, readonly sequenced?: Sequenced }[] }} */
  const { items } = await get(`/v1/disclosure/standing?${new URLSearchParams({ kind, record }).toString()}`);
  return new Map(items.map(({ event, sequenced }) => [event, sequenced]));
};
/** Since when an event stands in the ledger, and its receipt. @param {string} event @param {Sequenced | undefined} sequenced */
const inLedger = (event, sequenced) =>
  sequenced
    ? h(
        'div',
        { class: 'ledger' },
        h(
          'a',
          { class: 'badge open', href: `/disclosure/entries/${sequenced.position}` },
          say('已入账 ', 'In the ledger '),
          `#${sequenced.index}`,
        ),
        h('span', { class: 'quiet' }, say('自 ', 'since '), time(sequenced.since)),
        receiptButton(event),
      )
    : h('span', { class: 'badge', say: ['正在入账', 'Entering the ledger'] });
/** @param {Line} line @param {(n: number) => Node | false} ledger */
const entry = ({ n, action, at, seat, org, status, partial, by, disclosed }, ledger) =>
  h(
    'li',
    {},
    h('time', { datetime: at }, time(at)),
    h(
      'div',
      {},
      h('strong', {}, spoken(action === 'redate' ? ['重算期限', 'Dates derived again'] : wordOf(action))),
      partial && h('span', { class: 'badge' }, say('会签中', 'Partly signed')),
      badge(status),
    ),
    disclosed && ledger(n),
    h(
      'div',
      { class: 'quiet' },
      spoken(seatWord(seat)),
      org !== '' && h('span', {}, ' · ', partyReference(org)),
      by !== undefined && !by.startsWith('system:') && h('span', {}, ' · ', h('code', {}, by)),
    ),
  );
/** @param {Pick<View, 'kind' | 'id'>} view */
const verifyLink = ({ kind, id }) =>
  h(
    'p',
    {},
    h(
      'a',
      { href: `/disclosure/verify?${new URLSearchParams({ kind, record: id }).toString()}` },
      say('在本机核验这条记录的全部入账事项', 'Verify all that the ledger holds of this record'),
    ),
  );
/** What has happened to a record, the latest last. @param {Kind} kind @param {View} view */
export const timeline = async (kind, view) => {
  const entries = h('ol', { class: 'timeline' });
  const foot = h('div');
  const eventOf = (/** @type {number} */ n) => `${view.kind}.${view.id}.${n}`;
  /** @param {number} [after] @returns {Promise<void>} */
  const load = async (after) => {
    /** @type {{ items: readonly Line[], next?: number }} */
    const page = await get(`/v1/${kind.plural}/${encodeURIComponent(view.id)}/history${after === undefined ? '' : `?after=${after}`}`);
    entries.append(...page.items.map((line) => entry(line, (n) => inLedger(eventOf(n), standing.get(eventOf(n))))));
    foot.replaceChildren(...(page.next === undefined ? [] : [more(async () => load(page.next))]));
  };
  const standing = await standings(view.kind, view.id).catch(() => new Map());
  await load();
  return h('section', { class: 'panel' }, h('h2', { say: ['办理过程', 'Timeline'] }), entries, foot, standing.size > 0 && verifyLink(view));
};
