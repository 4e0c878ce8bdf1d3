import { setTimeout as pass } from 'node:timers/promises';

/** How long an adapter tries by itself, in milliseconds, before it throws. */
export const patience = 5000;

/**
 * Tries until an attempt answers, waiting a random time (full jitter, doubling from 10 to at most 640 ms) after each passing error.
 * @throws what is not passing, at once; `tired` with the last error as its cause, when `milliseconds` are over
 */
export const patiently = async <T>(
  attempt: () => T | Promise<T>,
  isPassing: (error: unknown) => boolean,
  tired: new (message: string, options: ErrorOptions) => Error,
  milliseconds = patience,
): Promise<T> => {
  const end = performance.now() + milliseconds;
  for (let longest = 10; ; longest = Math.min(2 * longest, 640)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isPassing(error)) throw error;
      const pause = Math.random() * longest;
      if (performance.now() + pause > end) throw new tired('the store did not answer in time', { cause: error });
      await pass(pause);
    }
  }
};
