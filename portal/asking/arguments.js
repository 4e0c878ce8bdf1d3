// @ts-check
/** @import { Control } from '../drawing.ts' */
/** @import { Pair } from '../shapes.ts' */
/** @import { Argument, Parameter } from './shapes.ts' */
import { h } from '../element.js';
import { field, freshId } from '../forms/field.js';

/** @type {Readonly<Record<Parameter['type'], { readonly reads: RegExp, readonly says: Pair }>>} */
const types = {
  text: { reads: /^[^\n\r]*$/, says: ['应为一行文字', 'One line of text'] },
  integer: { reads: /^(?:0|-?[1-9][0-9]{0,17})$/, says: ['应为整数，不带空格与逗号', 'A whole number, without spaces or commas'] },
  decimal: { reads: /^-?(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,9})?$/, says: ['应为数字，最多九位小数', 'A number with at most nine decimals'] },
  date: { reads: /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, says: ['应为日期，如 2026-01-31', 'A date such as 2026-01-31'] },
};
/** Whether one value of a type comes before another. @param {Parameter['type']} type @param {string} a @param {string} b */
const isBefore = (type, a, b) => (type === 'integer' ? BigInt(a) < BigInt(b) : type === 'decimal' ? Number(a) < Number(b) : a < b);

/** @param {Parameter} parameter @returns {Pair | undefined} */
const boundsWord = ({ min, max }) => {
  if (min !== undefined && max !== undefined) return [`${min} 至 ${max}`, `${min} to ${max}`];
  if (min !== undefined) return [`不小于 ${min}`, `At least ${min}`];
  return max === undefined ? undefined : [`不大于 ${max}`, `At most ${max}`];
};
/** What is wrong with a value, asked before sending; the host decides. @param {Parameter} parameter @param {string | undefined} value @returns {Pair | undefined} */
export const argumentFault = (parameter, value) => {
  const { type, min, max } = parameter;
  if (value === undefined) return parameter.default === undefined ? ['此项必填', 'This is required'] : undefined;
  if (!types[type].reads.test(value)) return types[type].says;
  const isOutside = (min !== undefined && isBefore(type, value, min)) || (max !== undefined && isBefore(type, max, value));
  return isOutside ? boundsWord(parameter) : undefined;
};

/** @param {Parameter} parameter @param {string} value */
const inputOf = (parameter, value) => {
  const { type, values, min, max } = parameter;
  const id = freshId();
  if (values) {
    const input = h(
      'select',
      { id },
      h('option', { value: '', say: ['请选择', 'Choose'] }),
      ...values.map((one) => h('option', { value: one }, one)),
    );
    input.value = value;
    return input;
  }
  const input = h('input', {
    id,
    autocomplete: 'off',
    class: 'short',
    type: type === 'date' ? 'date' : 'text',
    inputmode: type === 'integer' ? 'numeric' : type === 'decimal' ? 'decimal' : undefined,
    maxlength: '200',
    ...(type === 'date' ? { min, max } : {}),
  });
  input.value = value;
  return input;
};
/** @param {Parameter} parameter */
const hintOf = (parameter) => {
  const bounds = boundsWord(parameter);
  const preset = parameter.default;
  /** @type {Pair} */
  const says = [
    [bounds && `范围：${bounds[0]}`, preset !== undefined && `不填则为 ${preset}`].filter(Boolean).join('；'),
    [bounds && `Range: ${bounds[1]}`, preset !== undefined && `left empty it is ${preset}`].filter(Boolean).join('; '),
  ];
  return says[0] === '' ? [] : [h('span', { class: 'hint', say: says })];
};

/** The form in which the parameters of a template are filled in. @param {readonly Parameter[]} parameters @param {readonly Argument[]} [given] */
export const argumentForm = (parameters, given = []) => {
  /** @type {readonly { readonly parameter: Parameter, readonly control: Control }[]} */
  const all = parameters.map((parameter) => {
    const { name, title, default: preset } = parameter;
    const value = given.find((one) => one.name === name)?.value ?? preset ?? '';
    const input = inputOf(parameter, value);
    const label = /** @type {Pair} */ ([title.zh, title.en]);
    const read = () => (input.value.trim() === '' ? undefined : input.value.trim());
    const place = { name, label, required: preset === undefined, depth: 0 };
    return { parameter, control: field(place, {}, input, read, ...hintOf(parameter)) };
  });
  /** @param {string} name @param {Pair} says */
  const mark = (name, says) => all.some(({ parameter, control }) => parameter.name === name && control.mark([], says));
  return {
    node: h('div', { class: 'fields' }, ...all.map(({ control }) => control.node)),
    mark,
    /** What stands in it; undefined where something is wrong, which is then marked. @returns {readonly Argument[] | undefined} */
    read: () => {
      const read = all.map(({ parameter, control }) => ({ parameter, value: /** @type {string | undefined} */ (control.read()) }));
      const wrong = read.filter(({ parameter, value }) => {
        const says = argumentFault(parameter, value);
        return says && mark(parameter.name, says);
      });
      if (wrong.length > 0) return undefined;
      return read.flatMap(({ parameter: { name }, value }) => (value === undefined ? [] : [{ name, value }]));
    },
  };
};
