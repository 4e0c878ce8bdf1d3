// @ts-check
/** @import { View } from '../shapes.ts' */
import { post, submission } from '../api.js';
import { h, say } from '../element.js';
import { size } from '../format.js';
import { notice, problemOf } from '../problem.js';
import { draw } from '../router.js';
import { put } from './sending.js';

/** @typedef {import('./sending.js').Destination & { readonly bytes: number, readonly keys: number }} Place */

const everyMs = 1_500;

/** How a question joins with the list, to be copied. @param {View} view */
const usage = ({ data: { name, column } }) => {
  const quoted = `"${String(column).replaceAll('"', '""')}"`;
  return h(
    'section',
    { class: 'panel' },
    h('h2', { say: ['如何使用', 'How to use it'] }),
    h('p', {
      say: ['在查询中与名单连接，只统计名单内的行：', 'Join a question with the list; it then counts only the rows that the list names:'],
    }),
    h('pre', { class: 'code' }, `SELECT count(*) FROM data JOIN ${String(name)} ON data.${quoted} = ${String(name)}.key`),
    h('p', {
      class: 'quiet',
      say: [
        '名单中有多少值与数据相符不作告知。更新名单即产生新版本，新旧版本之差过小的，不予准入或不予答复。',
        'How many of its keys stand in the data is not told. Another upload is a new version; where versions differ by too few, it is not admitted, or a question is not answered.',
      ],
    }),
  );
};

/** @param {View} view */
const waiting = (view) => {
  const panel = h(
    'section',
    { class: 'panel' },
    h('h2', { say: ['正在核对名单', 'The list is being matched'] }),
    h('p', { class: 'quiet', say: ['完成后本页自动更新。', 'This page follows by itself.'] }),
    h('progress', { name: ['进度', 'Progress'] }),
  );
  const follow = () => void draw({ keep: true }).catch(() => undefined); // the next look may pass
  setTimeout(() => panel.isConnected && follow(), everyMs);
  return view.status === 'checking' ? [panel] : [];
};

/** Where a buyer puts up the keys of a list: typed, pasted, or from a file. @param {View} view */
const upload = (view) => {
  const keys = h('textarea', { id: 'list-keys', rows: '8', spellcheck: 'false', class: 'code' });
  const file = h('input', { type: 'file', id: 'list-file', accept: '.txt,.csv' });
  const said = h('div', { 'aria-live': 'polite' });
  const go = h('button', { type: 'submit', class: 'primary', say: ['提交名单', 'Put up the list'] });
  const keyOf = submission();
  const send = async () => {
    const content = file.files?.[0] ?? new Blob([keys.value]);
    if (content.size === 0)
      return said.replaceChildren(
        h('p', { class: 'notice refused', role: 'alert', say: ['请填写或选择名单。', 'Type the keys, or choose a file.'] }),
      );
    go.disabled = true;
    said.replaceChildren(h('p', { role: 'status', say: [`正在上传（${size(content.size)}）……`, `Uploading (${size(content.size)})…`] }));
    try {
      /** @type {Place} */
      const place = await post(`/v1/join-lists/${view.id}/upload`, { body: {}, key: crypto.randomUUID() });
      await put(place, content, () => undefined, new AbortController().signal);
      await post(`/v1/join-lists/${view.id}/submit`, { body: {}, key: keyOf({ version: view.version }) });
      await draw({ keep: true });
    } catch (error) {
      said.replaceChildren(notice(problemOf(error)));
      go.disabled = false;
    }
  };
  return h(
    'section',
    { class: 'panel' },
    h('h2', { say: view.status === 'named' ? ['提交名单', 'Put up the list'] : ['更新名单', 'Put up a new version'] }),
    h('p', {
      class: 'quiet',
      say: [
        'UTF-8 文本，每行一个值，最多 10 万个值、8 MB。无论结果如何，每次提交计一次查询。',
        'UTF-8 text with one key a line, at most 100,000 keys and 8 MB. Each upload counts as one query, whatever comes of it.',
      ],
    }),
    h(
      'form',
      { class: 'form', onsubmit: (event) => (event.preventDefault(), void send()) },
      h('div', { class: 'field' }, h('label', { for: keys.id }, say('名单（每行一个值）', 'Keys, one a line')), keys),
      h('div', { class: 'field' }, h('label', { for: file.id }, say('或选择文件', 'Or a file')), file),
      said,
      h('div', { class: 'buttons' }, go),
    ),
  );
};

/** What a list is for, and where it is put up. @param {View} view @returns {Promise<readonly Node[]>} */
export const joinList = async (view) => [
  ...waiting(view),
  ...(view.status === 'ready' ? [usage(view)] : []),
  ...(view.offered.includes('submit') ? [upload(view)] : []),
];
