// @ts-check
/** @import { Control, Place } from '../drawing.ts' */
/** @import { Pair, Schema, Shape } from '../shapes.ts' */
import { h, say } from '../element.js';
import { choiceWord, fieldWord } from '../registry.js';
import { complaint, freshId, labelled } from './field.js';
import { tellPlaceholders } from './placeholders.js';
import { choice, choices, fixed, number, text, yesOrNo } from './plain.js';

/** @param {unknown} value @returns {Shape} */
const shapeOf = (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? /** @type {Shape} */ (value) : {});

/** The control for a schema: the form of an action is one for an object. @param {Schema} schema @param {Place} place @returns {Control} */
export const control = (schema, place) => {
  if ('const' in schema) return fixed(schema, place);
  if (schema.enum) return choice(schema, place);
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants) return variant(variants, place);
  if (schema.type === 'object') return place.required ? group(schema, place) : optional(schema, place);
  if (schema.type === 'array') return schema.items?.enum ? choices(schema, place) : list(schema, place);
  if (schema.type === 'boolean') return yesOrNo(schema, place);
  if (schema.type === 'number' || schema.type === 'integer') return number(schema, place);
  return text(schema, place);
};

/** The fields of an object, without a frame around them. @param {Schema} schema @param {Place} place @returns {Control} */
export const fields = (schema, { value, depth }) => {
  const had = shapeOf(value);
  const parts = Object.entries(schema.properties ?? {}).map(([name, part]) => ({
    name,
    part: control(part, {
      name,
      label: fieldWord(name),
      required: schema.required?.includes(name) ?? false,
      value: had[name],
      depth: depth + 1,
    }),
  }));
  for (const { name, part } of parts) part.node.setAttribute('data-field', name);
  const node = h('div', { class: 'fields' }, ...parts.map(({ part }) => part.node));
  if (parts.some(({ name }) => name === 'sql') && parts.some(({ name }) => name === 'parameters')) tellPlaceholders(node);
  return {
    node,
    read: () => Object.fromEntries(parts.map(({ name, part }) => [name, part.read()]).filter(([, read]) => read !== undefined)),
    mark: ([name, ...rest], says) => parts.find((one) => one.name === name)?.part.mark(rest, says) ?? false,
    clear: () => {
      for (const { part } of parts) part.clear();
    },
  };
};
/** @param {Place} place @param {...(Node | undefined)} children */
const framed = (place, ...children) => h('fieldset', { class: 'group' }, h('legend', {}, ...labelled(place)), ...children);

/** @param {Schema} schema @param {Place} place @returns {Control} */
const group = (schema, place) => {
  const inner = fields(schema, place);
  return { ...inner, node: framed(place, inner.node) };
};
/** What may be left out is asked for with a box first. @param {Schema} schema @param {Place} place @returns {Control} */
const optional = (schema, place) => {
  const inner = fields(schema, place);
  const box = h('input', { type: 'checkbox', id: freshId(), checked: place.value !== undefined });
  const show = () => {
    inner.node.hidden = !box.checked;
  };
  box.addEventListener('change', show);
  show();
  return {
    node: framed(place, h('label', { class: 'box' }, box, say('填写此项', 'Fill this in')), inner.node),
    read: () => (box.checked ? inner.read() : undefined),
    mark: inner.mark,
    clear: inner.clear,
  };
};

/** @param {Schema} schema @param {Place} place @returns {Control} */
const list = (schema, place) => {
  const id = freshId();
  const wrong = complaint(id);
  const rows = h('div', { class: 'rows' });
  /** @type {{ readonly item: Control, readonly row: HTMLElement }[]} */
  let items = [];
  const isPlain = schema.items?.type === 'string';
  const add = (/** @type {unknown} */ value) => {
    const item = control(schema.items ?? {}, { ...place, label: place.label, required: true, value, depth: place.depth + 1 });
    const remove = h('button', {
      type: 'button',
      class: 'remove',
      name: [`移除一项${place.label[0]}`, `Remove from ${place.label[1]}`],
      say: ['移除', 'Remove'],
    });
    const row = h('div', { class: isPlain ? 'entry plain' : 'entry' }, item.node, remove);
    remove.addEventListener('click', () => {
      items = items.filter((one) => one.row !== row);
      row.remove();
      more.focus();
    });
    items.push({ item, row });
    rows.append(row);
    wrong.clear();
    return row;
  };
  const more = h('button', {
    type: 'button',
    say: [`添加${place.label[0]}`, `Add to ${place.label[1]}`],
    onclick: () => add(undefined).querySelector(/** @type {'input'} */ ('input, select, textarea'))?.focus(),
  });
  const first = Array.isArray(place.value) ? place.value : Array.from({ length: place.required ? (schema.minItems ?? 0) : 0 });
  for (const value of first) add(value);
  return {
    node: h(
      'fieldset',
      { class: 'group', id, 'aria-describedby': wrong.node.id },
      h('legend', {}, ...labelled({ ...place, required: place.required && (schema.minItems ?? 0) > 0 })),
      rows,
      more,
      wrong.node,
    ),
    read: () => (items.length > 0 || place.required ? items.map(({ item }) => item.read() ?? '') : undefined),
    mark: ([at, ...rest], says) => {
      if (at !== undefined && items[Number(at)]?.item.mark(rest, says)) return true;
      wrong.show(says);
      return true;
    },
    clear: () => {
      wrong.clear();
      for (const { item } of items) item.clear();
    },
  };
};

/** @typedef {{ readonly key: string, readonly says: Pair, readonly make: () => Control | undefined, readonly fits: (value: unknown) => boolean, readonly join: (read: unknown) => unknown }} Way */

/** The ways of a union: by the values of the field that tells its objects apart, or one for each schema. @param {readonly Schema[]} variants @param {Place} place @returns {readonly Way[]} */
const waysOf = (variants, place) => {
  const told = Object.entries(variants[0]?.properties ?? {}).find(([, part]) => part.enum ?? 'const' in part)?.[0];
  if (told !== undefined && variants.every((one) => one.properties?.[told]))
    return variants.flatMap((one) => {
      const { [told]: tag = {}, ...properties } = one.properties ?? {};
      const values = tag.enum ?? ['const' in tag ? tag.const : null];
      return values.map((value) => ({
        key: String(value),
        says: choiceWord(told, value),
        make: () => fields({ type: 'object', properties, required: one.required ?? [] }, place),
        fits: (/** @type {unknown} */ had) => shapeOf(had)[told] === value && had !== undefined,
        join: (/** @type {unknown} */ read) => ({ [told]: value, ...shapeOf(read) }),
      }));
    });
  return variants.map((one, at) => ({
    key: String(at),
    says:
      one.type === 'null'
        ? ['不适用', 'Does not apply']
        : one.type === 'object'
          ? fieldWord(Object.keys(one.properties ?? {})[0] ?? '')
          : ['填写', 'Fill in'],
    make: () => (one.type === 'null' ? undefined : one.type === 'object' ? fields(one, place) : control(one, { ...place, required: true })),
    fits: (had) => (one.type === 'null' ? had === null : typeof had === (one.type === 'object' ? 'object' : 'string') && had !== null),
    join: (read) => (one.type === 'null' ? null : read),
  }));
};

/** One of several: which one is chosen first, then its own fields. @param {readonly Schema[]} variants @param {Place} place @returns {Control} */
const variant = (variants, place) => {
  const ways = waysOf(variants, place);
  const id = freshId();
  const wrong = complaint(id);
  const select = h(
    'select',
    { id, 'aria-describedby': wrong.node.id },
    h('option', { value: '', say: place.required ? ['请选择', 'Choose'] : ['不填', 'Leave out'] }),
    ...ways.map(({ key, says }) => h('option', { value: key, say: says })),
  );
  const room = h('div', { class: 'variant' });
  /** @type {Control | undefined} */
  let inner;
  /** @type {Way | undefined} */
  let way;
  const turn = () => {
    way = ways.find(({ key }) => key === select.value);
    inner = way?.make();
    room.replaceChildren(...(inner ? [inner.node] : []));
    wrong.clear();
  };
  select.value = ways.find(({ fits }) => fits(place.value))?.key ?? '';
  select.addEventListener('change', turn);
  turn();
  return {
    node: h('div', { class: 'field' }, h('label', { for: id }, ...labelled(place)), select, wrong.node, room),
    read: () => way?.join(inner?.read()),
    mark: (path, says) => {
      if (inner?.mark(path, says)) return true;
      wrong.show(says);
      return true;
    },
    clear: () => {
      wrong.clear();
      inner?.clear();
    },
  };
};
