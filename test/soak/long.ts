import type { Part } from './report.ts';
import { runSuite } from './suites.ts';

const questions = ['gate-forms', 'differencing', 'dominance', 'governed', 'tpch'].map((name) => `test/sandbox/${name}.test.ts`);

/** The suites that are too long for every day, and those of the gate with many more questions. */
export const long: Part = {
  name: 'long',
  run: async (report) => {
    await runSuite(report, 'the long suites hold', [], { HARBOUR_LONG: '1' });
    await runSuite(report, 'what is asked is answered and withheld as it must be, in many more rounds', questions, { HARBOUR_ROUNDS: '3' });
  },
};
