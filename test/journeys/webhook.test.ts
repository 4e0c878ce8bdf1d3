import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Host } from '../../infra/local/host.ts';
import { assemble, type Cast } from '../../infra/local/journey/journey.ts';
import { webhookCode } from '../../shared/edge/webhook.ts';
import { openTestHost } from '../support/host.ts';
import { orderSigned, priceFen, supply } from '../support/trading.ts';

let host: Host;
let cast: Cast;
let order: string;
let secret: string;
beforeAll(async () => {
  host = await openTestHost();
  cast = await assemble(host.origin);
  order = (await orderSigned(cast, (await supply(cast)).listing)).id;
  ({ secret } = await cast.venueLead.get<{ secret: string }>('/v1/webhooks/bank'));
}, 60_000);
afterAll(async () => host.close());

const seconds = (): number => Math.floor(Date.now() / 1000);
const report = (over: object = {}) => ({
  order,
  amountFen: priceFen,
  remittance: 'BANK-2026-0001',
  at: '2026-11-23T02:00:00.000Z',
  ...over,
});
const send = async (body: object, { at = seconds(), by = secret, said = body }: { at?: number; by?: string; said?: object } = {}) => {
  const response = await fetch(`${host.origin}/v1/webhooks/bank`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'harbour-signature': `t=${at},v1=${webhookCode(by, at, body)}` },
    body: JSON.stringify(said),
  });
  const { code, status } = (await response.json()) as { code?: string; status: string };
  return [response.status, code ?? status, response.headers.get('idempotent-replayed')];
};

describe('what the bank reports', () => {
  it('is taken only as the bank has signed it, and while it is fresh', async () => {
    expect(await send(report(), { by: 'a guess' })).toEqual([401, 'webhook_forged', null]);
    expect(await send(report(), { said: report({ amountFen: 1 }) })).toEqual([401, 'webhook_forged', null]);
    expect(await send(report(), { at: seconds() - 3600 })).toEqual([401, 'webhook_forged', null]);
    expect((await cast.cashier.get(`/v1/orders/${order}`)).data['reported']).toBeUndefined();
  });

  it('is shown to the cashier, who alone confirms it, and a repetition changes nothing', async () => {
    expect(await send(report())).toEqual([200, 'contracted', null]);
    expect(await send(report())).toEqual([200, 'contracted', 'true']);
    const { order: _named, ...reported } = report();
    const seen = await cast.cashier.get(`/v1/orders/${order}`);
    expect([seen.status, seen.data['reported'], seen.version]).toEqual(['contracted', reported, 3]);
    expect(await send(report({ amountFen: 1 }))).toEqual([409, 'key_reused', null]);
  });

  it('is of no order that does not exist, nor of one that is paid', async () => {
    expect(await send(report({ order: 'nothing-here', remittance: 'BANK-2026-0002' }))).toEqual([404, 'not_found', null]);
    await cast.cashier.act({ id: order }, 'orders', 'confirmPayment', { amountFen: priceFen, remittance: 'BANK-2026-0001' });
    expect(await send(report({ remittance: 'BANK-2026-0003' }))).toEqual([409, 'wrong_state', null]);
  });

  it('needs a secret that only the lead of the venue is told', async () => {
    expect((await cast.cashier.send('GET', '/v1/webhooks/bank')).status).toBe(403);
  });
});
