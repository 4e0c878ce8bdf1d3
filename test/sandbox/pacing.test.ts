import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { openPace, stepOf } from '../../functions/sandbox/pacing.ts';

describe('the time at which an outcome is told', () => {
  it('is one of a few steps, never before the work is done, and at most twice as long', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 600_000, noNaN: true }), (elapsed) => {
        const step = stepOf(elapsed);
        expect(Number.isInteger(Math.log2(step / 250))).toBe(true);
        expect(step).toBeGreaterThanOrEqual(elapsed);
        expect(step).toBeLessThanOrEqual(Math.max(250, 2 * elapsed));
      }),
    );
  });

  it('has no more than a dozen values within the ten minutes that a job may take', () => {
    const steps = new Set(Array.from({ length: 600_000 }, (_, ms) => stepOf(ms + 1)));
    expect(steps.size).toBeLessThanOrEqual(13);
  });

  it('of a stored answer is that of the first', async () => {
    const pace = openPace();
    expect(await pace()).toBe(250);
    expect(await openPace()(500)).toBe(500);
  });
});
