import type { Parameter } from '../../contracts/template.ts';
import type { Verdict } from '../../shared/kernel/process.ts';
import { compareValues, isTyped, longest } from './parameter-types.ts';

/** A template's text taken apart: what stands between placeholders, and the names of those. */
export type Part = { readonly text: string } | { readonly placeholder: string };

/** Words, numbers, texts, quoted names, placeholders, signs and space. Whatever is none of these could hide a placeholder, or be hidden by one. */
const token =
  /(?<space>\s+)|(?<text>'(?:[^']|'')*')|(?<name>"(?:[^"]|"")*")|\$(?<placeholder>[a-z][a-z0-9_]*)|(?<word>[\p{L}_][\p{L}\p{N}_]*)|(?<number>[0-9]+(?:\.[0-9]+)?)|(?<sign><=|>=|<>|!=|(?!--|\/\*)[-+*/%=<>(),.;])/uy;
type Token = { readonly type: string; readonly text: string; readonly placeholder: string | undefined };

/** The tokens of a text, or undefined where there is a comment, a dollar quote, an escape, an unclosed quote, or quotes that touch what precedes them. */
const tokensOf = (sql: string): readonly Token[] | undefined => {
  const found: Token[] = [];
  const reader = new RegExp(token);
  while (reader.lastIndex < sql.length) {
    const match = reader.exec(sql);
    if (!match) return undefined;
    const [type = ''] = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined) ?? [];
    found.push({ type, text: match[0], placeholder: match.groups?.['placeholder'] });
  }
  const solid = new Set(['text', 'name', 'placeholder', 'word', 'number']);
  const touching = found.some(({ type }, n) => solid.has(type) && solid.has(found[n - 1]?.type ?? ''));
  return touching ? undefined : found;
};

const comparisons = new Set(['=', '<', '>', '<=', '>=', '<>', '!=', 'LIMIT', 'BETWEEN']);
const listed = new Set(['text', 'placeholder', 'number']);

/** Whether a value may stand behind these: where it is compared, in a list, or as a limit, and nowhere where it could name or order anything. */
const takesValue = (before: readonly string[], types: readonly string[]): boolean => {
  const last = before.at(-1);
  if (last === undefined) return false;
  if (comparisons.has(last)) return true;
  if (last === 'AND') return before.slice(-4, -1).includes('BETWEEN');
  let at = before.length - 1;
  while (before[at] === ',' || before[at] === 'DATE' || listed.has(types[at] ?? '')) at -= 1;
  return before[at] === '(' && before[at - 1] === 'IN';
};

/** The placeholders that stand where no value may. */
const misplaced = (tokens: readonly Token[]): readonly string[] => {
  const solid = tokens.filter(({ type }) => type !== 'space');
  const words = solid.map(({ type, text }) => (type === 'word' ? text.toUpperCase() : text));
  const types = solid.map(({ type }) => type);
  return solid.flatMap(({ placeholder }, n) => (placeholder !== undefined && !takesValue(words.slice(0, n), types) ? [placeholder] : []));
};

/** The parts of a template's text. @throws RangeError for a text that `templateFault` would not pass */
export const partsOf = (sql: string): readonly Part[] => {
  const tokens = tokensOf(sql);
  if (!tokens) throw new RangeError('the text of a template that was not checked');
  return tokens.map(({ text, placeholder }) => (placeholder === undefined ? { text } : { placeholder }));
};

const repeated = (names: readonly string[]): string | undefined => names.find((name, n) => names.indexOf(name) !== n);
const boundsFault = ({ type, values, min, max, default: preset }: Parameter): boolean => {
  const given = [...(values ?? []), min, max, preset].filter((value) => value !== undefined);
  if (given.some((value) => !isTyped(type, value))) return true;
  if (type === 'text' ? min !== undefined || max !== undefined : values !== undefined) return true;
  if (min !== undefined && max !== undefined && compareValues(type, min, max) > 0) return true;
  return values !== undefined && new Set(values).size < values.length;
};
/** Whether a value of the right type is one that a parameter admits. */
export const admits = ({ type, values, min, max }: Parameter, value: string): boolean =>
  (values === undefined || values.includes(value)) &&
  (min === undefined || compareValues(type, min, value) <= 0) &&
  (max === undefined || compareValues(type, value, max) <= 0);

/** The longest text that a question may be: `Query` holds no longer one. */
const mostSql = 8000;
const presetFault = (parameter: Parameter): boolean => parameter.default !== undefined && !admits(parameter, parameter.default);

/**
 * What is wrong with a template, if anything: it can be read; its placeholders are those that it declares, each where a value may stand; names
 * are unique, bounds and defaults sane; and no arguments can make it too long. Pure; whether the gate accepts it a preview tells.
 */
export const templateFault = ({
  input,
}: {
  readonly input: { readonly sql: string; readonly parameters: readonly Parameter[] };
}): Verdict => {
  const { sql, parameters } = input;
  const tokens = tokensOf(sql);
  if (!tokens) return 'template_unreadable';
  const used = tokens.flatMap(({ placeholder }) => (placeholder === undefined ? [] : [placeholder]));
  const names = parameters.map(({ name }) => name);
  const length = sql.length + used.reduce((sum, name) => sum + longest(parameters.find((one) => one.name === name)), 0);
  const faults = [
    ['parameter_repeated', repeated(names)],
    ['placeholder_undeclared', used.find((name) => !names.includes(name))],
    ['parameter_unused', names.find((name) => !used.includes(name))],
    ['placeholder_misplaced', misplaced(tokens)[0]],
    ['parameter_bounds', parameters.find((one) => boundsFault(one) || presetFault(one))?.name],
  ] as const;
  const found = faults.find(([, parameter]) => parameter !== undefined);
  if (found?.[1] !== undefined) return { code: found[0], about: { parameter: found[1] } };
  return length > mostSql ? 'template_too_long' : undefined;
};
