// @ts-check
/** @import { Kind, Pair, Registry } from './shapes.ts' */

const answer = await fetch('/portal.json');
/** What the platform knows of kinds, forms and words. */
export const registry = /** @type {Registry} */ (await answer.json());

/** @param {string} name @returns {Kind | undefined} */
export const kindOf = (name) => registry.kinds[name];
/** @param {string} plural @returns {readonly [string, Kind] | undefined} */
export const kindOfPlural = (plural) => Object.entries(registry.kinds).find(([, kind]) => kind.plural === plural);
/** @param {string} kind @param {string} id */
export const addressOf = (kind, id) => `/${kindOf(kind)?.plural ?? kind}/${id}`;

/** The word for a status, an action or a field; its own name where there is none. @param {string} name @returns {Pair} */
export const wordOf = (name) => registry.words[name] ?? registry.choices[name] ?? [name, name];
/** The word for a field; money is spoken of in yuan here. @param {string} name @returns {Pair} */
export const fieldWord = (name) => {
  const [zh, en] = wordOf(name);
  return name.endsWith('Fen') ? [zh.replace('（分）', '（元）'), en.replace(/ in fen$/, ' in yuan')] : [zh, en];
};
/** The word for a value that a field chose from. @param {string} field @param {unknown} value @returns {Pair} */
export const choiceWord = (field, value) => {
  const text = String(value);
  const { choices, roles, regions, organisationTypes, words } = registry;
  return (
    choices[`${field}.${text}`] ?? roles[text] ?? regions[text] ?? organisationTypes[text] ?? choices[text] ?? words[text] ?? [text, text]
  );
};
/** @param {string} code @returns {Pair} */
export const regionWord = (code) => registry.regions[code] ?? [code, code];

/** @type {Readonly<Record<string, Pair>>} */
const actors = {
  oneself: ['本人', 'The person concerned'],
  applicant: ['申请人', 'Applicant'],
  anyone: ['任何人', 'Anyone'],
  'system:clock': ['系统（期限）', 'System (clock)'],
  'system:reaction': ['系统（自动流转）', 'System (reaction)'],
  'system:worker': ['系统（计算任务）', 'System (worker)'],
  'system:bootstrap': ['系统（初始化）', 'System (bootstrap)'],
  'system:webhook': ['系统（外部通知）', 'System (notice)'],
};
/** @param {string} label @returns {Pair} */
const oneSeat = (label) => actors[label] ?? registry.roles[label.replace(/^(?:owner|party):/, '')] ?? [label, label];
/** The seat from which something was done. @param {string} label @returns {Pair} */
export const seatWord = (label) => {
  const seats = label.startsWith('system:') ? [oneSeat(label)] : label.split('|').map(oneSeat);
  return [seats.map(([zh]) => zh).join('或'), seats.map(([, en]) => en).join(' or ')];
};
/** The word for a field that is committed to; who acted stands under `by:` and `org:` with their seat. @param {string} field @returns {Pair} */
export const sealedWord = (field) => {
  const [, what, seat = ''] = /^(by|org):(.+)$/.exec(field) ?? [];
  if (what === undefined) return fieldWord(field);
  const [zh, en] = seatWord(seat);
  return what === 'by' ? [`经办人（${zh}）`, `Person acting (${en})`] : [`经办单位（${zh}）`, `Organisation acting (${en})`];
};
