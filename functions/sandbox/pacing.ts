import { setTimeout as pause } from 'node:timers/promises';

const firstMs = 250;

/**
 * When the outcome of a question may be told, in milliseconds after it was taken up: the first of 250, 500, 1,000 and so on that is not past. How
 * long a query ran tells of the data; in which of a dozen steps it ended tells next to nothing (sandbox.md, "bucketed completion times").
 */
export const stepOf = (elapsedMs: number): number => firstMs * 2 ** Math.max(0, Math.ceil(Math.log2(elapsedMs / firstMs)));

/**
 * Starts the time of one question. The function that it answers waits for the next step, and at least for `least`: an answer that was stored
 * comes when the first one came, so that nobody learns whether it had been asked before.
 * @returns a function that answers the step at which it returns
 */
export const openPace = () => {
  const begun = performance.now();
  return async (least = 0): Promise<number> => {
    const elapsed = performance.now() - begun;
    const step = Math.max(least, stepOf(elapsed));
    await pause(step - elapsed);
    return step;
  };
};
