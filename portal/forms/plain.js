// @ts-check
/** @import { Control, Place } from '../drawing.ts' */
/** @import { Pair, Schema } from '../shapes.ts' */
import { h, say, spoken } from '../element.js';
import { fenOf, time, yuanOf } from '../format.js';
import { choiceWord, registry } from '../registry.js';
import { acting } from '../session.js';
import { complaint, field, freshId, labelled } from './field.js';
import { suggest } from './suggestions.js';

/** How a value is named among options. @param {unknown} value */
const keyOf = (value) => (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '');

/** @typedef {(schema: Schema, place: Place) => Control} Maker */

/** @type {Maker} */
export const choice = (schema, place) => {
  const values = schema.enum ?? [];
  const input = h(
    'select',
    { id: freshId() },
    h('option', { value: '', say: ['请选择', 'Choose'] }),
    ...values.map((value) => h('option', { value: String(value), say: choiceWord(place.name, value) })),
  );
  const only = values.length === 1 && place.required ? values[0] : undefined;
  input.value = keyOf(place.value ?? only ?? schema.default);
  return field(place, schema, input, () => values.find((value) => String(value) === input.value));
};

/** Several of a few: a box for each. @type {Maker} */
export const choices = (schema, place) => {
  const id = freshId();
  const wrong = complaint(id);
  const had = new Set(Array.isArray(place.value) ? place.value.map(String) : []);
  const given = place.name === 'roles' ? registry.rolesOf[acting()?.type ?? ''] : undefined; // an organisation gives the roles of its type only
  const boxes = (given ?? schema.items?.enum ?? []).map((value) => ({
    value,
    input: h('input', { type: 'checkbox', id: freshId(), checked: had.has(String(value)) }),
  }));
  const node = h(
    'fieldset',
    { class: 'group', id, tabindex: '-1', 'aria-describedby': wrong.node.id },
    h('legend', {}, ...labelled(place)),
    h(
      'div',
      { class: 'boxes' },
      ...boxes.map(({ value, input }) => h('label', { class: 'box' }, input, spoken(choiceWord(place.name, value)))),
    ),
    wrong.node,
  );
  node.addEventListener('change', wrong.clear);
  return {
    node,
    read: () => {
      const picked = boxes.filter(({ input }) => input.checked).map(({ value }) => value);
      return picked.length > 0 || place.required ? picked : undefined;
    },
    mark: (_path, says) => {
      wrong.show(says);
      return true;
    },
    clear: wrong.clear,
  };
};

/** Yes or no, said on purpose: neither is chosen beforehand. @type {Maker} */
export const yesOrNo = (schema, place) => {
  const input = h(
    'select',
    { id: freshId() },
    h('option', { value: '', say: ['请选择', 'Choose'] }),
    h('option', { value: 'true', say: ['是', 'Yes'] }),
    h('option', { value: 'false', say: ['否', 'No'] }),
  );
  input.value = keyOf(place.value ?? schema.default);
  return field(place, schema, input, () => (input.value === '' ? undefined : input.value === 'true'));
};

/** What can have one value only is shown, not asked. @type {Maker} */
export const fixed = (schema, place) => ({
  node: h(
    'div',
    { class: 'field' },
    h('span', { class: 'label' }, spoken(place.label)),
    typeof schema.const === 'boolean' ? (schema.const ? say('是', 'Yes') : say('否', 'No')) : spoken(choiceWord(place.name, schema.const)),
  ),
  read: () => schema.const,
  mark: () => false,
  clear: () => undefined,
});

/** Money is asked in yuan and sent in fen. @type {Maker} */
const money = (schema, place) => {
  const input = h('input', { id: freshId(), inputmode: 'decimal', autocomplete: 'off', class: 'short' });
  if (typeof place.value === 'number') input.value = yuanOf(place.value);
  return field(place, schema, input, () => (input.value.trim() === '' ? undefined : (fenOf(input.value) ?? Number.NaN)));
};
/** @type {Maker} */
export const number = (schema, place) => {
  if (place.name.endsWith('Fen')) return money(schema, place);
  const input = h('input', {
    id: freshId(),
    inputmode: schema.type === 'integer' ? 'numeric' : 'decimal',
    autocomplete: 'off',
    class: 'short',
  });
  const first = place.value ?? schema.default;
  if (typeof first === 'number') input.value = String(first);
  return field(place, schema, input, () => (input.value.trim() === '' ? undefined : Number(input.value)));
};

/** An instant is asked as the clock of Shanghai shows it, which keeps no summer time. @type {Maker} */
const instant = (schema, place) => {
  const input = h('input', { id: freshId(), type: 'datetime-local', class: 'short' });
  if (typeof place.value === 'string') input.value = time(place.value).replace(' ', 'T');
  const hint = h('span', { class: 'hint', say: ['北京时间', 'Time of Shanghai'] });
  return field(place, schema, input, () => (input.value === '' ? undefined : new Date(`${input.value}+08:00`).toISOString()), hint);
};
/** Which kind of record another field names the id of. @type {Maker} */
const kindOfRecord = (schema, place) => {
  const kinds = Object.entries(registry.kinds);
  const input = h(
    'select',
    { id: freshId() },
    h('option', { value: '', say: ['请选择', 'Choose'] }),
    ...kinds.map(([kind, { title }]) => h('option', { value: kind, say: title })),
  );
  input.value = keyOf(place.value);
  return field(place, schema, input, () => (input.value === '' ? undefined : input.value));
};
const long = 500;
/** @type {Readonly<Record<string, Pair>>} */
const hints = {
  code: ['由本单位编定，例如 JT/BUS-001', 'Given by your institution, such as JT/BUS-001'],
  priceFen: ['人民币元，最多两位小数', 'Renminbi yuan, at most two decimals'],
  event: ['账本条目原文中的 event 值；从该条目的页面进入可自动填写', 'The “event” of the entry itself; its page fills it in for you'],
  sealedField: ['账本条目原文 commitments 中的字段名', 'The name of a field under “commitments” in the entry itself'],
  remittance: ['银行回单上的凭证号', 'The reference on the bank’s receipt'],
};
/** @type {Maker} */
export const text = (schema, place) => {
  const id = freshId();
  if (schema.format === 'date-time') return instant(schema, place);
  if (place.name === 'kind') return kindOfRecord(schema, place);
  const isLong = (schema.maxLength ?? 0) >= long;
  const types = /** @type {Record<string, string>} */ ({ date: 'date', email: 'email' });
  const input = isLong
    ? h('textarea', { id, ...(place.name === 'sql' ? { rows: '8', class: 'code', spellcheck: 'false' } : { rows: '4' }) })
    : h('input', { id, type: types[schema.format ?? ''] ?? 'text', autocomplete: 'off' });
  input.value = typeof place.value === 'string' ? place.value : '';
  if (place.name === 'digest' && input.value !== '') input.readOnly = true; // one signs what one has read
  const kind = registry.references[place.name];
  const hint = hints[place.name];
  const more =
    kind !== undefined && input instanceof HTMLInputElement ? suggest(input, kind) : hint ? [h('span', { class: 'hint', say: hint })] : [];
  return field(place, schema, input, () => (input.value.trim() === '' ? undefined : input.value.trim()), ...more);
};
