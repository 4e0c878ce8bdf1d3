import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Host } from '../../infra/local/host.ts';
import type { Session, View } from '../../infra/local/journey/client.ts';
import { ask, assemble, type Cast } from '../../infra/local/journey/journey.ts';
import { question } from '../../infra/local/journey/material.ts';
import type { Problem } from '../../shared/edge/refusal.ts';
import { freshFolder, openTestHost } from '../support/host.ts';
import { openHeldWorks } from '../support/held-works.ts';
import {
  becomes,
  entitled,
  historyOf,
  listAnother,
  material,
  orderSigned,
  priceFen,
  sessionOf,
  supply,
  tries,
  wants,
  type Supply,
} from '../support/trading.ts';

const sql = question(material);
const reason = '监督检查发现问题';
const { folder, remove } = freshFolder();
const { works, hold, letGo } = openHeldWorks();

let host: Host;
let cast: Cast;
let auditor: Session;
let chain: Supply;
let order: View;
let entitlement: string;
let past: View;

type Link = readonly [
  stop: (c: Cast) => Promise<unknown>,
  link: () => readonly [kind: string, id: string],
  mend?: (c: Cast) => Promise<unknown>,
];

const both = async (one: Session, other: Session, plural: string, id: string, action: string, input: object = {}): Promise<void> => {
  await one.act({ id }, plural, action, input);
  await other.act({ id }, plural, action, input);
};
const organisation = (of: (c: Cast) => string): Link => [
  (c) => c.lead.act({ id: of(c) }, 'organisations', 'suspend', { reason }),
  () => ['organisation', of(cast)],
  (c) => both(c.case, c.lead, 'organisations', of(c), 'reinstate'),
];

const asks = () => wants(cast.buyer, 'queries', { entitlement, sql });
const reads = () => cast.buyer.send<Problem>('GET', `/v1/queries/${past.id}/result`);
const isOpen = async () => [(await asks()).status, (await reads()).status];
const refusals = async () =>
  [await asks(), await reads()].map(({ status, body }) => [status, body.code, body.about?.['kind'], body.about?.['id']]);
const refusedFor = (kind: string, id: string) => [
  [403, 'authority_broken', kind, id],
  [403, 'authority_broken', kind, id],
];
const books = async (...accounts: readonly string[]): Promise<readonly bigint[]> =>
  Promise.all(
    accounts.map(async (account) => BigInt((await auditor.get<{ totalFen: string }>(`/v1/statement?account=${account}`)).totalFen)),
  );

beforeAll(async () => {
  host = await openTestHost({ HARBOUR_FOLDER: folder }, { works });
  cast = await assemble(host.origin);
  auditor = await sessionOf(host.origin, 'audit', 'auditor');
  chain = await supply(cast);
  ({ order, entitlement } = await entitled(cast, chain.listing));
  past = (await ask(cast, entitlement, sql)).query;
}, 60_000);
afterAll(async () => {
  await host.close();
  remove();
});

describe('while one link is suspended nobody is served, and when it is resumed they are', () => {
  const links: Readonly<Record<string, () => Link>> = {
    'the agreement': () => [
      (c) => c.lead.act({ id: chain.agreement }, 'agreements', 'suspend', { reason }),
      () => ['agreement', chain.agreement],
      (c) => both(c.case, c.lead, 'agreements', chain.agreement, 'resume'),
    ],
    'the grant': () => [
      (c) => c.lead.act(chain.grant, 'grants', 'suspend', { reason }),
      () => ['grant', chain.grant.id],
      (c) => both(c.case, c.lead, 'grants', chain.grant.id, 'resume'),
    ],
    'the scenario': () => [
      (c) => c.cyberspace.act(chain.scenario, 'scenarios', 'suspend', { reason }),
      () => ['scenario', chain.scenario.id],
      (c) => both(c.case, c.lead, 'scenarios', chain.scenario.id, 'resume'),
    ],
    'the dataset': () => [
      (c) => c.lead.act(chain.dataset, 'datasets', 'seal', { reason }),
      () => ['dataset', chain.dataset.id],
      (c) => both(c.case, c.lead, 'datasets', chain.dataset.id, 'unseal'),
    ],
    'the product': () => [
      (c) => c.operatorSignatory.act({ id: chain.product }, 'products', 'suspend', { reason }),
      () => ['product', chain.product],
      (c) => both(c.case, c.lead, 'products', chain.product, 'resume'),
    ],
    'the listing': () => [
      (c) => c.venueLead.act(chain.listing, 'listings', 'suspend', { reason }),
      () => ['listing', chain.listing.id],
      (c) => both(c.reviewer, c.venueLead, 'listings', chain.listing.id, 'resume'),
    ],
    'the entitlement': () => [
      (c) => c.venueLead.act({ id: entitlement }, 'entitlements', 'suspend', { reason }),
      () => ['entitlement', entitlement],
      (c) => both(c.reviewer, c.venueLead, 'entitlements', entitlement, 'resume'),
    ],
    'the source institution': () => organisation((c) => c.cdo.organisation),
    'the operator': () => organisation((c) => c.agent.organisation),
  };
  it.each(Object.entries(links))('%s', async (_name, linkOf) => {
    const [stop, link, mend] = linkOf();
    expect(await isOpen()).toEqual([201, 200]);
    await stop(cast);
    expect(await refusals()).toEqual(refusedFor(...link()));
    await mend?.(cast);
    expect(await isOpen()).toEqual([201, 200]);
  });

  it('the buyer: its people cannot act for it at all', async () => {
    const { organisation: bank } = cast.buyer;
    await cast.lead.act({ id: bank }, 'organisations', 'suspend', { reason });
    expect((await refusals()).map(([status, code]) => [status, code])).toEqual([
      [403, 'not_a_member'],
      [403, 'not_a_member'],
    ]);
    await both(cast.case, cast.lead, 'organisations', bank, 'reinstate');
    expect(await isOpen()).toEqual([201, 200]);
  });
});

describe('a query that runs while the chain breaks', () => {
  it('is withheld with the link, and its result is nowhere to be had', async () => {
    hold();
    const asked = await cast.buyer.create('queries', { entitlement, sql });
    await host.idle();
    await cast.lead.act(chain.grant, 'grants', 'suspend', { reason });
    await letGo();
    const withheld = await becomes(cast.buyer, 'queries', asked.id, 'withheld', 'released', 'refused');
    expect([withheld.status, withheld.data['link']]).toEqual(['withheld', { kind: 'grant', id: chain.grant.id }]);
    await both(cast.case, cast.lead, 'grants', chain.grant.id, 'resume');
    const { status, body } = await cast.buyer.send<Problem>('GET', `/v1/queries/${asked.id}/result`);
    expect([status, body.code, body.about]).toEqual([403, 'authority_broken', { kind: 'grant', id: chain.grant.id }]);
    expect(await host.ports.blobs.get(`results/${asked.id}.json`)).toBeUndefined();
  });

  it('and one that its buyer cancelled is not released', async () => {
    hold();
    const asked = await cast.buyer.create('queries', { entitlement, sql });
    await host.idle();
    await cast.buyer.act(asked, 'queries', 'cancel');
    await letGo();
    await host.idle();
    expect((await cast.buyer.get(`/v1/queries/${asked.id}`)).status).toBe('cancelled');
    expect((await reads()).status).toBe(200);
    expect((await cast.buyer.send<Problem>('GET', `/v1/queries/${asked.id}/result`)).body.code).toBe('result_not_ready');
  });
});

describe('money for what cannot be delivered', () => {
  it('is not given back while the chain is whole', async () => {
    const claimed = await tries(cast.buyer, 'orders', order.id, 'claimRefund');
    expect([claimed.status, claimed.body.code]).toEqual([409, 'authority_intact']);
  });

  it('goes back, by another cashier, where it arrived after the chain had broken', async () => {
    const due = await orderSigned(cast, chain.listing);
    const [bank, escrow, buyer] = [`bank:${cast.cashier.organisation}`, `escrow:${due.id}`, `buyer:${cast.buyer.organisation}`];
    const before = await books(bank, escrow, buyer);
    await cast.lead.act(chain.grant, 'grants', 'suspend', { reason });
    await cast.cashier.act(due, 'orders', 'confirmPayment', { amountFen: priceFen, remittance: `HK${randomUUID().slice(0, 18)}` });
    const owed = await becomes(cast.buyer, 'orders', due.id, 'refundDue', 'delivering');
    expect([owed.status, owed.data['because'], owed.data['link']]).toEqual([
      'refundDue',
      'authority_broken',
      { kind: 'grant', id: chain.grant.id },
    ]);
    expect((await cast.cashier.list('orders', 'queue')).map((line) => line.id)).toContain(due.id);
    const back = { amountFen: priceFen, remittance: `TK${randomUUID().slice(0, 18)}` };
    expect((await tries(cast.cashier, 'orders', due.id, 'refund', back)).body.code).toBe('own_work');
    expect((await tries(cast.secondCashier, 'orders', due.id, 'refund', { ...back, amountFen: 1 })).body.code).toBe('amount_differs');
    expect(
      (await tries(cast.secondCashier, 'orders', due.id, 'refund', { ...back, remittance: String(owed.data['remittance']) })).body.code,
    ).toBe('remittance_used');
    await cast.secondCashier.act(due, 'orders', 'refund', back);
    await host.idle();
    expect(await books(bank, escrow, buyer)).toEqual(before);
    const statement = await cast.buyer.get<{ items: readonly { transfer: string; fen: string }[] }>(`/v1/statement?account=${buyer}`);
    expect(statement.items.filter((i) => i.transfer.endsWith(due.id)).map((i) => [i.transfer, i.fen])).toEqual([
      [`paidBack:${due.id}`, `-${priceFen}`],
      [`refunded:${due.id}`, `${priceFen}`],
    ]);
    await both(cast.case, cast.lead, 'grants', chain.grant.id, 'resume');
  });

  it('goes back on the claim of a buyer whose data was cut off before acceptance', async () => {
    const trade = await entitled(cast, chain.listing);
    await cast.lead.act(chain.dataset, 'datasets', 'seal', { reason });
    const claimed = await tries(cast.buyer, 'orders', trade.order.id, 'claimRefund');
    expect([claimed.status, claimed.body.status, claimed.body.data['link']]).toEqual([
      200,
      'refundDue',
      { kind: 'dataset', id: chain.dataset.id },
    ]);
    await cast.secondCashier.act(trade.order, 'orders', 'refund', { amountFen: priceFen, remittance: `TK${randomUUID().slice(0, 18)}` });
    await host.idle();
    expect(await books(`escrow:${trade.order.id}`)).toEqual([0n]);
    await both(cast.case, cast.lead, 'datasets', chain.dataset.id, 'unseal');
    const used = await wants(cast.buyer, 'queries', { entitlement: trade.entitlement, sql });
    expect([used.status, used.body.code, used.body.about]).toEqual([403, 'authority_broken', { kind: 'order', id: trade.order.id }]);
  });
});

describe('a term that has ended', () => {
  it('ends everything that rests on it, before any clock has ticked', async () => {
    const short = await entitled(cast, await listAnother(cast, chain, { termDays: 20 }));
    await host.close();
    host = await openTestHost({ HARBOUR_FOLDER: folder, HARBOUR_CLOCK: new Date(Date.now() + 21 * 86_400_000).toISOString() }, { works });
    cast = await assemble(host.origin);
    auditor = await sessionOf(host.origin, 'audit', 'auditor');
    const lapsed = await wants(cast.buyer, 'queries', { entitlement: short.entitlement, sql });
    expect([lapsed.status, lapsed.body.code, lapsed.body.about]).toEqual([
      403,
      'authority_broken',
      { kind: 'entitlement', id: short.entitlement },
    ]);
    expect((await cast.buyer.get(`/v1/entitlements/${short.entitlement}`)).isLive).toBe(false);
    await becomes(cast.buyer, 'entitlements', short.entitlement, 'expired');
    expect((await historyOf(cast.buyer, 'entitlements', short.entitlement)).at(-1)?.seat).toBe('system:clock');
    expect(await isOpen()).toEqual([201, 200]);
  }, 30_000);
});

describe('what is ended stays ended, and the nearest broken link is named', () => {
  const links: Readonly<Record<string, () => Link>> = {
    'the agreement is terminated': () => [
      () => both(cast.grantor, cast.lead, 'agreements', chain.agreement, 'terminate', { reason }),
      () => ['agreement', chain.agreement],
    ],
    'the resource is retired': () => [
      () => cast.cdo.act(chain.resource, 'resources', 'retire', { reason }),
      () => ['resource', chain.resource.id],
    ],
    'the grant is revoked': () => [() => cast.lead.act(chain.grant, 'grants', 'revoke', { reason }), () => ['grant', chain.grant.id]],
    'the product is retired': () => [
      () => both(cast.agent, cast.case, 'products', chain.product, 'retire', { reason }),
      () => ['product', chain.product],
    ],
    'the contract is terminated': () => [
      () => both(cast.operatorSignatory, cast.buyerSignatory, 'contracts', String(order.data['contract']), 'terminate', { reason }),
      () => ['contract', String(order.data['contract'])],
    ],
    'the entitlement is revoked': () => [
      () => cast.buyerSignatory.act({ id: entitlement }, 'entitlements', 'revoke', { reason }),
      () => ['entitlement', entitlement],
    ],
  };
  it.each(Object.entries(links))('%s', async (_name, linkOf) => {
    const [end, link] = linkOf();
    await end(cast);
    expect(await refusals()).toEqual(refusedFor(...link()));
  });
});
