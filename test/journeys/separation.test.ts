import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Host } from '../../infra/local/host.ts';
import { assemble, type Cast } from '../../infra/local/journey/journey.ts';
import { openTestHost } from '../support/host.ts';
import { key, memberOf, sessionOf, supply, tokenOf, tries, wants, type Supply } from '../support/trading.ts';

let host: Host;
let cast: Cast;
let offer: Supply;
beforeAll(async () => {
  host = await openTestHost();
  cast = await assemble(host.origin);
  offer = await supply(cast);
}, 60_000);
afterAll(async () => host.close());

describe('the venue and its staff do not trade', () => {
  it('not for the venue, which has no buyers', async () => {
    const { body } = await wants(cast.reviewer, 'orders', { listing: offer.listing.id, purpose: '自用' });
    expect(body.code).toBe('not_permitted');
  });

  it('not for a friend either, until they have left the venue', async () => {
    const clerk = memberOf('venue', 'venue.reviewer', 1);
    const bank = await sessionOf(host.origin, 'bank', 'org.admin', 0);
    const secondBank = await sessionOf(host.origin, 'bank', 'org.admin', 1);
    const appointment = { organisation: bank.organisation, person: clerk, name: '兼职', email: 'clerk@example.cn', roles: ['buyer.agent'] };
    const { body: membership } = await wants(bank, 'memberships', appointment);
    expect((await tries(secondBank, 'memberships', membership.id, 'confirm')).status).toBe(200);
    const token = await tokenOf(host.origin, clerk);
    const order = async (): Promise<string> => {
      const response = await fetch(`${host.origin}/v1/orders`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'harbour-organisation': bank.organisation,
          'content-type': 'application/json',
          ...key(),
        },
        body: JSON.stringify({ listing: offer.listing.id, purpose: '替朋友下单' }),
      });
      const body = (await response.json()) as { code?: string; status: string };
      return body.code ?? body.status;
    };
    expect(await order()).toBe('venue_may_not_trade');
    const admin = await sessionOf(host.origin, 'venue', 'org.admin', 0);
    expect((await tries(admin, 'memberships', `${admin.organisation}:${clerk}`, 'end', { reason: '已从交易中心离职' })).status).toBe(200);
    expect(await order()).toBe('placed');
  });
});
