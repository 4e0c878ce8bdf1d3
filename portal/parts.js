// @ts-check
/** @import { Card, Pair } from './shapes.ts' */
import { isPast } from './api.js';
import { h, speak, spoken } from './element.js';
import { deadline, time } from './format.js';
import { notice, problemOf } from './problem.js';
import { nameOf, namers, partyReference } from './reference.js';
import { addressOf, kindOf, wordOf } from './registry.js';

/** @param {string} status @param {boolean} [isLive] */
export const badge = (status, isLive = false) => h('span', { class: isLive ? 'badge live' : 'badge' }, spoken(wordOf(status)));
/** When something is due, in red where that is past. @param {string | null} due @param {boolean} [late] */
export const dueBy = (due, late = due !== null && isPast(due)) => {
  if (due === null) return h('span', { class: 'quiet' }, '—');
  return h(
    'span',
    { class: late ? 'late' : undefined },
    h('time', { datetime: due }, deadline(due)),
    late && h('strong', { say: ['（已逾期）', ' (overdue)'] }),
  );
};
/** A record that has no name of its own is called after whose it is. @param {string} kind @param {string} id @param {string} title @param {string} owner */
const recordLink = (kind, id, title, owner) => {
  const link = h('a', { href: addressOf(kind, id) }, title === '' ? id : title);
  const asked = kind === 'erasure' && namers[kind]?.({ event: title });
  if (asked) speak(link, asked);
  if (title === owner) void nameOf('organisation', owner).then((name) => name && speak(link, name));
  return link;
};
/** Lists of records: a table where there is room, cards where there is not. @param {readonly Card[]} cards @param {{ readonly kinds?: boolean, readonly owners?: boolean }} [what] */
export const cardTable = (cards, { kinds = false, owners = false } = {}) => {
  /** @type {readonly (readonly [Pair, (card: Card) => Node | string])[]} */
  const columns = [
    [['事项', 'Record'], ({ kind, id, title, owner }) => recordLink(kind, id, title, owner)],
    ...(kinds
      ? [/** @type {const} */ ([['类别', 'Kind'], (/** @type {Card} */ { kind }) => spoken(kindOf(kind)?.title ?? [kind, kind])])]
      : []),
    [['状态', 'Status'], ({ kind, status }) => badge(status, kindOf(kind)?.live.includes(status))],
    ...(owners ? [/** @type {const} */ ([['所属', 'Owner'], (/** @type {Card} */ { owner }) => partyReference(owner)])] : []),
    [['收到时间', 'Received'], ({ receivedAt }) => h('time', { datetime: receivedAt }, time(receivedAt))],
    [['办理期限', 'Due'], ({ due }) => dueBy(due)],
  ];
  return h(
    'table',
    { class: 'list' },
    h('thead', {}, h('tr', {}, ...columns.map(([head]) => h('th', { scope: 'col' }, spoken(head))))),
    h(
      'tbody',
      {},
      ...cards.map((card) =>
        h('tr', {}, ...columns.map(([head, cell], at) => h('td', {}, at > 0 && h('span', { class: 'head' }, spoken(head)), cell(card)))),
      ),
    ),
  );
};
/** @param {Pair} says */
export const empty = (says) => h('p', { class: 'empty', say: says });
/** @param {Pair} title @param {...(Node | string | false | undefined)} more */
export const heading = (title, ...more) => h('div', { class: 'heading' }, h('h1', { say: title }), ...more);
/** @param {Pair} title @param {...(Node | string | false | undefined)} children */
export const section = (title, ...children) => h('section', {}, h('h2', { say: title }), ...children);
/** A button for the next page, where there is one. @param {() => Promise<void>} load */
export const more = (load) => {
  const button = h('button', { type: 'button', class: 'more', say: ['更多', 'More'] });
  button.addEventListener('click', () => {
    button.disabled = true;
    for (const old of room.querySelectorAll('.notice')) old.remove();
    void load()
      .catch((error) => room.append(notice(problemOf(error))))
      .finally(() => {
        button.disabled = false;
        const here = button.isConnected ? button : document.querySelector(/** @type {'button'} */ ('button.more'));
        here?.focus({ preventScroll: true }); // it may be another button now: a keyboard goes on from there
      });
  });
  const room = h('div', { class: 'buttons' }, button);
  return room;
};
