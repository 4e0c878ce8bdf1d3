// @ts-check
/** @import { Pair } from '../shapes.ts' */
/** @import { Column } from './shapes.ts' */
import { table } from '../data.js';
import { h, spoken } from '../element.js';
import { choiceWord } from '../registry.js';

/** The kind of personal information in a column, marked so that nobody overlooks it. @param {string | null} personal */
export const personalMark = (personal) =>
  personal === null
    ? h('span', { class: 'quiet', say: ['否', 'No'] })
    : h('span', { class: 'badge warn' }, spoken(choiceWord('personal', personal)));

/** @param {string} name @param {string | null} entity */
export const named = (name, entity) => [
  h('code', {}, name),
  name === entity && h('span', { class: 'badge open entity', say: ['主体', 'Entity'] }),
];

/**
 * Columns with their types and what they tell of persons. @template {Column} T @param {readonly T[]} columns
 * @param {{ readonly entity?: string | null, readonly more?: readonly (readonly [Pair, (column: T) => Node | string])[], readonly nameOf?: (column: T) => Node }} [how]
 */
export const columnTable = (columns, { entity = null, more = [], nameOf = ({ name }) => h('span', {}, ...named(name, entity)) } = {}) =>
  table(
    [['列', 'Column'], ['类型', 'Type'], ['个人信息', 'Personal information'], ...more.map(([head]) => head)],
    columns.map((column) => [
      nameOf(column),
      h('code', {}, column.type),
      personalMark(column.personal),
      ...more.map(([, told]) => told(column)),
    ]),
  );
