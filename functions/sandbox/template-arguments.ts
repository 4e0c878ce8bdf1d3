import type { Argument, Parameter } from '../../contracts/template.ts';
import type { Refused } from '../../shared/kernel/process.ts';
import { isTyped, printValue } from './parameter-types.ts';
import { admits, partsOf } from './template-text.ts';

const refused = (
  code: 'argument_unknown' | 'argument_repeated' | 'argument_missing' | 'argument_invalid' | 'argument_out_of_bounds',
  parameter: string,
) => ({
  refused: { code, about: { parameter } } satisfies Refused,
});

/**
 * The question that a checked template asks with these arguments: each placeholder becomes the literal of its typed value, apart from what
 * stands beside it. The whole gate reads the outcome as it reads a buyer's own text, so that a template never asks more than a buyer may.
 * @returns the text, or the refusal with the name of the parameter
 */
export const bind = (
  { sql, parameters }: { readonly sql: string; readonly parameters: readonly Parameter[] },
  given: readonly Argument[],
): { readonly sql: string } | { readonly refused: Refused } => {
  const names = given.map(({ name }) => name);
  const strange = names.find((name) => !parameters.some((one) => one.name === name));
  if (strange !== undefined) return refused('argument_unknown', strange);
  const twice = names.find((name, n) => names.indexOf(name) !== n);
  if (twice !== undefined) return refused('argument_repeated', twice);
  const literals = new Map<string, string>();
  for (const parameter of parameters) {
    const { name, type } = parameter;
    const value = given.find((one) => one.name === name)?.value ?? parameter.default;
    if (value === undefined) return refused('argument_missing', name);
    if (!isTyped(type, value)) return refused('argument_invalid', name);
    if (!admits(parameter, value)) return refused('argument_out_of_bounds', name);
    literals.set(name, printValue(type, value));
  }
  return {
    sql: partsOf(sql)
      .map((part) => ('text' in part ? part.text : ` ${literals.get(part.placeholder)} `))
      .join(''),
  };
};
