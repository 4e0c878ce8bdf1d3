// @ts-check
/** @import { View } from '../shapes.ts' */
/** @import { Kept } from '../deriving/shapes.ts' */
import { refused } from '../asking/refusal.js';
import { columnTable } from '../deriving/columns.js';
import { definitions } from '../data.js';
import { h, say, spoken } from '../element.js';
import { reference } from '../reference.js';
import { progress } from './dataset.js';

/** What was wrong the last time, where in the text, and what to do next. @param {Kept} kept */
export const fault = ({ fault: found, reason, sql }) => {
  if (found) {
    const { code, at, zh, en } = found;
    return refused(
      {
        sql,
        code,
        at: at === undefined ? undefined : { offset: at },
        ...(zh === undefined ? {} : { zh }),
        ...(en === undefined ? {} : { en }),
      },
      h('p', { say: ['已退回草稿：请修改后重新提交。', 'It is a draft again: change it and submit it anew.'] }),
    );
  }
  if (reason === undefined) return h('div');
  return h('div', { class: 'notice' }, h('p', {}, say('退回理由：', 'Returned because: '), h('span', { class: 'text' }, reason)));
};

/** @param {Kept['datasets']} datasets */
const sources = (datasets) =>
  h(
    'ul',
    { class: 'values' },
    ...datasets.map(({ name, dataset, entity }) =>
      h(
        'li',
        {},
        h('code', {}, name),
        ' ← ',
        reference('dataset', dataset),
        ' ',
        h(
          'span',
          { class: 'quiet' },
          spoken(['主体列：', 'entity: ']),
          entity === null ? say('每行自成一体', 'each row is its own') : h('code', {}, entity),
        ),
      ),
    ),
  );
/** @param {Kept} kept */
const columns = ({ columns: made = [], entity = null, datasets }) =>
  made.length === 0
    ? []
    : [
        h('h3', { say: ['输出列', 'Output columns'] }),
        columnTable(made, {
          entity,
          more: [
            [
              ['由何而来', 'Made of'],
              ({ madeOf }) =>
                madeOf.length === 0
                  ? h('span', { class: 'quiet', say: ['不取自任何列', 'No column'] })
                  : h(
                      'ul',
                      { class: 'values' },
                      ...madeOf.map(({ dataset, column }) =>
                        h('li', {}, h('code', {}, `${datasets.find((one) => one.dataset === dataset)?.name ?? dataset}.${column}`)),
                      ),
                    ),
            ],
          ],
        }),
      ];

/** What is wrong with a derivation, or how far the work on it is. @param {View} view */
export const standing = (view) => {
  const working = progress(view);
  return working ? [working] : view.status === 'draft' ? [fault(/** @type {Kept} */ (/** @type {unknown} */ (view.data)))] : [];
};
/** A derivation: its text, what it makes and of what. @param {View} view */
export const derivation = (view) => {
  const kept = /** @type {Kept} */ (/** @type {unknown} */ (view.data));
  const {
    title: _title,
    datasets,
    sql,
    layout,
    columns: _made,
    entity: _who,
    reason,
    fault: _fault,
    scenario: _where,
    attempt: _n,
    ...rest
  } = kept;
  return [
    h(
      'section',
      { class: 'panel' },
      h(
        'div',
        { class: 'heading' },
        h('h2', { say: ['加工语句', 'The derivation'] }),
        view.offered.includes('edit') &&
          h('a', { class: 'button primary', href: `/derivations/${view.id}/edit` }, say('在工作台修改', 'Edit in the workbench')),
      ),
      h('pre', { class: 'sql' }, sql),
      h('h3', { say: ['数据源', 'Sources'] }),
      sources(datasets),
      ...columns(kept),
      h('h3', { say: ['其他', 'Besides'] }),
      definitions({ layout, ...(view.status === 'draft' || reason === undefined ? {} : { reason }), ...rest }),
    ),
  ];
};
