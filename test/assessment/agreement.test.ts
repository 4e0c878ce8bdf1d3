import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { gwetAc2, krippendorffAlpha, type Unit } from '../../functions/assessment/agreement.ts';

/** Krippendorff's example of 2011, 4 observers and 12 units of categories 1 to 5, here 0 to 4. Gwet's package calls it cac.raw4raters. */
const published: readonly Unit[] = [
  [1, 1, 1],
  [2, 2, 3, 2],
  [3, 3, 3, 3],
  [3, 3, 3, 3],
  [2, 2, 2, 2],
  [1, 2, 3, 4],
  [4, 4, 4, 4],
  [1, 1, 2, 1],
  [2, 2, 2, 2],
  [5, 5, 5],
  [1, 1],
  [3],
].map((unit) => unit.map((category) => category - 1));

/** mulberry32: the same numbers in [0, 1) on every run. */
const random = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};
/** The mean of a coefficient over 200 simulated panels of 7 experts on 14 items. */
const simulated = (coefficient: (units: readonly Unit[]) => number | null, item: (next: () => number) => () => number): number => {
  const next = random(20_260_101);
  const values = Array.from({ length: 200 }, () => {
    const units = Array.from({ length: 14 }, () => {
      const score = item(next);
      return Array.from({ length: 7 }, () => Math.min(4, Math.max(0, Math.round(score()))));
    });
    return coefficient(units) ?? Number.NaN;
  });
  return values.reduce((total, value) => total + value, 0) / values.length;
};
const normal = (next: () => number): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
const nearlyUnanimous = (next: () => number) => () => (next() < 0.15 ? 4 : 3);
const different = (noise: number) => (next: () => number) => {
  const truth = 4 * next();
  return () => truth + noise * normal(next);
};
const guessed = (next: () => number) => () => Math.floor(5 * next());

const units = fc.array(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 7 }), { minLength: 1, maxLength: 14 });

describe('the coefficients of agreement', () => {
  it('are those published for the example that both authors use', () => {
    expect(krippendorffAlpha(published)).toBe(815);
    expect(gwetAc2(published)).toBe(914);
  });

  it('by hand: two items, two experts, once agreed on 4 and once 3 against 4', () => {
    // AC2: da = (0 + 1/16)/2 = 1/32; π = 1/4, 3/4; pe = 15/16 · 3/8 = 45/128; 1 − (1/32)/(83/128) = 79/83.
    expect(
      gwetAc2([
        [4, 4],
        [3, 4],
      ]),
    ).toBe(951);
    // alpha: one difference δ over (n − 1) = 3 against 1·3·δ expected: 1 − 3·1/3 = 0.
    expect(
      krippendorffAlpha([
        [4, 4],
        [3, 4],
      ]),
    ).toBe(0);
  });

  it('are 1000 where all agree, also where they say the same of everything', () => {
    expect(
      gwetAc2([
        [3, 3, 3],
        [3, 3, 3],
      ]),
    ).toBe(1000);
    expect(
      krippendorffAlpha([
        [3, 3, 3],
        [3, 3, 3],
      ]),
    ).toBe(1000);
    expect(
      krippendorffAlpha([
        [0, 0],
        [4, 4],
      ]),
    ).toBe(1000);
  });

  it('are null where no two experts scored the same item', () => {
    expect(gwetAc2([[3], [], [4]])).toBeNull();
    expect(krippendorffAlpha([[3], [], [4]])).toBeNull();
  });

  it('round down, so that what is just below a threshold is below it', () => {
    // alpha is −1/2, then −2/3, which is rounded away from nothing.
    expect(
      krippendorffAlpha([
        [0, 4],
        [0, 4],
      ]),
    ).toBe(-500);
    expect(
      krippendorffAlpha([
        [0, 4],
        [0, 4],
        [0, 4],
      ]),
    ).toBe(-667);
  });

  it('see through a near-unanimous panel as AC2 does and alpha does not', () => {
    expect(Math.abs(simulated(krippendorffAlpha, nearlyUnanimous))).toBeLessThan(100);
    expect(simulated(gwetAc2, nearlyUnanimous)).toBeGreaterThan(950);
  });

  it('fall with the noise around true differences', () => {
    const clear = simulated(krippendorffAlpha, different(0.5));
    const noisy = simulated(krippendorffAlpha, different(1));
    expect(clear).toBeGreaterThan(650);
    expect(clear).toBeLessThan(900);
    expect(noisy).toBeGreaterThan(350);
    expect(noisy).toBeLessThan(690);
  });

  it('are about nothing for guesses', () => {
    expect(Math.abs(simulated(krippendorffAlpha, guessed))).toBeLessThan(50);
    expect(Math.abs(simulated(gwetAc2, guessed))).toBeLessThan(60);
  });

  it('never exceed 1000, and do not ask who said what in which order', () => {
    fc.assert(
      fc.property(units, (given) => {
        for (const coefficient of [gwetAc2, krippendorffAlpha]) {
          const value = coefficient(given);
          expect(value ?? 0).toBeLessThanOrEqual(1000);
          expect(coefficient(given.map((unit) => unit.toReversed()).toReversed())).toBe(value);
        }
      }),
    );
  });

  it('do not ask whether scores are praise or blame', () => {
    fc.assert(
      fc.property(units, (given) => {
        const mirrored = given.map((unit) => unit.map((score) => 4 - score));
        expect(gwetAc2(mirrored)).toBe(gwetAc2(given));
        expect(krippendorffAlpha(mirrored)).toBe(krippendorffAlpha(given));
      }),
    );
  });
});
