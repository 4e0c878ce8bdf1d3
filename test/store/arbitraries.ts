import * as fc from 'fast-check';
import { indexes } from '../../shared/store/table.ts';
import type { Condition, Item, Json, Key, Operation } from '../../shared/store/table.ts';

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((text) => text !== '__proto__');
const { value: anyJson } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.maxSafeInteger().map((n) => n + 0),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

/** A sort: any characters, many of them alike, and those at the ends of the byte order. */
export const anySort = fc.string({
  unit: fc.oneof(
    fc.constantFrom('a', 'b', '#', '\u0000', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  minLength: 1,
  maxLength: 4,
});

const reserved = new Set(['pk', 'sk', 'ix', 'card', 'expires', ...indexes.flatMap((index) => [`${index}Key`, `${index}Sort`])]);
const entry = fc.tuple(name, anySort);

/** The members of any item, but its key; it has not expired in 2027. */
export const anyItem = fc
  .tuple(
    fc.dictionary(
      name.filter((text) => !reserved.has(text)),
      anyJson,
      { maxKeys: 6, noNullPrototype: true },
    ),
    fc.record({ card: anyJson, expires: fc.integer({ min: 2_000_000_000, max: 4_000_000_000 }) }, { requiredKeys: [] }),
    fc.record(
      { ix: fc.record(Object.fromEntries(indexes.map((index) => [index, entry])), { requiredKeys: [], noNullPrototype: true }) },
      { requiredKeys: [], noNullPrototype: true },
    ),
  )
  .map(([members, own, ix]) => ({ ...members, ...own, ...ix }));

const nested = (levels: number): Json => (levels === 0 ? 1 : [nested(levels - 1)]);

/** What no adapter takes, by name. */
export const badItems: readonly [string, Record<string, unknown>][] = [
  ['an undefined member', { a: undefined }],
  ['an undefined in a list', { a: [1, undefined] }],
  ['a hole in a list', { a: Object.assign([], { 1: 1 }) }],
  ['a float', { a: 0.1 }],
  ['a number past the safe integers', { a: 2 ** 53 }],
  ['not a number', { a: Number.NaN }],
  ['a bigint', { a: 1n }],
  ['a date', { a: new Date(0) }],
  ['a set', { a: new Set(['x']) }],
  ['bytes', { a: new Uint8Array(2) }],
  ['a function', { a: () => 1 }],
  ['half a character', { a: '\ud83d' }],
  ['half a character in a name', { ['\ud83d']: 1 }],
  ['a name of nothing', { a: { '': 1 } }],
  ['a name that is a prototype', JSON.parse('{ "a": { "__proto__": 1 } }') as Record<string, unknown>],
  ['an attribute of an index', { ownerKey: 'x' }],
  ['40 levels', { a: nested(40) }],
  ['an empty key', { sk: '' }],
  ['a key that is a number', { sk: 1 }],
  ['a key of more than 1,024 bytes', { sk: '数'.repeat(342) }],
  ['a partition of more than 2,048 bytes', { pk: 'x'.repeat(2049) }],
  ['an unknown index', { ix: { colour: ['a', 'b'] } }],
  ['an entry of one', { ix: { owner: ['a'] } }],
  ['an entry under an empty key', { ix: { owner: ['', 'b'] } }],
  ['an entry under a long sort', { ix: { owner: ['a', 'x'.repeat(1025)] } }],
  ['entries that are a list', { ix: [] }],
  ['an expiry that is a string', { expires: '2027' }],
  ['a member of more than 400 KB', { a: 'x'.repeat(400_001) }],
];

const places = [0, 1].flatMap((part) => ['a', 'b', 'c'].map((sk) => ({ part, sk })));
const keyIn = (run: string, { part, sk }: (typeof places)[number]): Key => ({ pk: `${run}#${part}`, sk });
/** All keys that the steps of a run touch. */
export const keysOfCase = (run: string): readonly Key[] => places.map((place) => keyIn(run, place));

type Run = { readonly run: string; readonly second: number };
const small = fc.integer({ min: -2, max: 3 });
const condition: fc.Arbitrary<Condition | undefined> = fc.option(
  fc.oneof(
    fc.constant({ absent: true } as const),
    small.map((n) => ({ equals: { n } })),
    small.map((amount) => ({ atLeast: { name: 'n', amount } })),
  ),
  { nil: undefined },
);
const members = fc.record(
  {
    n: small,
    s: fc.constantFrom('x', 'y'),
    card: fc.constantFrom('p', 'q'),
    lasts: fc.integer({ min: 0, max: 4 }),
    listed: fc.constantFrom('1', '2'),
  },
  { requiredKeys: ['n'] },
);

const operation = fc
  .tuple(fc.constantFrom('put', 'put', 'delete', 'check', 'add'), fc.constantFrom(...places), condition, members)
  .map(([what, place, holds, { lasts, listed, ...rest }]) => ({
    place,
    at: ({ run, second }: Run): Operation => {
      const key = keyIn(run, place);
      const when = holds && { if: holds };
      if (what === 'delete') return { delete: key, ...when };
      if (what === 'check') return { check: key, if: holds ?? { absent: true } };
      if (what === 'add') return { add: key, name: 'n', by: rest.n, ...when };
      const expires = lasts === undefined ? {} : { expires: second + lasts };
      // Sorts are unique within a key.
      const ix: Pick<Item, 'ix'> = listed === undefined ? {} : { ix: { owner: [run, `${listed}#${key.pk}#${key.sk}`] } };
      return { put: { ...key, ...rest, ...expires, ...ix }, ...when };
    },
  }));

/** A life of a few items: transactions on different keys, and time going by. */
export const anySteps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .uniqueArray(operation, { minLength: 1, maxLength: 4, selector: ({ place }) => place })
        .map((operations) => ({ transact: (run: Run) => operations.map(({ at }) => at(run)) })),
    },
    { weight: 1, arbitrary: fc.record({ seconds: fc.integer({ min: 1, max: 2 }) }) },
  ),
  { minLength: 1, maxLength: 12 },
);
