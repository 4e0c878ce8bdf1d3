// @ts-check
/** @import { Pair, Schema } from '../shapes.ts' */

/** @type {readonly (readonly [pattern: RegExp, says: Pair])[]} */
const formats = [
  [/HJ-NPQRTUWXY/, ['应为 18 位统一社会信用代码', 'A unified social credit code has 18 characters']],
  [
    /\{2,63\}/,
    ['应为 3 至 64 个字母、数字或 / _ - ，以字母或数字开头', '3 to 64 letters, digits or / _ -, beginning with a letter or digit'],
  ],
  [/\{6,40\}/, ['应为 6 至 40 个字母、数字或连字符', '6 to 40 letters, digits or hyphens']],
  [/^\^\[A-Za-z0-9\]/, ['应为编号：字母、数字与 . _ : -', 'An id has letters, digits and . _ : -']],
  [/^\^-\?/, ['应为十进制数', 'A decimal number']],
  [/p\{Cc\}/, ['含有不允许的控制字符或换行', 'It holds a control character or a line break']],
];
/** What a pattern asks, in words. @param {string} pattern @returns {Pair} */
const formatWord = (pattern) => formats.find(([known]) => known.test(pattern))?.[1] ?? ['格式不符合要求', 'The format is not valid'];

/** @param {Schema} schema @param {string} text @returns {Pair | undefined} */
const ofText = ({ minLength, maxLength, pattern, format }, text) => {
  if (minLength !== undefined && text.trim().length < minLength) return [`至少 ${minLength} 个字符`, `At least ${minLength} characters`];
  if (maxLength !== undefined && text.length > maxLength) return [`最多 ${maxLength} 个字符`, `At most ${maxLength} characters`];
  if (format === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)) return ['应为电子邮箱地址', 'An e-mail address'];
  if (pattern !== undefined && format === undefined && !new RegExp(pattern, 'u').test(text.trim())) return formatWord(pattern);
  return undefined;
};
/** @param {Schema} schema @param {number} number @returns {Pair | undefined} */
const ofNumber = ({ type, minimum, maximum, exclusiveMinimum }, number) => {
  if (Number.isNaN(number)) return ['应为数字', 'A number'];
  if (type === 'integer' && !Number.isInteger(number)) return ['应为整数', 'A whole number'];
  if (minimum !== undefined && number < minimum) return [`不得小于 ${minimum}`, `At least ${minimum}`];
  if (exclusiveMinimum !== undefined && number <= exclusiveMinimum) return [`应大于 ${exclusiveMinimum}`, `More than ${exclusiveMinimum}`];
  if (maximum !== undefined && number > maximum) return [`不得大于 ${maximum}`, `At most ${maximum}`];
  return undefined;
};
/**
 * What is wrong with one plain value, by its schema: asked before sending, so that a person need not wait. The host decides.
 * @param {Schema} schema @param {unknown} value @param {boolean} required
 * @returns {Pair | undefined}
 */
export const misfit = (schema, value, required) => {
  if (value === undefined) return required ? ['此项必填', 'This is required'] : undefined;
  if (typeof value === 'string') return ofText(schema, value);
  if (typeof value === 'number') return ofNumber(schema, value);
  return undefined;
};
/** What is asked of a number of entries. @param {Schema} schema @param {number} count @returns {Pair | undefined} */
export const miscount = ({ minItems = 0, maxItems = Infinity }, count) => {
  if (count < minItems) return [`至少 ${minItems} 项`, `At least ${minItems}`];
  if (count > maxItems) return [`最多 ${maxItems} 项`, `At most ${maxItems}`];
  return undefined;
};

/** @typedef {{ readonly path: readonly string[], readonly says: Pair }} Found */

/** Which schema of a union a value was made by. @param {readonly Schema[]} variants @param {unknown} value */
const variantOf = (variants, value) => {
  if (typeof value !== 'object' || value === null) return variants.find(({ type }) => type === (value === null ? 'null' : typeof value));
  const had = /** @type {Readonly<Record<string, unknown>>} */ (value);
  /** @param {string} name @param {Schema} part */
  const agrees = (name, part) =>
    part.enum ? part.enum.includes(/** @type {string} */ (had[name])) : part.type !== 'null' || had[name] === null;
  return variants.find(
    ({ type, properties = {} }) =>
      type === 'object' && Object.entries(properties).every(([name, part]) => !(part.enum ?? part.type === 'null') || agrees(name, part)),
  );
};
/**
 * All that is wrong with what stands in a form. @param {Schema} schema @param {unknown} value @param {boolean} [required] @param {readonly string[]} [path]
 * @returns {readonly Found[]}
 */
export const faults = (schema, value, required = true, path = []) => {
  const variants = schema.oneOf ?? schema.anyOf;
  const own = misfit(schema, value, required);
  if (own) return [{ path, says: own }];
  if (value === undefined || value === null) return [];
  if (variants) return faults(variantOf(variants, value) ?? {}, value, required, path);
  if (Array.isArray(value)) {
    const says = miscount(schema, value.length);
    return [
      ...(says ? [{ path, says }] : []),
      ...value.flatMap((one, at) => faults(schema.items ?? {}, one === '' ? undefined : one, true, [...path, String(at)])),
    ];
  }
  if (typeof value !== 'object') return [];
  const had = /** @type {Readonly<Record<string, unknown>>} */ (value);
  return Object.entries(schema.properties ?? {}).flatMap(([name, part]) =>
    faults(part, had[name], schema.required?.includes(name) ?? false, [...path, name]),
  );
};
