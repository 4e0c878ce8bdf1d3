import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Atom, Region } from '../../functions/sandbox/suppression.ts';
import { primes } from '../../functions/sandbox/elimination.ts';
import { findLeaks, suppressFurther } from '../../functions/sandbox/suppression.ts';
import { canIsolate, entitiesOf } from './solving.ts';

const least = 4;
const people = 9;
const atom: fc.Arbitrary<Atom> = fc.oneof(
  { weight: 1, arbitrary: fc.integer({ min: least, max: 50 }).map((entities) => ({ entities })) },
  {
    weight: 2,
    arbitrary: fc
      .uniqueArray(fc.integer({ min: 0, max: people }), { minLength: 1, maxLength: least - 1 })
      .map((who) => ({ entities: who.length, few: who.map(String) })),
  },
);
const systems = fc.integer({ min: 1, max: 7 }).chain((count) =>
  fc.record({
    atoms: fc.array(atom, { minLength: count, maxLength: count }),
    regions: fc.array(
      fc.subarray(
        Array.from({ length: count }, (_, n) => n),
        { minLength: 1 },
      ),
      { minLength: 1, maxLength: 8 },
    ),
  }),
);

describe('numbers that are shown together', () => {
  it('are never passed where some combination isolates too few, as trying all of them finds', () => {
    let caught = 0;
    let passed = 0;
    fc.assert(
      fc.property(systems, fc.constantFrom(...primes), ({ atoms, regions }, prime) => {
        const before = Math.floor(regions.length / 2);
        // What is told in two turns is judged as what is told in one, if the first was passed.
        if (findLeaks([], regions.slice(0, before), atoms, least, prime).length > 0) return;
        const leaks = findLeaks(regions.slice(0, before), regions.slice(before), atoms, least, prime);
        if (leaks.length === 0) expect(canIsolate(regions, atoms, least)).toBe(false);
        caught += leaks.length > 0 ? 1 : 0;
        passed += leaks.length === 0 ? 1 : 0;
      }),
      { numRuns: 1500, seed: 20_261_124 },
    );
    expect(caught).toBeGreaterThan(100);
    expect(passed).toBeGreaterThan(100);
  });

  it('are rarely refused without need: only where rows of small atoms overlap', () => {
    let needless = 0;
    let refused = 0;
    fc.assert(
      fc.property(systems, ({ atoms, regions }) => {
        if (findLeaks([], regions, atoms, least).length === 0) return;
        refused += 1;
        if (!canIsolate(regions, atoms, least)) needless += 1;
      }),
      { numRuns: 800, seed: 7 },
    );
    expect(needless).toBeLessThan(refused / 10);
  });

  it('are judged by their news: what was told before is not held against the next', () => {
    const atoms = [{ entities: 2, few: ['a', 'b'] }, { entities: 20 }, { entities: 30 }];
    expect(findLeaks([[0]], [[1, 2]], atoms, least)).toEqual([]);
    expect(findLeaks([[0]], [[0, 1]], atoms, least)).toEqual([]);
    expect(findLeaks([[0, 1]], [[1]], atoms, least).map((leak) => new Set(leak))).toEqual([new Set([0, 1])]);
  });
});

/** A table of rows and columns with all its margins. */
const tables = fc.record({ rows: fc.integer({ min: 1, max: 3 }), columns: fc.integer({ min: 1, max: 3 }) }).chain(({ rows, columns }) =>
  fc.record({
    rows: fc.constant(rows),
    columns: fc.constant(columns),
    cells: fc.array(fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 4, max: 30 })), {
      minLength: rows * columns,
      maxLength: rows * columns,
    }),
  }),
);

describe('a table with margins', () => {
  const regionsOf = ({ rows, columns }: { readonly rows: number; readonly columns: number }): Region[] => [
    Array.from({ length: rows * columns }, (_, n) => n),
    ...Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (__, c) => r * columns + c)),
    ...Array.from({ length: columns }, (_, c) => Array.from({ length: rows }, (__, r) => r * columns + c)),
    ...Array.from({ length: rows * columns }, (_, n) => [n]),
  ];

  it('hides so much more that no hidden cell can be solved for, however the system is combined', () => {
    let furthered = 0;
    fc.assert(
      fc.property(tables, (table) => {
        const atoms = table.cells.map((entities) => ({ entities }));
        const own = regionsOf(table).filter((region) => entitiesOf(region, atoms) >= least);
        const hidden = suppressFurther([], own, atoms, least);
        expect(hidden).not.toBeNull();
        const shown = own.filter((_, index) => !hidden?.has(index));
        expect(canIsolate(shown, atoms, least)).toBe(false);
        furthered += (hidden?.size ?? 0) > 0 ? 1 : 0;
      }),
      { numRuns: 300, seed: 20_261_124 },
    );
    expect(furthered).toBeGreaterThan(50);
  });

  it('hides a second cell where a total is known from a release before', () => {
    const atoms = [{ entities: 2 }, { entities: 12 }, { entities: 40 }];
    expect(suppressFurther([[0, 1, 2]], [[1], [2]], atoms, 10)).toEqual(new Set([0]));
    expect(suppressFurther([[0, 1, 2]], [[1, 2]], atoms, 10)).toEqual(new Set([0])); // the complement: nothing of it is shown
    expect(suppressFurther([], [[1], [2]], atoms, 10)).toEqual(new Set());
  });

  it('shows what is left of a total where enough different entities are in it', () => {
    const names = (from: number, count: number) => Array.from({ length: count }, (_, n) => String(from + n));
    const few = (from: number, count: number) => ({ entities: count, few: names(from, count) });
    expect(suppressFurther([[0, 1, 2]], [[2]], [few(0, 6), few(6, 6), { entities: 40 }], 10)).toEqual(new Set());
    expect(suppressFurther([[0, 1, 2]], [[2]], [few(0, 6), few(3, 6), { entities: 40 }], 10)).toEqual(new Set([0])); // nine, not twelve
  });

  it('finds chains that no two answers show: four overlapping sums that cancel but for one small part', () => {
    const [target, u, v, w, x] = [0, 1, 2, 3, 4];
    const atoms = [{ entities: 1 }, ...Array.from({ length: 4 }, () => ({ entities: 100 }))];
    const given = [
      [target, u, v],
      [u, w],
      [v, x],
    ];
    for (const pair of given) expect(findLeaks([pair], [[w, x]], atoms, 10)).toEqual([]);
    expect(findLeaks(given, [[w, x]], atoms, 10)).toHaveLength(1);
  });
});
