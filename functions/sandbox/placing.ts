import type { GateCode } from '../../contracts/gate-refusals.ts';
import { gateRefusals, isGateCode } from '../../contracts/gate-refusals.ts';
import { refusals, type Refusal } from '../../contracts/refusals.ts';

/**
 * Where a construct stands in the buyer's text: `offset` in UTF-16 units from 0, `line` and `column` in characters from 1, and the word or sign
 * that stands there, at most 40 characters of the buyer's own.
 */
export type Place = { readonly offset: number; readonly line: number; readonly column: number; readonly text: string };

/** What the parser knows of a place: `bytes` of UTF-8 for parts of a tree, `characters` for its errors. */
export type Mark = { readonly bytes: number } | { readonly characters: number };

/** What the words of a text are not in: texts, quoted names and comments. */
const opaque = /'(?:[^']|'')*'?|"(?:[^"]|"")*"?|\$([\p{L}_][\p{L}\p{N}_]*)?\$[^]*?\$\1\$|--[^\n\r]*|\/\*[^]*?\*\//u;
const word = /[\p{L}_][\p{L}\p{N}_$]*|[0-9][0-9.eE_]*|[-+*/<>=~!@%^&|:#]+|\S/u;
const tokens = new RegExp(`${opaque.source}|${word.source}`, 'gu');

/** The spaces of other scripts, which the parser takes for a single byte where it does not stand in quotes. */
const strangeSpace = /[\u00a0\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]/u;
const spaces = new RegExp(`${opaque.source}|${strangeSpace.source}`, 'gu');

/** Of constructs for which the tree has no place of their own: the words that begin them. */
const keywords: Readonly<Partial<Record<GateCode, readonly string[]>>> = {
  cte_not_allowed: ['WITH'],
  set_operation_not_allowed: ['UNION', 'INTERSECT', 'EXCEPT'],
  having_not_allowed: ['HAVING'],
  qualify_not_allowed: ['QUALIFY'],
  filter_not_allowed: ['FILTER'],
  distinct_not_allowed: ['DISTINCT'],
  grouping_sets_not_allowed: ['ROLLUP', 'CUBE', 'GROUPING'],
  group_by_all_not_allowed: ['ALL'],
  sampling_not_allowed: ['TABLESAMPLE', 'SAMPLE'],
  time_travel_not_allowed: ['AT'],
  describe_not_allowed: ['DESCRIBE', 'DESC', 'SUMMARIZE', 'SHOW'],
  pivot_not_allowed: ['PIVOT', 'UNPIVOT'],
  values_not_allowed: ['VALUES'],
  offset_not_allowed: ['OFFSET'],
  limit_not_constant: ['LIMIT'],
  join_not_allowed: ['JOIN'],
  parameter_not_allowed: ['?', '$'],
  construct_not_allowed: ['SYMMETRIC', 'USING'],
};

/** Of these the tree has a place, but one inside the construct. */
const begunByWord: ReadonlySet<GateCode> = new Set([
  'having_not_allowed',
  'qualify_not_allowed',
  'filter_not_allowed',
  'grouping_sets_not_allowed',
  'sampling_not_allowed',
  'time_travel_not_allowed',
  'offset_not_allowed',
]);

const queries = ['SELECT', 'WITH', 'FROM', 'VALUES', 'TABLE', 'DESCRIBE', 'DESC', 'SHOW', 'SUMMARIZE', '('];

/**
 * Says where a refused construct stands: where the parser says so, else at the word that begins it, else at the first word. It only points:
 * nothing is decided by it.
 */
export function locate(sql: string, code: GateCode, mark: Mark | null): Place {
  const offset = begunByWord.has(code) ? (wordOf(sql, code) ?? offsetOf(sql, mark)) : (offsetOf(sql, mark) ?? wordOf(sql, code));
  return placeAt(sql, offset ?? scan(sql)[0]?.index ?? 0);
}

/** The place at an offset, which is what is kept of a refusal. */
export function placeAt(sql: string, offset: number): Place {
  const before = sql.slice(0, offset).split(/\r\n|\n|\r/);
  const text = new RegExp(tokens.source, 'uy');
  text.lastIndex = offset;
  const found = text.exec(sql)?.[0] ?? '';
  return { offset, line: before.length, column: Array.from(before.at(-1) ?? '').length + 1, text: Array.from(found).slice(0, 40).join('') };
}

type Words = { readonly zh: string; readonly en: string };

/** A question is refused by the gate and the engine, or as anything else is. */
export type RefusalCode = GateCode | Refusal;
export const isRefusalCode = (code: string): code is RefusalCode => isGateCode(code) || Object.hasOwn(refusals, code);
const wordsOf = (code: RefusalCode): Words => {
  if (isGateCode(code)) return gateRefusals[code];
  const [, zh, en] = refusals[code];
  return { zh, en };
};

/** A refusal in words: what is not accepted, what to do, and where; `about` is a column of the rule. */
export function explain(code: RefusalCode, at: Place | null, about?: string): Words {
  const { zh, en } = wordsOf(code);
  if (about !== undefined) return { zh: `${zh}（列“${about}”）`, en: `${en} (column “${about}”)` };
  if (at === null) return { zh, en };
  const text = at.text === '' ? { zh: '', en: '' } : { zh: `：“${at.text}”`, en: `: “${at.text}”` };
  return {
    zh: `${zh}（第${at.line}行第${at.column}个字符${text.zh}）`,
    en: `${en} (line ${at.line}, character ${at.column}${text.en})`,
  };
}

/**
 * What is refused of a text that the parser cannot put into a tree: a statement of another kind, by the word that begins it; where all begin like
 * queries, a construct within one.
 */
export function unreadCode(sql: string): GateCode {
  const words = scan(sql);
  const start = strangeStart(words);
  if (start === undefined) return 'construct_not_allowed';
  return start.text === 'PIVOT' ? 'pivot_not_allowed' : 'not_a_select';
}

type Word = { readonly index: number; readonly text: string };
const isStart = (words: readonly Word[], index: number): boolean => index === 0 || words[index - 1]?.text === ';';
const strangeStart = (words: readonly Word[]): Word | undefined =>
  words.find(({ text }, index) => isStart(words, index) && text !== ';' && !queries.includes(text));

/** Of the words that code may begin with, the first; of several statements, what follows the first. */
function wordOf(sql: string, code: GateCode): number | undefined {
  const words = scan(sql);
  if (code === 'several_statements') return words.find(({ text }, index) => index > 0 && isStart(words, index) && text !== ';')?.index;
  if (code === 'not_a_select') return strangeStart(words)?.index;
  if (code === 'subquery_not_allowed')
    return words.find(({ text }, index) => text === '(' && queries.includes(words[index + 1]?.text ?? ''))?.index;
  return words.find(({ text }) => keywords[code]?.includes(text))?.index;
}

const scan = (sql: string): readonly Word[] =>
  [...sql.matchAll(tokens)]
    .filter(([text]) => !/^(?:--|\/\*)/.test(text))
    .map(({ 0: text, index }) => ({ index, text: text.toUpperCase() }));

/** From the parser's count to the offsets of a JavaScript string. */
function offsetOf(sql: string, mark: Mark | null): number | undefined {
  if (mark === null) return undefined;
  const plain = sql.replace(spaces, (part) => (strangeSpace.test(part) && part.length === 1 ? ' ' : part));
  const read =
    'bytes' in mark ? Buffer.from(plain).subarray(0, mark.bytes).toString() : Array.from(plain).slice(0, mark.characters).join('');
  return Math.min(read.length, sql.length);
}
