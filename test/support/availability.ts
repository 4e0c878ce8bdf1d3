import { describe, it } from '@jest/globals';

/** Describes what needs something outside; where that is missing, says that it was not run, and why. */
export const describeUnless = (missing: string | undefined, name: string, tests: () => void): void => {
  if (missing === undefined) return describe(name, tests);
  process.stderr.write(`not run: ${name}: ${missing}\n`);
  // What needs a browser, S3 or a second judge cannot run where there is none (DESIGN §8). The report counts it as not run, never as passed, with
  // its reason as its name. Its tests are not even collected, since they may ask for what is missing; and because a suite without a test is an
  // error, one stands in their place that can neither pass nor be run.
  describe.skip(`not run: ${name}: ${missing}`, () => it.todo(missing));
};
