// @ts-check
/** @import { Page } from '../shapes.ts' */
/** @import { Asked, Template } from './shapes.ts' */
import { readPage } from '../api.js';
import { h, say, spoken } from '../element.js';
import { time } from '../format.js';
import { badge, empty, more } from '../parts.js';

/** @param {string} entitlement @param {readonly Template[]} templates @param {Asked} asked */
const line = (entitlement, templates, { id, status, sql, askedAt, isService, template, code, rows }) => {
  const title = templates.find((one) => one.id === template)?.title;
  return h(
    'li',
    {},
    h(
      'a',
      { href: `/entitlements/${entitlement}/console?${new URLSearchParams({ query: id }).toString()}`, class: 'asked' },
      title && h('strong', {}, spoken([title.zh, title.en])),
      h('code', {}, sql.replaceAll(/\s+/g, ' ').trim()),
    ),
    h(
      'div',
      { class: 'meta' },
      badge(status, status === 'released'),
      h('time', { class: 'quiet', datetime: askedAt }, time(askedAt)),
      rows !== undefined && h('span', { class: 'quiet' }, say(`${rows} 行`, `${rows} rows`)),
      code !== undefined && h('code', { class: 'quiet' }, code),
      isService && h('span', { class: 'badge', say: ['数据服务调用', 'By the data service'] }),
    ),
  );
};
/** What was asked under a contract, page by page; each leads to its answer and can be asked again. @param {string} entitlement @param {readonly Template[]} templates */
export const openHistory = async (entitlement, templates) => {
  const list = h('ul', { class: 'past' });
  const foot = h('div');
  /** @param {string} [cursor] @returns {Promise<void>} */
  const load = async (cursor) => {
    /** @type {Page<Asked>} */
    const page = await readPage(`/v1/entitlements/${entitlement}/queries`, { cursor });
    if (cursor === undefined) list.replaceChildren();
    list.append(...page.items.map((asked) => line(entitlement, templates, asked)));
    foot.replaceChildren(
      ...(list.childElementCount === 0 && page.cursor === undefined
        ? [empty(['本合同下还没有提问。', 'Nothing has been asked under this contract yet.'])]
        : []),
      ...(page.cursor === undefined ? [] : [more(async () => load(page.cursor))]),
    );
  };
  await load();
  const node = h(
    'section',
    { class: 'panel' },
    h('h2', { say: ['查询记录', 'What was asked'] }),
    h('p', { class: 'quiet', say: ['点开可查看结果，并可修改后再问。', 'Open one to read its answer, change it and ask again.'] }),
    list,
    foot,
  );
  return { node, refresh: () => load() };
};
