// @ts-check
/** @import { Address, Screen } from '../drawing.ts' */
/** @import { Card, Kind, Page, Pair } from '../shapes.ts' */
import { post, readPage, readRecord, submission, whoAmI } from '../api.js';
import { h, say, spoken } from '../element.js';
import { badge, empty, heading, more } from '../parts.js';
import { notice, problemOf } from '../problem.js';
import { partyReference, reference } from '../reference.js';
import { addressOf, kindOf } from '../registry.js';
import { acting, holds } from '../session.js';

/** What can be stopped at once, and by which action. @type {Readonly<Record<string, string>>} */
const halts = { product: 'suspend', dataset: 'seal', derivation: 'seal', organisation: 'suspend', entitlement: 'suspend' };

/** Who may stop a kind. @param {Kind} kind @param {string} action */
const seatsFor = (kind, action) =>
  (kind.actions[action]?.seats ?? []).flatMap((seat) => seat.split('|').filter((one) => !/^(?:owner|party):/.test(one)));
const mine = () =>
  Object.entries(halts).flatMap(([name, action]) => {
    const kind = kindOf(name);
    return kind && holds(seatsFor(kind, action)) ? [/** @type {const} */ ([name, kind, action])] : [];
  });
/** Whether there is anything that whoever is signed in could stop. */
export const mayHalt = () => mine().length > 0;

/** What a record is called here: a right of use has no name of its own, and is called after whose it is and of what. @param {Card} card */
const named = ({ kind, id, title, owner }) =>
  kind === 'entitlement'
    ? h('span', {}, partyReference(owner), ' · ', reference('product', title), ' ', h('code', { class: 'quiet' }, id))
    : h(
        'span',
        {},
        reference(kind, id),
        ...(title === owner || kind === 'organisation' ? [] : [h('span', { class: 'quiet' }, ' · ', partyReference(owner))]),
      );

/** Asks for the reason; undefined where it was left. @param {string} name @returns {Promise<string | undefined>} */
const reasonFor = async (name) => {
  const input = h('textarea', { id: 'halt-reason', autofocus: true, required: true, minlength: '2', maxlength: '2000', rows: '3' });
  const dialog = h(
    'dialog',
    { name: ['立即停用', 'Stop now'] },
    h(
      'form',
      { method: 'dialog', class: 'form' },
      h('h2', { say: ['立即停用', 'Stop now'] }),
      h('p', {}, h('strong', {}, name)),
      h('p', {
        say: [
          '停用后，其下一切使用在下一次请求时即被拒绝，正在运行的任务随即终止。恢复须两人办理。',
          'Everything under it is refused at the next request, and what is running is ended. To resume takes two persons.',
        ],
      }),
      h('div', { class: 'field' }, h('label', { for: input.id }, say('理由', 'Reason')), input),
      h(
        'div',
        { class: 'buttons' },
        h('button', { value: 'yes', class: 'danger', say: ['立即停用', 'Stop now'] }),
        h('button', { value: 'no', formnovalidate: true, say: ['返回', 'Back'] }),
      ),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  const closed = Promise.withResolvers();
  dialog.addEventListener('close', closed.resolve, { once: true });
  await closed.promise;
  dialog.remove();
  return dialog.returnValue === 'yes' ? input.value : undefined;
};

/** @param {Card} card @param {Kind} kind @param {string} action */
const row = (card, kind, action) => {
  const { id, status } = card;
  const name = named(card);
  const said = h('div', { 'aria-live': 'polite' });
  const state = h('span', {}, badge(status, true));
  const keyOf = submission();
  const button = h('button', { type: 'button', class: 'danger outline', say: ['立即停用', 'Stop now'] });
  const stop = async () => {
    const reason = await reasonFor(name.textContent);
    if (reason === undefined) return;
    button.disabled = true;
    try {
      const { version } = await readRecord(kind.plural, id);
      const body = { reason };
      /** @type {{ readonly status: string }} */
      const stopped = await post(`/v1/${kind.plural}/${id}/${action}`, { body, key: keyOf({ ...body, version }), ifMatch: version });
      state.replaceChildren(badge(stopped.status));
      button.remove();
      said.replaceChildren(
        h(
          'p',
          { class: 'notice', role: 'status' },
          say('已停用，其下的使用一律中断。恢复须两人办理：', 'Stopped, and all use under it with it. Two persons can resume it: '),
          h('a', { href: addressOf(card.kind, id) }, say('打开记录', 'open the record')),
        ),
      );
    } catch (error) {
      button.disabled = false;
      said.replaceChildren(notice(problemOf(error)));
    }
  };
  button.addEventListener('click', () => void stop());
  return h('li', { class: 'card' }, h('div', { class: 'foot' }, name, h('div', { class: 'buttons' }, state, button)), said);
};

/** What is live of one kind in the region, page by page, narrowed by what is typed. @param {string} name @param {Kind} kind @param {string} action */
const living = async (name, kind, action) => {
  const items = h('ul', { class: 'entries' });
  const foot = h('div');
  const find = h('input', { type: 'search', id: `halt-${name}` });
  const none = h(
    'div',
    { hidden: true },
    empty(['已列出的事项中没有符合的；可点“更多”继续列出。', 'None of those listed fits; “More” lists further ones.']),
  );
  const narrow = () => {
    const words = find.value.trim().toLowerCase();
    for (const item of items.children) item.toggleAttribute('hidden', !(item.textContent ?? '').toLowerCase().includes(words));
    none.hidden = items.childElementCount === 0 || [...items.children].some((item) => !item.hasAttribute('hidden'));
  };
  find.addEventListener('input', narrow);
  /** @param {string} [cursor] @returns {Promise<void>} */
  const load = async (cursor) => {
    /** @type {Page<Card>} */
    const page = await readPage(`/v1/${kind.plural}`, { scope: 'region', cursor, limit: '100' });
    const live = page.items.filter(({ status, id }) => kind.live.includes(status) && id !== acting()?.organisation);
    items.append(...live.map((card) => row(card, kind, action)));
    narrow();
    foot.replaceChildren(
      ...(items.childElementCount === 0 ? [empty(['没有可停用的事项。', 'There is nothing to stop.'])] : []),
      ...(page.cursor === undefined ? [] : [more(async () => load(page.cursor))]),
    );
  };
  await load();
  return h(
    'div',
    {},
    h('div', { class: 'field narrow' }, h('label', { for: find.id }, say('在列表中查找', 'Find in the list')), find),
    items,
    none,
    foot,
  );
};

/** One action stops a product, a dataset, an organisation or a right to use at once, running work included. @param {Address} address @returns {Promise<Screen>} */
export const halt = async ({ query }) => {
  await whoAmI();
  const kinds = mine();
  const [name, kind, action] = kinds.find(([one]) => one === query.get('kind')) ?? kinds[0] ?? [];
  /** @type {Pair} */
  const title = ['紧急停用', 'Emergency stop'];
  return {
    title,
    body: [
      heading(title),
      h('p', {
        class: 'quiet',
        say: [
          '停用后链条即时中断：运行中的查询随即终止，结果不再可读，新的请求一律拒绝。',
          'The chain breaks at once: running queries end, results can no longer be read, and every new request is refused.',
        ],
      }),
      ...(name === undefined || kind === undefined || action === undefined
        ? [empty(['您没有可停用的事项。', 'There is nothing that you may stop.'])]
        : [
            h(
              'nav',
              { class: 'tabs', name: ['类别', 'Kind'] },
              ...kinds.map(([one, { title: says }]) =>
                h('a', { href: `/halt?kind=${one}`, 'aria-current': one === name ? 'page' : undefined }, spoken(says)),
              ),
            ),
            await living(name, kind, action),
          ]),
    ],
  };
};
