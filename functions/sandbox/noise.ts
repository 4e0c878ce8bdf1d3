import { randomBytes } from 'node:crypto';

/** Where randomness comes from: that many independent uniform bytes. */
export type Bytes = (size: number) => Uint8Array;

/** The two draws of which every other is made, exactly. */
export type Chance = {
  /** A uniform whole number from 0 to `bound` − 1. */
  readonly below: (bound: bigint) => bigint;
  /** True with probability `part` / `whole`, where 0 ≤ part ≤ whole. */
  readonly happens: (part: bigint, whole: bigint) => boolean;
};

/** A positive fraction. */
export type Ratio = { readonly part: bigint; readonly whole: bigint };

/**
 * Draws from bytes, by default the operating system's. A number below a bound is as many bits as the bound has, drawn again until it is below:
 * a remainder would favour small numbers. More than half of the draws are taken, whatever the bound.
 */
export function chanceOf(bytes: Bytes = randomBytes): Chance {
  const below = (bound: bigint): bigint => {
    if (bound <= 0n) throw new RangeError('nothing lies below');
    const bits = (bound - 1n).toString(2).length;
    if (bound === 1n) return 0n;
    const mask = (1n << BigInt(bits)) - 1n;
    for (;;) {
      const drawn = BigInt(`0x${Buffer.from(bytes(Math.ceil(bits / 8))).toString('hex')}`) & mask;
      if (drawn < bound) return drawn;
    }
  };
  return { below, happens: (part, whole) => below(whole) < part };
}

/** True with probability exp(−part/whole), where part/whole is between 0 and 1: a coin of falling chances, whose even length is a tail. */
function happensWithin(chance: Chance, { part, whole }: Ratio): boolean {
  let tries = 1n;
  while (chance.happens(part, whole * tries)) tries += 1n;
  return tries % 2n === 1n;
}

const once: Ratio = { part: 1n, whole: 1n };

/**
 * True with probability exp(−part/whole), exactly, for any fraction that is not negative: algorithm 1 of Canonne, Kamath and Steinke, "The
 * Discrete Gaussian for Differential Privacy" (NeurIPS 2020, arXiv 2004.00010).
 */
export function happensExponentially(chance: Chance, { part, whole }: Ratio): boolean {
  for (let left = part / whole; left > 0n; left -= 1n) if (!happensWithin(chance, once)) return false;
  return happensWithin(chance, { part: part % whole, whole });
}

/**
 * One draw from the discrete Laplace distribution of the given scale, exactly: P(z) = (1 − q) / (1 + q) · q^|z| with q = exp(−1/scale), on all
 * whole numbers. Algorithm 2 of the same article. No floating point anywhere, and no bound on the size of what comes out. How long it takes
 * tells of the noise and nothing of the data.
 * @throws RangeError where the scale is not positive
 */
export function discreteLaplace(chance: Chance, { part, whole }: Ratio): bigint {
  if (part <= 0n || whole <= 0n) throw new RangeError('not a scale');
  for (;;) {
    const remainder = chance.below(part);
    if (!happensExponentially(chance, { part: remainder, whole: part })) continue;
    let quotient = 0n;
    while (happensExponentially(chance, once)) quotient += 1n;
    const size = (remainder + part * quotient) / whole;
    const negative = chance.happens(1n, 2n);
    // Zero has one sign only.
    if (!(negative && size === 0n)) return negative ? -size : size;
  }
}

const micro = 1_000_000n;

const divisor = (a: bigint, b: bigint): bigint => (b === 0n ? a : divisor(b, a % b));

/**
 * Adds noise to a whole number that one entity can change by `sensitivity` at most, so that the answer is ε-differentially private with ε =
 * `microEpsilon` / 1,000,000. What nobody can change stays as it is. Dwork, McSherry, Nissim and Smith 2006; for whole numbers Ghosh, Roughgarden
 * and Sundararajan 2009.
 */
export function addNoise(chance: Chance, value: bigint, sensitivity: bigint, microEpsilon: number): bigint {
  if (sensitivity === 0n) return value;
  const part = sensitivity * micro;
  const whole = BigInt(microEpsilon);
  const common = divisor(part, whole);
  return value + discreteLaplace(chance, { part: part / common, whole: whole / common });
}
