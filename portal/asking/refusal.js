// @ts-check
/** @import { Place, Refusal } from './shapes.ts' */
import { h, say, spoken } from '../element.js';

const word = /'(?:[^']|'')*'?|"(?:[^"]|"")*"?|[\p{L}_][\p{L}\p{N}_$]*|[0-9][0-9.eE_]*|[-+*/<>=!%^&|:]+|\S/uy;
/** The word or sign that stands at a place of a text. @param {string} sql @param {number} offset */
const wordAt = (sql, offset) => {
  word.lastIndex = offset;
  return word.exec(sql)?.[0] ?? '';
};
/** Where a place begins and ends. @param {string} sql @param {Place} place @returns {readonly [number, number]} */
export const rangeOf = (sql, { offset, text }) => [offset, Math.min(sql.length, offset + (text || wordAt(sql, offset)).length)];

/** A text with the place in it that is meant. @param {string} sql @param {Place} place */
const marked = (sql, place) => {
  const [from, to] = rangeOf(sql, place);
  return h('pre', { class: 'sql' }, sql.slice(0, from), h('mark', {}, sql.slice(from, to) || ' '), sql.slice(to));
};

/** Why a question was refused, where in its text, and what to do next. @param {Refusal} refusal @param {...(Node | undefined)} next */
export const refused = ({ sql, code, at, zh, en = '' }, ...next) =>
  h(
    'div',
    { class: 'notice refused', role: 'alert' },
    h('p', {}, h('strong', {}, zh === undefined ? spoken(['查询未通过。', 'The query was refused.']) : spoken([zh, en]))),
    at && marked(sql, at),
    ...next,
    h('p', { class: 'quiet' }, say('代码', 'Code'), ' ', h('code', {}, code)),
  );
