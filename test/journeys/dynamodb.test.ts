import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Host } from '../../infra/local/host.ts';
import { journey } from '../../infra/local/journey/journey.ts';
import { embedded } from '../../infra/local/journey/material.ts';
import { describeUnless } from '../support/availability.ts';
import { missing, startDynamodb, type Dynamodb } from '../support/dynamodb.ts';
import { openTestHost } from '../support/host.ts';

describeUnless(missing, 'the main job on DynamoDB', () => {
  let engine: Dynamodb;
  let host: Host;
  beforeAll(async () => {
    engine = await startDynamodb();
    host = await openTestHost({ HARBOUR_STORE: 'dynamodb', HARBOUR_DYNAMODB_ENDPOINT: engine.endpoint });
  }, 60_000);
  afterAll(async () => {
    await host.close();
    await engine.stop();
  });

  it('goes from the catalogue to a refused query after the revocation', async () => {
    const steps: string[] = [];
    await journey(host.origin, embedded, (step) => steps.push(step));
    expect(steps.at(-1)).toContain('revoked; refused with the link grant');
  }, 120_000);
});
