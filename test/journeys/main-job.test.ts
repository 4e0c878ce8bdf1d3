import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Host } from '../../infra/local/host.ts';
import { journey } from '../../infra/local/journey/journey.ts';
import { embedded } from '../../infra/local/journey/material.ts';
import { openTestHost } from '../support/host.ts';

let host: Host;
beforeAll(async () => {
  host = await openTestHost();
}, 60_000);
afterAll(async () => host.close());

describe('the main job', () => {
  it('goes from the catalogue to a refused query after the revocation, and a second time beside the first', async () => {
    const steps: string[] = [];
    await journey(host.origin, embedded, (step) => steps.push(step));
    await journey(host.origin, embedded, (step) => steps.push(step));
    expect(steps.filter((s) => s.includes('revoked; refused with the link grant'))).toHaveLength(2);
  }, 120_000);
});
