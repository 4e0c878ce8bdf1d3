// @ts-check
/** @import { Cell, Column } from './shapes.ts' */
import { h, say } from '../element.js';

const pageRows = 50;
const numeric = /^(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DOUBLE|FLOAT|DECIMAL)/;

/** Numbers with more digits than JSON can tell come as text. @param {Cell | undefined} value */
const isNumber = (value) => typeof value === 'number' || (typeof value === 'string' && /^-?[0-9]+(?:\.[0-9]+)?$/.test(value));
/** Which columns hold numbers: by their types, else by what stands in them. @param {readonly Partial<Column>[]} columns @param {readonly (readonly Cell[])[]} rows */
const areNumbers = (columns, rows) =>
  columns.map(({ type }, at) =>
    type === undefined
      ? rows.some((row) => isNumber(row[at])) && rows.every((row) => row[at] === null || isNumber(row[at]))
      : numeric.test(type),
  );
/** @param {Cell | undefined} value */
const shown = (value) =>
  value === null || value === undefined
    ? h('span', { class: 'null', title: 'NULL' }, say('空值', 'NULL'))
    : typeof value === 'boolean'
      ? say(value ? '是' : '否', value ? 'true' : 'false')
      : String(value);

/** @param {Cell | undefined} value */
const isLong = (value) => typeof value === 'string' && value.length > 40;
/** An answer as a table, a page at a time. @param {readonly (Pick<Column, 'name'> & Partial<Column>)[]} columns @param {readonly (readonly Cell[])[]} rows @param {string} [look] */
export const cells = (columns, rows, look = '') => {
  const numbers = areNumbers(columns, rows);
  const body = h('tbody');
  const standing = h('span', { class: 'quiet', 'aria-live': 'polite' });
  const pages = Math.max(1, Math.ceil(rows.length / pageRows));
  let page = 0;
  const back = h('button', { type: 'button', say: ['上一页', 'Previous'], onclick: () => leaf(page - 1) });
  const on = h('button', { type: 'button', say: ['下一页', 'Next'], onclick: () => leaf(page + 1) });
  /** @param {number} to */
  const turn = (to) => {
    page = Math.min(Math.max(0, to), pages - 1);
    const from = page * pageRows;
    const part = rows.slice(from, from + pageRows);
    body.replaceChildren(
      ...part.map((row) =>
        h(
          'tr',
          {},
          ...columns.map((_, at) => h('td', { class: numbers[at] ? 'number' : isLong(row[at]) ? 'long' : undefined }, shown(row[at]))),
        ),
      ),
    );
    standing.replaceChildren(
      say(`第 ${from + 1}–${from + part.length} 行，共 ${rows.length} 行`, `Rows ${from + 1}–${from + part.length} of ${rows.length}`),
    );
    back.disabled = page === 0;
    on.disabled = page === pages - 1;
  };
  /** @param {number} to */
  const leaf = (to) => {
    turn(to);
    if (node.getBoundingClientRect().top < 0) node.scrollIntoView(); // the page before was read to its end
  };
  turn(0);
  const node = h(
    'div',
    { class: 'cells' },
    h(
      'div',
      { class: `scroll ${look}`, tabindex: '0', role: 'region', name: ['结果表格', 'Table of the answer'] },
      h(
        'table',
        {},
        h(
          'thead',
          {},
          h('tr', {}, ...columns.map(({ name }, at) => h('th', { scope: 'col', class: numbers[at] ? 'number' : undefined }, name))),
        ),
        body,
      ),
    ),
    pages > 1 && h('div', { class: 'buttons paging' }, back, on, standing),
  );
  return node;
};
