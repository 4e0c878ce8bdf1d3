// @ts-check
/** @import { Pair, View } from '../shapes.ts' */
import { get, post, readRecord } from '../api.js';
import { table } from '../data.js';
import { h, spoken } from '../element.js';
import { size, time } from '../format.js';
import { badge } from '../parts.js';
import { notice, problemOf } from '../problem.js';
import { reference } from '../reference.js';
import { addressOf, choiceWord, kindOf } from '../registry.js';
import { draw } from '../router.js';

/** @typedef {{ readonly test: string, readonly level: string, readonly affected?: number, readonly among?: number, readonly smallest?: number }} Check */
/** @typedef {{ readonly seat: string, readonly verdict: string, readonly reason: string }} Opinion */
/** @typedef {{ readonly status: string, readonly hidden: number, readonly kind?: string, readonly id?: string, readonly sql?: string, readonly at?: string, readonly outcome?: string, readonly rows?: number, readonly verdicts?: readonly string[] }} Earlier */
/** @typedef {{ readonly columns: readonly string[], readonly total: number, readonly from: number, readonly items: readonly { readonly row: readonly string[], readonly entities: number }[] }} Content */

const shownRows = 50;
/** @type {Readonly<Record<string, string>>} */
const colours = { PASS: 'badge live', WARN: 'badge warn', BLOCK: 'badge late' };

/** @param {Pair} title @param {...(Node | string | false | undefined)} children */
const panel = (title, ...children) => h('section', { class: 'panel' }, h('h2', { say: title }), ...children);
/** @param {Pair} says @param {() => Promise<void>} work */
const button = (says, work) => {
  const said = h('div', { 'aria-live': 'polite' });
  const press = h('button', { type: 'button', class: 'primary', say: says });
  press.addEventListener('click', () => {
    press.disabled = true;
    said.replaceChildren();
    void work()
      .catch((error) => said.replaceChildren(notice(problemOf(error))))
      .finally(() => {
        press.disabled = false;
      });
  });
  return h('div', {}, h('div', { class: 'buttons' }, press), said);
};

/** Of which cells a check tells how many. @type {Readonly<Record<string, Pair>>} */
const ofCells = {
  SMALL_CELLS: ['主体数低于阈值', 'below the threshold'],
  DOMINANCE: ['由单一主体主导', 'dominated by one entity'],
  RE_IDENTIFICATION: ['仅含一个主体', 'of one entity'],
};
/** What a check found, in words. @param {Check} check @returns {Pair} */
const found = ({ test, level, affected, among = 0, smallest }) => {
  if (test === 'MALWARE') return ['文件由平台自行生成，未作扫描', 'The platform wrote the file itself; no scan ran'];
  if (affected === undefined)
    return level === 'PASS'
      ? ['未发现问题', 'Nothing was found']
      : ['数量仅供审核人查阅', 'How many is for the reviewers, or could not be found out'];
  if (test === 'SIZE') return [`${size(affected)}，上限 ${size(among)}`, `${size(affected)}, at most ${size(among)}`];
  if (test === 'DIFFERENCING')
    return [
      `与以往 ${among} 项比较，可推算出 ${affected} 个小单元`,
      `Beside ${among} earlier releases, ${affected} small numbers could be computed`,
    ];
  if (test === 'PERSONAL_INFORMATION') return [`${among} 列中 ${affected} 列疑似个人信息`, `${affected} of ${among} columns seem personal`];
  const [zh, en] = ofCells[test] ?? ['', ''];
  const least = smallest === undefined ? ['', ''] : [`；最小单元 ${smallest} 个主体`, `; the smallest of ${smallest}`];
  return [`${among} 个单元中 ${affected} 个${zh}${least[0]}`, `${affected} of ${among} cells ${en}${least[1]}`];
};
/** @param {readonly Check[]} checks */
const checksPanel = (checks) =>
  panel(
    ['自动检查结果', 'Automatic checks'],
    h(
      'ul',
      { class: 'values' },
      ...checks.map((check) =>
        h(
          'li',
          {},
          h('strong', {}, spoken(choiceWord('test', check.test))),
          ' ',
          h('span', { class: colours[check.level] ?? 'badge' }, spoken(choiceWord('level', check.level))),
          h('div', { class: 'quiet' }, spoken(found(check))),
        ),
      ),
    ),
    h('p', { class: 'quiet', say: ['只记数量，不记是哪些单元。', 'Counts only, never which cells.'] }),
  );
/** @param {readonly Opinion[]} reviews */
const opinionsPanel = (reviews) =>
  panel(
    ['审核意见', 'Opinions'],
    table(
      [
        ['席位', 'Seat'],
        ['意见', 'Verdict'],
        ['理由', 'Reason'],
      ],
      reviews.map(({ seat, verdict, reason }) => [
        spoken(choiceWord('seat', seat)),
        h('span', { class: verdict === 'APPROVE' ? 'badge live' : 'badge late' }, spoken(choiceWord('verdict', verdict))),
        h('span', { class: 'text' }, reason),
      ]),
    ),
  );
/** @param {Earlier} one */
const earlierCard = ({ kind, id, sql = '', at, outcome, status, rows, hidden, verdicts = [] }) =>
  h(
    'li',
    {},
    kind === 'exportRequest' && id !== undefined
      ? h('a', { href: addressOf(kind, id) }, spoken(kindOf(kind)?.title ?? [kind, kind]))
      : spoken(kindOf(kind ?? '')?.title ?? ['—', '—']),
    ' ',
    badge(outcome ?? status, outcome === 'released' || outcome === 'delivered'),
    ' ',
    at === undefined ? '' : h('time', { class: 'quiet', datetime: at }, time(at)),
    h('pre', {}, sql),
    rows === undefined
      ? ''
      : h('div', { class: 'quiet', say: [`${rows} 行，另隐去 ${hidden} 个单元`, `${rows} rows, ${hidden} cells hidden`] }),
    ...verdicts.map((verdict) => h('span', { class: 'badge' }, spoken(choiceWord('verdict', verdict)))),
  );
/** The new question beside what was released of the same resource before. @param {string} request @param {string} sql */
const earlierPanel = async (request, sql) => {
  /** @type {{ total: number, items: readonly Earlier[] }} */
  const { total, items } = await get(`/v1/export-requests/${request}/earlier`);
  return panel(
    ['同一数据资源以往放行情况', 'What was released of the same resource before'],
    h('p', { say: ['本次申请：', 'This request:'] }),
    h('pre', {}, sql),
    items.length === 0
      ? h('p', { class: 'empty', say: ['以往没有放行。', 'Nothing was released before.'] })
      : h('ul', { class: 'values' }, ...items.map(earlierCard)),
    total > items.length &&
      h('p', { class: 'quiet', say: [`共 ${total} 项，列出最近 ${items.length} 项。`, `The last ${items.length} of ${total}.`] }),
  );
};
/** The file itself, opened by a press, because each reading is on record. @param {string} request */
const contentPanel = (request) => {
  const room = h('div', {});
  let from = 0;
  const open = button(['查阅文件内容（留痕）', 'Read the file (on record)'], async () => {
    /** @type {Content} */
    const { columns, total, items } = await get(`/v1/export-requests/${request}/content?from=${from}&limit=${shownRows}`);
    const last = from + items.length;
    room.replaceChildren(
      h('p', { class: 'quiet', say: [`第 ${from + 1} 至 ${last} 行，共 ${total} 行。`, `Rows ${from + 1} to ${last} of ${total}.`] }),
      table(
        [...columns.map((name) => /** @type {const} */ ([name, name])), ['主体数（不出域）', 'Entities (stays inside)']],
        items.map(({ row, entities }) => [...row, h('strong', {}, String(entities))]),
      ),
      last < total ? h('p', { class: 'quiet', say: ['再次按下查阅其后各行。', 'Press again for the rows after these.'] }) : '',
    );
    from = last < total ? last : 0;
  });
  return panel(['文件内容', 'The file'], open, room);
};
/** @param {View} view */
const reviewLinks = ({ links }) =>
  panel(
    ['出具审核意见', 'Give an opinion'],
    h('p', {
      class: 'quiet',
      say: ['请打开您席位的意见。意见收齐前互不可见。', 'Open that of your seat. Nobody reads another’s until all are in.'],
    }),
    h(
      'ul',
      { class: 'values' },
      ...[links['reviews'] ?? []].flat().map((id) => {
        const seat = id.slice(id.lastIndexOf('.') + 1).toUpperCase();
        return h('li', {}, h('a', { href: addressOf('exportReview', id) }, spoken(choiceWord('seat', seat))));
      }),
    ),
  );
/** @param {View} view */
const downloadPanel = ({ id }) =>
  panel(
    ['下载', 'Download'],
    h('p', {
      class: 'quiet',
      say: [
        '链接15分钟内有效，仅可使用一次；文件带有贵单位专属指纹，每次下载均留痕。',
        'A link lasts a quarter of an hour and serves once. The file carries your organisation’s fingerprint; each download is on record.',
      ],
    }),
    button(['下载文件', 'Download the file'], async () => {
      /** @type {{ url: string }} */
      const { url } = await post(`/v1/export-requests/${id}/link`, { body: {} });
      const link = h('a', { href: url, download: '' });
      link.click();
      await draw({ keep: true });
    }),
  );

/** What a page of its own shows of a request beside its data. @param {View} view @returns {Promise<readonly Node[]>} */
export const exportRequest = async (view) => {
  const checks = /** @type {readonly Check[] | undefined} */ (view.data['checks']);
  const reviews = /** @type {readonly Opinion[] | undefined} */ (view.data['reviews']);
  const judges = view.offered.includes('read');
  return [
    ...(view.offered.includes('draw') ? [downloadPanel(view)] : []),
    ...(judges ? [reviewLinks(view)] : []),
    ...(checks ? [checksPanel(checks)] : []),
    ...(reviews ? [opinionsPanel(reviews)] : []),
    ...(judges ? [contentPanel(view.id), await earlierPanel(view.id, String(view.data['sql']))] : []),
  ];
};
/** What a reviewer needs to judge by, under the form of the verdict. @param {View} view @returns {Promise<readonly Node[]>} */
export const exportReview = async (view) => {
  if (!view.offered.includes('seal')) return [];
  const request = await readRecord('export-requests', String(view.data['request']));
  const { purpose, sql, minEntities, dominancePercent, ruleVersion, checks } = request.data;
  return [
    panel(
      ['申请内容', 'The request'],
      h('p', {}, reference('exportRequest', request.id)),
      h('p', { class: 'text' }, String(purpose)),
      h('pre', {}, String(sql)),
      h('p', {
        class: 'quiet',
        say: [
          `分析规则第 ${String(ruleVersion)} 版：每格不少于 ${String(minEntities)} 个主体，单一主体占比不超过 ${String(dominancePercent)}%。`,
          `Analysis rule version ${String(ruleVersion)}: at least ${String(minEntities)} entities in each cell, none above ${String(dominancePercent)} %.`,
        ],
      }),
    ),
    checksPanel(/** @type {readonly Check[]} */ (checks)),
    contentPanel(request.id),
    await earlierPanel(request.id, String(sql)),
  ];
};
