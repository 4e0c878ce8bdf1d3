// @ts-check
/** @import { Screen } from '../drawing.ts' */
/** @import { Card, Page } from '../shapes.ts' */
import { post, readPage, submission, whoAmI } from '../api.js';
import { h, say, spoken } from '../element.js';
import { time } from '../format.js';
import { badge, empty, heading, more, section } from '../parts.js';
import { notice, problemOf } from '../problem.js';
import { reference } from '../reference.js';
import { kindOf, wordOf } from '../registry.js';
import { draw } from '../router.js';
import { holds } from '../session.js';

/** @typedef {{ readonly kind: string, readonly id: string, readonly n: number, readonly action: string, readonly at: string, readonly parked: Readonly<Record<string, { readonly at: string, readonly error: string, readonly trace: string }>> }} Parked */

/** @param {Parked} item */
const parkedCard = ({ kind, id, n, action, at, parked }) => {
  const said = h('div', { 'aria-live': 'polite' });
  const keyOf = submission();
  const replay = async () => {
    try {
      const body = { kind, id, n };
      await post('/v1/operations/replay', { body, key: keyOf(body) });
      await draw({ keep: true });
    } catch (error) {
      said.replaceChildren(notice(problemOf(error)));
    }
  };
  return h(
    'li',
    { class: 'card' },
    h(
      'div',
      { class: 'foot' },
      h('strong', {}, spoken(kindOf(kind)?.title ?? [kind, kind]), ' · ', spoken(wordOf(action)), ` #${n}`),
      h('time', { class: 'quiet', datetime: at }, time(at)),
    ),
    h('p', {}, reference(kind, id)),
    h(
      'ul',
      {},
      ...Object.entries(parked).map(([name, { at: since, error, trace }]) =>
        h('li', {}, h('code', {}, name), ' ', error, h('span', { class: 'quiet' }, ` · ${time(since)} · ${trace}`)),
      ),
    ),
    holds(['sre']) &&
      h(
        'div',
        { class: 'buttons' },
        h('button', { type: 'button', class: 'primary', say: ['重放', 'Replay'], onclick: () => void replay() }),
      ),
    said,
  );
};
/** @param {string} [cursor] @returns {Promise<Page<Parked>>} */
const readParked = async (cursor) => readPage('/v1/operations/parked', { cursor });
/** @param {string} [cursor] @returns {Promise<Page<Card>>} */
const readProvisional = async (cursor) => readPage('/v1/operations/provisional', { cursor });
/**
 * A list that grows by its cursor. @template T @param {(cursor?: string) => Promise<Page<T>>} read @param {(item: T) => Node} draws @param {readonly [string, string]} none
 */
const growing = async (read, draws, none) => {
  const items = h('ul', { class: 'entries' });
  const foot = h('div');
  /** @param {string} [cursor] @returns {Promise<void>} */
  const load = async (cursor) => {
    const page = await read(cursor);
    items.append(...page.items.map(draws));
    foot.replaceChildren(
      ...(items.childElementCount === 0 ? [empty(none)] : []),
      ...(page.cursor === undefined ? [] : [more(async () => load(page.cursor))]),
    );
  };
  await load();
  return h('div', {}, items, foot);
};
/** What runs beside people: reactions that could not be taken, and dates that no calendar settles yet. @returns {Promise<Screen>} */
export const operations = async () => {
  await whoAmI();
  const parked = await growing(readParked, parkedCard, ['没有搁置的反应。', 'Nothing is parked.']);
  const provisional = await growing(
    readProvisional,
    ({ kind, id, title, status }) =>
      h(
        'li',
        { class: 'card' },
        h('a', { href: `/${kindOf(kind)?.plural ?? kind}/${id}` }, title),
        ' ',
        spoken(kindOf(kind)?.title ?? [kind, kind]),
        ' ',
        badge(status),
      ),
    ['没有暂定期限。', 'No date is provisional.'],
  );
  return {
    title: ['运行监控', 'Operations'],
    body: [
      heading(
        ['运行监控', 'Operations'],
        h('button', { type: 'button', say: ['刷新', 'Reload'], onclick: () => void draw({ keep: true }) }),
      ),
      section(
        ['搁置的反应', 'Parked reactions'],
        h(
          'p',
          { class: 'quiet' },
          say(
            '自动流转未能完成的事件；查明原因后可重放，重放不会重复办理。',
            'Events that a reaction could not take. Replay them once the cause is mended; nothing is done twice.',
          ),
        ),
        parked,
      ),
      section(
        ['暂定期限', 'Provisional dates'],
        h(
          'p',
          { class: 'quiet' },
          say('跨入尚未公布工作日历年度的期限：只显示，不触发。', 'Dates past the last published calendar: shown, never fired.'),
        ),
        provisional,
      ),
    ],
  };
};
