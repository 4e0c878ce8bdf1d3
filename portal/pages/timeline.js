// @ts-check
/** @import { Kind, Line, View } from '../shapes.ts' */
import { get } from '../api.js';
import { h, say, spoken } from '../element.js';
import { time } from '../format.js';
import { badge, more } from '../parts.js';
import { partyReference } from '../reference.js';
import { seatWord, wordOf } from '../registry.js';

/** @param {Line} line */
const entry = ({ action, at, seat, org, status, partial, by, disclosed }) =>
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
      disclosed && h('a', { class: 'badge open', href: '/disclosure' }, say('已公开', 'Disclosed')),
    ),
    h(
      'div',
      { class: 'quiet' },
      spoken(seatWord(seat)),
      org !== '' && h('span', {}, ' · ', partyReference(org)),
      by !== undefined && !by.startsWith('system:') && h('span', {}, ' · ', h('code', {}, by)),
    ),
  );
/** What has happened to a record, the latest last. @param {Kind} kind @param {View} view */
export const timeline = async (kind, view) => {
  const entries = h('ol', { class: 'timeline' });
  const foot = h('div');
  /** @param {number} [after] @returns {Promise<void>} */
  const load = async (after) => {
    /** @type {{ items: readonly Line[], next?: number }} */
    const page = await get(`/v1/${kind.plural}/${encodeURIComponent(view.id)}/history${after === undefined ? '' : `?after=${after}`}`);
    entries.append(...page.items.map(entry));
    foot.replaceChildren(...(page.next === undefined ? [] : [more(async () => load(page.next))]));
  };
  await load();
  return h('section', { class: 'panel' }, h('h2', { say: ['办理过程', 'Timeline'] }), entries, foot);
};
