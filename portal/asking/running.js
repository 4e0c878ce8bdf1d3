// @ts-check
/** @import { View } from '../shapes.ts' */
import { elapsedSince, post, readRecord, submission } from '../api.js';
import { h, say } from '../element.js';
import { badge } from '../parts.js';
import { notice, problemOf } from '../problem.js';
import { reveal } from './reveal.js';

const pollMs = 700;
const tickMs = 1000;
/** @param {number} ms */
const pause = async (ms) => {
  const waited = Promise.withResolvers();
  setTimeout(waited.resolve, ms);
  await waited.promise;
};
/** What becomes of the work; undefined where it is not there yet. @param {string} id @returns {Promise<View | undefined>} */
const jobOf = (id) => readRecord('jobs', `query:${id}:1`).catch(() => undefined);

/** What is shown while a query is worked on. @param {View} query */
const waiting = (query) => {
  const seconds = h('span', { class: 'quiet' });
  const state = h('span', {}, badge(query.status));
  const said = h('div', { 'aria-live': 'polite' });
  const keyOf = submission();
  const cancel = h('button', { type: 'button', say: ['取消查询', 'Cancel the query'] });
  cancel.addEventListener('click', () => {
    cancel.disabled = true;
    void post(`/v1/queries/${query.id}/cancel`, { body: {}, key: keyOf(query.id) }).catch((error) => {
      cancel.disabled = false;
      said.replaceChildren(notice(problemOf(error)));
    });
  });
  const tick = () => {
    const s = Math.round(elapsedSince(String(query.data['askedAt'])) / tickMs);
    seconds.replaceChildren(say(`已用 ${s} 秒`, `${s} s so far`));
  };
  tick();
  return {
    node: h(
      'div',
      { class: 'notice running' },
      h('p', { role: 'status', say: ['正在核验授权链条并计算……', 'Checking the authority chain and computing…'] }),
      h('div', { class: 'buttons' }, state, seconds, query.offered.includes('cancel') && cancel),
      said,
    ),
    tick,
    /** @param {View} job */
    tell: (job) => state.replaceChildren(badge(job.status)),
  };
};

/**
 * Waits for a query, telling meanwhile how it stands. @param {View} query @param {HTMLElement} room
 * @returns {Promise<View | undefined>} undefined where nobody waits any more
 */
export const settled = async (query, room) => {
  if (query.status !== 'admitted') return query;
  const shown = waiting(query);
  room.replaceChildren(shown.node);
  reveal(room);
  const clock = setInterval(shown.tick, tickMs);
  try {
    // The work is taken up a moment after the question.
    for (let n = 0; ; n += 1) {
      const [found, job] = await Promise.all([readRecord('queries', query.id), n === 0 ? undefined : jobOf(query.id)]);
      if (found.status !== 'admitted') return found;
      if (job && job.status !== 'done') shown.tell(job);
      await pause(pollMs);
      if (!shown.node.isConnected) return undefined;
    }
  } finally {
    clearInterval(clock);
  }
};
