import { fetchDynamodbLocal, localMissing } from '../support/dynamodb-local.ts';
import type { Part } from './report.ts';
import { runSuite } from './suites.ts';

/** A second judge of the DynamoDB adapter: AWS's own DynamoDB Local, under the contract suite of the store port. */
export const judge: Part = {
  name: 'judge',
  run: async (report) => {
    const why = await localMissing();
    if (why !== undefined) return report.notRun('the second judge of the store', why);
    const folder = await fetchDynamodbLocal();
    const env = { HARBOUR_DYNAMODB_LOCAL: folder };
    await runSuite(
      report,
      'the contract of the store port holds on DynamoDB Local',
      ['test/store/table.test.ts', '-t', 'the store on DynamoDB (?!on a bad day)'],
      env,
    );
  },
};
