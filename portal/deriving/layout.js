// @ts-check
import { h, spoken } from '../element.js';
import { freshId } from '../forms/field.js';

const most = 5;
/** By which columns the rows are sorted: up to five of the outputs, in the order in which they are ticked. @param {readonly string[]} first */
export const layoutChoice = (first) => {
  let picked = [...first];
  /** @type {readonly string[]} */
  let known = first;
  const room = h('div', { class: 'boxes' });
  const draw = () => {
    room.replaceChildren(
      ...known.map((name) => {
        const at = picked.indexOf(name);
        const box = h('input', { type: 'checkbox', id: freshId(), checked: at !== -1, disabled: at === -1 && picked.length >= most });
        box.addEventListener('change', () => {
          picked = box.checked ? [...picked, name] : picked.filter((one) => one !== name);
          draw();
        });
        return h('label', { class: 'box' }, box, h('code', {}, name), at !== -1 && h('span', { class: 'quiet' }, `${at + 1}`));
      }),
    );
    if (known.length === 0)
      room.replaceChildren(h('p', { class: 'quiet' }, spoken(['试运行后在此选择。', 'Choose here once it has been tried.'])));
  };
  draw();
  return {
    node: h(
      'fieldset',
      { class: 'group' },
      h('legend', { say: ['排列方式', 'Layout'] }),
      h('p', {
        class: 'hint',
        say: [
          '成表按所选列依次排序存放，查询更快；宜先选主体列，再选常用的分组列，至多五列，可不选。',
          'The rows are kept sorted by these columns, which makes queries faster: the entity first, then what is grouped by; at most five, or none.',
        ],
      }),
      room,
    ),
    read: () => picked,
    /** The outputs as they were last tried; the entity is proposed where nothing was chosen. @param {readonly string[]} names @param {string | null} entity */
    offer: (names, entity) => {
      known = names;
      picked = picked.filter((name) => names.includes(name));
      if (picked.length === 0 && entity !== null) picked = [entity];
      draw();
    },
  };
};
