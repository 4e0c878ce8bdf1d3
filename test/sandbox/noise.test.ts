import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Bytes, Chance, Ratio } from '../../functions/sandbox/noise.ts';
import { addNoise, chanceOf, discreteLaplace, happensExponentially } from '../../functions/sandbox/noise.ts';

/** Bytes that a seed fixes for ever: SHA-256 in counter mode. */
function seeded(seed: string): Bytes {
  let block = Buffer.alloc(0);
  let counter = 0;
  return (size) => {
    while (block.length < size) {
      block = Buffer.concat([block, createHash('sha256').update(`${seed}/${counter}`).digest()]);
      counter += 1;
    }
    const taken = block.subarray(0, size);
    block = block.subarray(size);
    return taken;
  };
}

const ratio = (part: number, whole: number): Ratio => ({ part: BigInt(part), whole: BigInt(whole) });

/**
 * Walks every path of an algorithm whose probability is above `least`, and adds up what comes out. What is left over is how much of the
 * probability lies on longer paths, so that every true probability is between the sum found and that sum plus what is left.
 */
function walk<T>(run: (chance: Chance) => T, least: number): { readonly found: ReadonlyMap<T, number>; readonly left: number } {
  const found = new Map<T, number>();
  let left = 0;
  const open: { readonly script: readonly bigint[]; readonly weight: number }[] = [{ script: [], weight: 1 }];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const { script, weight } = path;
    if (weight < least) {
      left += weight;
      continue;
    }
    let place = 0;
    const next = (options: readonly (readonly [bigint, number])[]): bigint => {
      const scripted = script[place];
      place += 1;
      if (scripted !== undefined) return scripted;
      for (const [value, share] of options) if (share > 0) open.push({ script: [...script, value], weight: weight * share });
      throw new RangeError('forked');
    };
    try {
      const came = run({
        below: (bound) => next(Array.from({ length: Number(bound) }, (_, n) => [BigInt(n), 1 / Number(bound)])),
        happens: (part, whole) => {
          const share = Number(part) / Number(whole);
          return (
            next([
              [1n, share],
              [0n, 1 - share],
            ]) === 1n
          );
        },
      });
      found.set(came, (found.get(came) ?? 0) + weight);
    } catch (error) {
      if (!(error instanceof RangeError && error.message === 'forked')) throw error;
    }
  }
  return { found, left };
}

/** P(z) of the discrete Laplace distribution. */
const laplace = (scale: number, z: number): number => {
  const q = Math.exp(-1 / scale);
  return ((1 - q) / (1 + q)) * q ** Math.abs(z);
};

describe('the sampler, walked along every path', () => {
  it.each([
    [0, 1],
    [1, 3],
    [1, 1],
    [5, 2],
    [7, 3],
  ])('tosses a coin that falls with probability exp(−%i/%i)', (part, whole) => {
    const { found, left } = walk((chance) => happensExponentially(chance, ratio(part, whole)), 1e-7);
    const expected = Math.exp(-part / whole);
    expect(left).toBeLessThan(1e-4);
    expect(found.get(true) ?? 0).toBeLessThanOrEqual(expected + 1e-12);
    expect((found.get(true) ?? 0) + left).toBeGreaterThanOrEqual(expected - 1e-12);
  });

  it.each([
    [1, 1],
    [1, 2],
    [2, 1],
    [3, 2],
  ])('draws whole numbers with the probabilities of scale %i/%i', (part, whole) => {
    const { found, left } = walk((chance) => discreteLaplace(chance, ratio(part, whole)), 2e-5);
    expect(left).toBeLessThan(0.15);
    for (let z = -4; z <= 4; z += 1) {
      const share = found.get(BigInt(z)) ?? 0;
      const expected = laplace(part / whole, z);
      expect(share).toBeLessThanOrEqual(expected + 1e-12);
      expect(share + left).toBeGreaterThanOrEqual(expected - 1e-12);
      expect(share).toBeCloseTo(found.get(BigInt(-z)) ?? 0, 12);
    }
  });
});

describe('the sampler, step by step', () => {
  /** Answers what is written, and holds every question against it. */
  const scripted = (script: readonly (readonly [asked: string, answer: bigint | boolean])[]): Chance & { readonly left: () => number } => {
    let place = 0;
    const next = (asked: string): bigint | boolean => {
      const [expected, answer] = script[place] ?? ['nothing', false];
      place += 1;
      expect(asked).toBe(expected);
      return answer;
    };
    return {
      below: (bound) => next(`below ${bound}`) as bigint,
      happens: (part, whole) => next(`${part}/${whole}`) === true,
      left: () => script.length - place,
    };
  };
  const tail = [
    ['1/1', true],
    ['1/2', false],
  ] as const;
  const head = [
    ['1/1', true],
    ['1/2', true],
    ['1/3', false],
    ['0/1', false],
  ] as const;

  it('draws again where the remainder is not kept, adds whole scales, divides, and takes a sign: −⌊(4 + 7) / 3⌋', () => {
    const chance = scripted([
      ['below 7', 5n],
      ['5/7', true],
      ['5/14', false],
      ['below 7', 4n],
      ['4/7', false],
      ...head,
      ...tail,
      ['1/2', true],
    ]);
    expect(discreteLaplace(chance, ratio(7, 3))).toBe(-3n);
    expect(chance.left()).toBe(0);
  });

  it('draws again where zero would be negative', () => {
    const zero = [['below 7', 1n], ['1/7', false], ...tail] as const;
    const chance = scripted([...zero, ['1/2', true], ...zero, ['1/2', false]]);
    expect(discreteLaplace(chance, ratio(7, 3))).toBe(0n);
    expect(chance.left()).toBe(0);
  });

  it('is asked for its scale in lowest terms: sensitivity over ε', () => {
    const chance = scripted([['below 20', 19n], ['19/20', false], ...tail, ['1/2', false]]);
    expect(addNoise(chance, 100n, 6n, 900_000)).toBe(106n); // 6 / 0.9 = 20 / 3, ⌊19 / 3⌋ = 6
    expect(chance.left()).toBe(0);
  });
});

/** Wilson and Hilferty's bound that a chi-square of this freedom passes once in a million. */
const chiLimit = (freedom: number): number => freedom * (1 - 2 / (9 * freedom) + 4.753 * Math.sqrt(2 / (9 * freedom))) ** 3;

const chiSquare = (counts: readonly number[], expected: readonly number[]): number =>
  counts.reduce((sum, count, n) => sum + (count - (expected[n] ?? 0)) ** 2 / (expected[n] ?? 1), 0);

describe('many draws of a seeded source', () => {
  it.each([
    ['an ε of 1', 1, 1],
    ['an ε of 0.1', 10, 1],
    ['an ε of 3', 1, 3],
    ['an ε of 7/15', 15, 7],
  ])('are spread as the distribution says, over the whole support, at %s', (name, part, whole) => {
    const draws = 40_000;
    const chance = chanceOf(seeded(name));
    const edge = Math.ceil((3 * part) / whole);
    const cells = Array.from({ length: 2 * edge + 1 }, (_, n) => n - edge);
    const seen = new Map<number, number>();
    for (let n = 0; n < draws; n += 1) {
      const z = Math.max(-edge - 1, Math.min(edge + 1, Number(discreteLaplace(chance, ratio(part, whole)))));
      seen.set(z, (seen.get(z) ?? 0) + 1);
    }
    const inner = cells.map((z) => laplace(part / whole, z) * draws);
    const tail = (draws - inner.reduce((a, b) => a + b, 0)) / 2;
    const counts = [-edge - 1, ...cells, edge + 1].map((z) => seen.get(z) ?? 0);
    expect(Math.min(tail, ...inner)).toBeGreaterThan(5);
    expect(chiSquare(counts, [tail, ...inner, tail])).toBeLessThan(chiLimit(counts.length - 1));
  });

  it('are uniform below any bound, also one that is no power of two', () => {
    const chance = chanceOf(seeded('uniform'));
    for (const bound of [2, 3, 7, 100, 257]) {
      const counts = Array.from({ length: bound }, () => 0);
      const draws = bound * 300;
      for (let n = 0; n < draws; n += 1) counts[Number(chance.below(BigInt(bound)))]! += 1;
      expect(
        chiSquare(
          counts,
          Array.from({ length: bound }, () => 300),
        ),
      ).toBeLessThan(chiLimit(Math.max(1, bound - 1)));
    }
  });

  it('are what a test that knows the source expects, bit by bit: a draw that is not below the bound is drawn again', () => {
    const script = [[0xff], [0x07], [0x05], [0x12, 0x34]];
    const chance = chanceOf(() => Uint8Array.from(script.shift() ?? []));
    expect(chance.below(6n)).toBe(5n); // 0xff and 0x07 are 7 in three bits
    expect(chance.below(0x2000n)).toBe(0x1234n);
    expect(chance.below(1n)).toBe(0n);
  });
});

describe('noise on an answer', () => {
  it('is a whole number of any size: nothing is rounded', () => {
    const chance = chanceOf(seeded('huge'));
    const sensitivity = 10n ** 30n + 7n;
    const drawn = Array.from({ length: 400 }, () => addNoise(chance, 0n, sensitivity, 1_000_000));
    expect(new Set(drawn.map((z) => z % 10n)).size).toBe(19); // every last digit, of either sign
    const mean = drawn.reduce((sum, z) => sum + (z < 0n ? -z : z), 0n) / BigInt(drawn.length);
    expect(mean > (sensitivity * 8n) / 10n && mean < (sensitivity * 12n) / 10n).toBe(true); // E|Z| is the scale
  });

  it('shifts with the value and does nothing to what no entity can change', () => {
    fc.assert(
      fc.property(
        fc.bigInt(),
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        fc.integer({ min: 1, max: 10_000_000 }),
        (value, sensitivity, e) => {
          const alone = addNoise(chanceOf(seeded('one')), 0n, sensitivity, e);
          expect(addNoise(chanceOf(seeded('one')), value, sensitivity, e)).toBe(value + alone);
          expect(addNoise(chanceOf(seeded('one')), value, 0n, e)).toBe(value);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is refused for an ε that is not positive', () => {
    expect(() => addNoise(chanceOf(), 1n, 1n, 0)).toThrow(RangeError);
    expect(() => discreteLaplace(chanceOf(), ratio(0, 1))).toThrow(RangeError);
    expect(() => chanceOf().below(0n)).toThrow(RangeError);
  });
});
