import { describe, it } from '@jest/globals';

/** Describes what needs something outside; where that is missing, says that it was not run, and why. */
export const describeUnless = (missing: string | undefined, name: string, tests: () => void): void => {
  if (missing === undefined) return describe(name, tests);
  process.stderr.write(`not run: ${name}: ${missing}\n`);
  // Skipped with its reason as its name, so that the report counts it as not run and never as passed (DESIGN §8).
  describe.skip(`not run: ${name}: ${missing}`, () => it.todo(missing));
};
