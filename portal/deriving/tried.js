// @ts-check
/** @import { Accepted, Output, Trial } from './shapes.ts' */
import { refused } from '../asking/refusal.js';
import { cells } from '../asking/table.js';
import { h, say } from '../element.js';
import { columnTable } from './columns.js';

/** @param {Output} column */
const madeOf = ({ madeOf: from }) =>
  from.length === 0
    ? h('span', { class: 'quiet', say: ['不取自任何列', 'No column'] })
    : h('ul', { class: 'values' }, ...from.map(({ source, column }) => h('li', {}, h('code', {}, `${source}.${column}`))));

/** @param {Accepted} trial */
const invented = ({ columns, sample: { rows } }) =>
  h(
    'figure',
    { class: 'invented' },
    h(
      'figcaption',
      {},
      h('strong', { class: 'badge warn', say: ['虚构数据', 'Invented data'] }),
      ' ',
      say('以下各行按列的类型虚构，与真实数据无关。', 'These rows are invented from the types of the columns and say nothing of the data.'),
    ),
    rows.length === 0
      ? h('p', {
          class: 'quiet',
          say: [
            '虚构数据中没有符合条件的行，这不说明真实数据如何。',
            'No invented row meets the conditions; that says nothing of the data.',
          ],
        })
      : cells(columns, rows),
  );

/** What a derivation would make, or why it is refused and where. @param {Trial} trial @param {string} sql @param {Node | undefined} next what may be done where it is refused */
export const tried = (trial, sql, next) => {
  if (!trial.accepted) {
    const { refused: code, at, zh, en } = trial;
    return refused({ sql, code, at: at ?? undefined, zh, en }, next);
  }
  return h(
    'section',
    { class: 'panel trial' },
    h(
      'div',
      { class: 'notice good', role: 'status' },
      h('p', {}, h('strong', { say: ['可以提交。', 'It can be submitted.'] })),
      h('p', {
        say: [
          '仅按列的类型核对，未动用数据。提交后由两名主管人员审阅全文，批准后在沙箱内加工；成表中的行不对任何人显示。',
          'Checked by types alone; no data was touched. Two officers read the text before it is run inside the sandbox, and nobody is shown a row of what it makes.',
        ],
      }),
    ),
    h('h3', { say: ['输出列', 'Output columns'] }),
    columnTable(trial.columns, { entity: trial.entity, more: [[['由何而来', 'Made of'], madeOf]] }),
    invented(trial),
    h('details', {}, h('summary', { say: ['将执行的 SQL', 'The SQL as it would run'] }), h('pre', { class: 'sql' }, trial.sql)),
  );
};
