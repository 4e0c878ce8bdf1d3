// @ts-check
/** @import { Pair, Shape } from './shapes.ts' */
import { h, say, spoken } from './element.js';
import { deadline, isInstant, time, yuan } from './format.js';
import { reference } from './reference.js';
import { choiceWord, fieldWord, kindOf, registry, sealedWord } from './registry.js';

/** @param {unknown} value @returns {value is Shape} */
const isShape = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** @param {unknown} value */
const isName = (value) => isShape(value) && Object.keys(value).length === 2 && 'zh' in value && 'en' in value;
/** @param {unknown} value @returns {value is { readonly kind: string, readonly id: string }} */
const isRef = (value) => isShape(value) && typeof value['kind'] === 'string' && typeof value['id'] === 'string';
/** What fits into a cell of a table. @param {string} name @param {unknown} value */
export const isPlain = (name, value) => (Array.isArray(value) ? value.length === 0 : !isShape(value) || isName(value) || name in shaped);

const ends = new Set(['until', 'approvedUntil', 'leaseUntil', 'validUntil']);
/** @type {Readonly<Record<string, (value: unknown) => Node | string>>} */
const ways = {
  compliance: (value) => `${Number(value) / 100} / 100`,
  security: (value) => (typeof value === 'number' ? `${value / 100} / 100` : String(value)),
  fileName: String,
  charged: (value) => `ε ${String(Number(value) / 1_000_000)}`,
  sql: (value) => h('pre', {}, String(value)),
  index: (value) => entryLink(Number(value)),
  sealedField: (value) => spoken(sealedWord(String(value))),
  event: (value) => {
    const [, kind = '', record = ''] = /^([^.]+)\.(.+)\.\d+$/.exec(String(value)) ?? [];
    const address = `/disclosure?${new URLSearchParams({ record }).toString()}`;
    return h('a', { href: address, title: String(value) }, spoken(kindOf(kind)?.title ?? [kind, kind]), ' ', h('code', {}, record));
  },
};
/** @param {number} index */
const entryLink = (index) => h('a', { href: `/disclosure/entries/${index}` }, `#${index}`);
/** What a figure rests on: entries of the public ledger, the first of them by a link each. @param {Shape} basis */
const restingOn = ({ count, indexes }) => {
  const shown = /** @type {readonly number[]} */ (indexes);
  const rest = Number(count) - shown.length;
  return h(
    'span',
    { class: 'basis' },
    ...(shown.length === 0 ? ['—'] : shown.map(entryLink)),
    rest > 0 && say(`等 ${Number(count)} 条`, `and ${rest} more`),
  );
};
/** Shapes that read as one value. @type {Readonly<Record<string, (shape: Shape) => Node>>} */
const shaped = {
  basis: restingOn,
  entries: restingOn,
  period: ({ from, to }) => say(`${String(from)} 至 ${String(to)}`, `${String(from)} to ${String(to)}`),
};
/** Fields whose values are names of the platform's own, not what people wrote. */
const chosen = new Set([
  'roles',
  'wanted',
  'region',
  'recommendation',
  'grain',
  'task',
  'personal',
  'status',
  'type',
  'action',
  'format',
  'encoding',
]);
/** Fields that people fill with what may look like one of our names. */
const written = new Set(['name', 'column', 'entity', 'layout', 'id']);
/** @param {string} name @param {string} text */
const textOf = (name, text) => {
  const kind = registry.references[name];
  if (kind !== undefined && text !== '') return reference(kind, text);
  if (isInstant(text)) return h('time', { datetime: text }, ends.has(name) ? deadline(text) : time(text));
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return h('code', { class: 'digest' }, text);
  const isChosen = chosen.has(name) || (!written.has(name) && /^[A-Z][A-Z0-9_]+$/.test(text));
  return isChosen ? spoken(choiceWord(name, text)) : h('span', { class: 'text' }, text);
};

/**
 * A value as a person reads it: money as yuan, instants in Shanghai, references as links, what is nested as lists and tables.
 * @param {string} name the field in which it stands @param {unknown} value
 * @returns {Node | string}
 */
export const valueOf = (name, value) => {
  if (value === null || value === undefined || value === '') return h('span', { class: 'quiet', say: ['无', 'None'] });
  const way = ways[name];
  if (way && !isShape(value)) return way(value);
  if (typeof value === 'boolean') return value ? say('是', 'Yes') : say('否', 'No');
  if (typeof value === 'number')
    return name.endsWith('Fen') ? yuan(value) : name === 'score' ? spoken(choiceWord(name, value)) : String(value);
  if (typeof value === 'string') return textOf(name, value);
  if (Array.isArray(value)) return listOf(name, value);
  if (isName(value)) return spoken([String(/** @type {Shape} */ (value)['zh']), String(/** @type {Shape} */ (value)['en'])]);
  const shape = /** @type {Shape} */ (value);
  const one = shaped[name];
  if (one) return one(shape);
  if (isRef(shape)) return reference(shape.kind, shape.id);
  return definitions(shape);
};
/** @param {string} name @param {readonly unknown[]} list @returns {Node} */
const listOf = (name, list) => {
  if (list.length === 0) return h('span', { class: 'quiet', say: ['无', 'None'] });
  const [first] = list;
  if (!isShape(first) || isName(first) || list.every(isRef))
    return h('ul', { class: 'values' }, ...list.map((one) => h('li', {}, valueOf(name, one))));
  const shapes = /** @type {readonly Shape[]} */ (list);
  const columns = [...new Set(shapes.flatMap((one) => Object.keys(one)))];
  if (shapes.every((one) => Object.entries(one).every(([field, value]) => isPlain(field, value))))
    return table(
      columns.map((column) => fieldWord(column)),
      shapes.map((one) => columns.map((column) => (one[column] === undefined ? '' : valueOf(column, one[column])))),
    );
  return h('div', { class: 'cards' }, ...shapes.map((one) => h('div', { class: 'card' }, definitions(one))));
};
/** A table that scrolls sideways in itself where the page is narrow. @param {readonly Pair[]} heads @param {readonly (readonly (Node | string)[])[]} rows */
export const table = (heads, rows) =>
  h(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', name: ['表格', 'Table'] },
    h(
      'table',
      {},
      h('thead', {}, h('tr', {}, ...heads.map((head) => h('th', { scope: 'col' }, spoken(head))))),
      h('tbody', {}, ...rows.map((row) => h('tr', {}, ...row.map((cell) => h('td', {}, cell))))),
    ),
  );
/** One field among others. @param {Pair} word @param {boolean} isShort whether its value fits beside the word @param {Node | string} value */
export const fieldRow = (word, isShort, value) =>
  h('div', { class: isShort ? 'row' : 'row wide' }, h('dt', {}, spoken(word)), h('dd', {}, value));
/** The fields of a record with their words. @param {Shape} shape */
export const definitions = (shape) =>
  h(
    'dl',
    { class: 'data' },
    ...Object.entries(shape)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => fieldRow(fieldWord(name), isPlain(name, value), valueOf(name, value))),
  );
