import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { contracts } from '../../contracts/index.ts';
import { words } from '../../contracts/words.ts';

type Json = {
  readonly type?: string;
  readonly anyOf?: readonly Json[];
  readonly oneOf?: readonly Json[];
  readonly allOf?: readonly Json[];
  readonly properties?: Readonly<Record<string, Json>>;
  readonly additionalProperties?: unknown;
  readonly items?: Json;
  readonly [keyword: string]: unknown;
};
const json = (schema: z.ZodObject): Json => z.toJSONSchema(schema, { io: 'input' }) as Json;
const alternatives = ({ anyOf = [], oneOf = [], allOf = [] }: Json): readonly Json[] => [...anyOf, ...oneOf, ...allOf];
const limited = (lowest: unknown, highest: unknown): boolean =>
  typeof lowest === 'number' && typeof highest === 'number' && lowest > Number.MIN_SAFE_INTEGER && highest < Number.MAX_SAFE_INTEGER;

/** A pattern bounds what it matches when it is anchored and repeats nothing without end. */
const bounding = (pattern: unknown): boolean =>
  typeof pattern === 'string' && /^\^.*\$$/.test(pattern) && !/(?<!\\)[*+]|\{\d+,\}/.test(pattern);

/** The places of a schema that someone could fill without end. */
const unbounded = (schema: Json, at: string): readonly string[] => {
  const inner = [
    ...alternatives(schema).flatMap((one) => unbounded(one, at)),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, one]) => unbounded(one, `${at}.${name}`)),
    ...(schema.items ? unbounded(schema.items, `${at}[]`) : []),
  ];
  if ('const' in schema || 'enum' in schema || alternatives(schema).length > 0) return inner;
  const here: Readonly<Record<string, boolean>> = {
    string: 'maxLength' in schema || schema['format'] === 'date' || bounding(schema['pattern']),
    array: 'maxItems' in schema,
    integer: limited(schema['minimum'] ?? schema['exclusiveMinimum'], schema['maximum'] ?? schema['exclusiveMaximum']),
    number: limited(schema['minimum'] ?? schema['exclusiveMinimum'], schema['maximum'] ?? schema['exclusiveMaximum']),
    object: schema.additionalProperties === false,
    boolean: true,
    null: true,
  };
  return here[schema.type ?? ''] ? inner : [`${at} (${schema.type ?? 'anything'})`, ...inner];
};

/** The names of fields, two levels deep: what stands in a list of fields, a form or a table. */
const fieldsOf = (schema: Json, levels: number): readonly string[] => {
  if (levels === 0) return [];
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, one]) => [name, ...fieldsOf(one, levels - 1)]);
  const inner = [...alternatives(schema), ...(schema.items ? [schema.items] : [])].flatMap((one) => fieldsOf(one, levels));
  return [...own, ...inner];
};

const schemas = Object.values(contracts).flatMap(({ kind, states, inputs }) =>
  [...Object.entries<z.ZodObject>(states), ...Object.entries<z.ZodObject>(inputs)].map(([name, schema]) => ({
    name,
    at: `${kind}.${name}`,
    schema: json(schema),
  })),
);

describe('every contract', () => {
  it('bounds all that can be written into its states and inputs', () => {
    expect(schemas.flatMap(({ schema, at }) => unbounded(schema, at))).toEqual([]);
  });

  it('would be told of each thing it left open', () => {
    const open = z.strictObject({
      text: z.string(),
      list: z.array(z.string().max(5)),
      count: z.int(),
      half: z.int().min(0),
      any: z.unknown(),
      inner: z.strictObject({ deep: z.string() }),
      matched: z.string().regex(/^[a-z]+$/),
      mail: z.email(),
      loose: z.looseObject({}),
    });
    expect(unbounded(json(open), 'open')).toEqual([
      'open.text (string)',
      'open.list (array)',
      'open.count (integer)',
      'open.half (integer)',
      'open.any (anything)',
      'open.inner.deep (string)',
      'open.matched (string)',
      'open.mail (string)',
      'open.loose (object)',
    ]);
  });

  it('has a word in Chinese and in English for every status, action and field', () => {
    const used = new Set(schemas.flatMap(({ name, schema }) => [name, ...fieldsOf(schema, 2)]));
    expect([...used].filter((name) => !(name in words))).toEqual([]);
    expect(Object.keys(words).filter((name) => !used.has(name))).toEqual([]);
  });

  it('has words that are Chinese and English', () => {
    const odd = Object.entries<readonly [string, string]>(words).filter(
      ([, [zh, en]]) => !/\p{Script=Han}/u.test(zh) || !/^[A-Z]/.test(en),
    );
    expect(odd).toEqual([]);
  });

  it('tells apart by their words the states of one kind, and its actions', () => {
    for (const { kind, states, inputs } of Object.values(contracts))
      for (const names of [Object.keys(states), Object.keys(inputs)]) {
        const told = names.map((name) => words[name as keyof typeof words]);
        expect([kind, new Set(told.map(([zh]) => zh)).size, new Set(told.map(([, en]) => en)).size]).toEqual([
          kind,
          names.length,
          names.length,
        ]);
      }
  });
});
