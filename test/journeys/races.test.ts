import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Host } from '../../infra/local/host.ts';
import { until, type Session, type View } from '../../infra/local/journey/client.ts';
import { assemble, type Cast } from '../../infra/local/journey/journey.ts';
import { catalogueEntry, productOffer, question } from '../../infra/local/journey/material.ts';
import type { Problem } from '../../shared/edge/refusal.ts';
import { openTestHost } from '../support/host.ts';
import {
  becomes,
  entitled,
  historyOf,
  key,
  listAnother,
  material,
  memberOf,
  orderSigned,
  priceFen,
  sessionOf,
  supply,
  termsFor,
  tries,
  version,
  wants,
  type Supply,
} from '../support/trading.ts';

let host: Host;
let cast: Cast;
let chain: Supply;
const sql = question(material);
const outcome = ({ status, body }: { status: number; body: Problem }): string => (status < 400 ? String(status) : `${status} ${body.code}`);
const act = (session: Session, path: string, input: object, read: number) =>
  session.send<View & Problem>('POST', `/v1/${path}`, input, { ...key(), ...version(read) });

/** A product that waits for the two signatures of the authority. */
const submitted = async (): Promise<View> => {
  const product = await cast.agent.create('products', productOffer(material, material.title, chain.scenario.id, chain.dataset.id));
  return cast.agent.act(product, 'products', 'submit');
};

beforeAll(async () => {
  host = await openTestHost();
  cast = await assemble(host.origin);
  chain = await supply(cast);
}, 60_000);
afterAll(async () => host.close());

describe('two people who decide at once', () => {
  it('on the same version: one of them has decided, the other is told to read again', async () => {
    const second = await sessionOf(host.origin, 'transport', 'source.steward', 1);
    const entry = catalogueEntry(material, `JT-${randomUUID().slice(0, 13)}`);
    const draft = await cast.steward.create('resources', { ...entry, organisation: cast.steward.organisation, stateSecret: false });
    for (let round = 0; round < 10; round += 1) {
      const { version: read } = await cast.steward.get(`/v1/resources/${draft.id}`);
      const edits = [cast.steward, second].map((person, n) =>
        act(person, `resources/${draft.id}/edit`, { ...entry, summary: `第${round}轮，第${n}人` }, read),
      );
      expect((await Promise.all(edits)).map(outcome).toSorted()).toEqual(['200', '412 stale']);
    }
    expect(await historyOf(cast.steward, 'resources', draft.id)).toHaveLength(11);
  });

  it('to suspend the same grant: it is suspended once', async () => {
    const otherLead = await sessionOf(host.origin, 'data-bureau', 'authority.lead', 1);
    const { version: read } = await cast.lead.get(`/v1/grants/${chain.grant.id}`);
    const answers = await Promise.all(
      [cast.lead, otherLead].map((person) => act(person, `grants/${chain.grant.id}/suspend`, { reason: '例行核查' }, read)),
    );
    const [won, lost] = answers.map(outcome).toSorted();
    expect([won, lost === '412 stale' || lost === '409 wrong_state']).toEqual(['200', true]);
    expect((await historyOf(cast.lead, 'grants', chain.grant.id)).filter((line) => line.action === 'suspend')).toHaveLength(1);
    for (const person of [cast.case, cast.lead]) await person.act(chain.grant, 'grants', 'resume');
  });

  it('to confirm the same payment: the money has come in once', async () => {
    const due = await orderSigned(cast, chain.listing);
    const { version: read } = await cast.cashier.get(`/v1/orders/${due.id}`);
    const paid = [cast.cashier, cast.secondCashier].map((person) =>
      act(person, `orders/${due.id}/confirmPayment`, { amountFen: priceFen, remittance: `HK${randomUUID().slice(0, 18)}` }, read),
    );
    const outcomes = (await Promise.all(paid)).map(outcome).toSorted();
    expect([outcomes[0], outcomes[1] === '412 stale' || outcomes[1] === '409 wrong_state']).toEqual(['200', true]);
    await becomes(cast.buyer, 'orders', due.id, 'delivering');
    await host.idle();
    const { items } = await cast.cashier.get<{ items: readonly unknown[] }>(`/v1/statement?account=escrow:${due.id}`);
    expect(items).toHaveLength(1);
  });
});

describe('what is scarce', () => {
  it('is never given out beyond its measure: twenty at once for the last three queries of a contract', async () => {
    const { entitlement } = await entitled(cast, await listAnother(cast, chain, { queries: 5 }));
    const colleague = await sessionOf(host.origin, 'bank', 'buyer.agent', 1);
    for (let n = 0; n < 2; n += 1) expect(outcome(await wants(cast.buyer, 'queries', { entitlement, sql }))).toBe('201');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => wants(n % 2 === 0 ? cast.buyer : colleague, 'queries', { entitlement, sql })),
    );
    expect(answers.map(outcome).toSorted()).toEqual([
      ...Array.from({ length: 3 }, () => '201'),
      ...Array.from({ length: 17 }, () => '409 quota_exhausted'),
    ]);
    expect(await host.ports.records.left(`queries#${entitlement}`)).toBe(0);
    const own = await cast.buyer.list('queries', 'own');
    const of = await Promise.all(own.map((line) => cast.buyer.get(`/v1/queries/${line.id}`)));
    expect(of.filter((query) => query.data['entitlement'] === entitlement)).toHaveLength(5);
  });
});

describe('what must be unique', () => {
  it('a grant of one resource to one operator', async () => {
    const agreement = await cast.organiser.create('agreements', await termsFor(cast, chain.resource));
    await cast.operatorSignatory.act(agreement, 'agreements', 'sign');
    await cast.secondOrganiser.act(agreement, 'agreements', 'sign');
    await cast.grantor.act(agreement, 'agreements', 'activate');
    await cast.lead.act(agreement, 'agreements', 'activate');
    const offered = await until('the second grant is offered', async () => {
      const lines = await cast.cdo.list('grants', 'queue');
      const views = await Promise.all(lines.map((line) => cast.cdo.get(`/v1/grants/${line.id}`)));
      return views.find((view) => view.links['agreement'] === agreement.id);
    });
    expect(outcome(await tries(cast.cdo, 'grants', offered.id, 'consent'))).toBe('409 grant_exists');
    await cast.lead.act(chain.grant, 'grants', 'suspend', { reason: '例行核查' });
    expect(outcome(await tries(cast.cdo, 'grants', offered.id, 'consent'))).toBe('409 grant_exists');
    for (const person of [cast.case, cast.lead]) await person.act(chain.grant, 'grants', 'resume');
    expect((await cast.cdo.get(`/v1/grants/${offered.id}`)).status).toBe('offered');
  });

  it('a remittance, which pays one order only, even at once', async () => {
    const [one, other] = [await orderSigned(cast, chain.listing), await orderSigned(cast, chain.listing)];
    const remittance = `HK${randomUUID().slice(0, 18)}`;
    const paid = await Promise.all(
      [one, other].map((order) => tries(cast.cashier, 'orders', order.id, 'confirmPayment', { amountFen: priceFen, remittance })),
    );
    expect(paid.map(outcome).toSorted()).toEqual(['200', '409 remittance_used']);
  });

  it('a credit code, of ten who apply with it at once', async () => {
    const person = cast.buyer.person;
    const application = (n: number) => ({
      name: { zh: `某公司${n}`, en: `Company ${n}` },
      type: 'BUYER',
      region: '321202',
      creditCode: '91350100M000100Y43', // the example of GB 32100-2015
      administrators: [
        { person, name: '甲', email: `a${n}@example.cn` },
        { person: 'someone-else', name: '乙', email: `b${n}@example.cn` },
      ],
    });
    const applied = await Promise.all(Array.from({ length: 10 }, (_, n) => wants(cast.buyer, 'organisations', application(n))));
    expect(applied.map(outcome).toSorted()).toEqual(['201', ...Array.from({ length: 9 }, () => '409 credit_code_taken')]);
    const won = applied.find((a) => a.status === 201)?.body as View;
    await cast.lead.act(won, 'organisations', 'reject', { reason: '材料不全' });
    expect(outcome(await wants(cast.buyer, 'organisations', application(11)))).toBe('201');
    expect(outcome(await tries(cast.buyer, 'organisations', won.id, 'resubmit', application(12)))).toBe('409 credit_code_taken');
  });
});

describe('what several must sign', () => {
  it('is signed by different persons: nobody signs twice', async () => {
    const product = await submitted();
    const first = await cast.case.act(product, 'products', 'approve', { ceilingFen: 100 });
    expect([first.status, first.version]).toEqual(['submitted', product.version + 1]);
    expect(outcome(await tries(cast.case, 'products', product.id, 'approve', { ceilingFen: 100 }))).toBe('403 own_work');
    expect((await cast.case.get(`/v1/products/${product.id}`)).offered).not.toContain('approve');
    expect((await cast.lead.act(product, 'products', 'approve', { ceilingFen: 100 })).status).toBe('approved');
  });

  it('is signed with the same content: another amount voids what was signed before', async () => {
    const product = await submitted();
    await cast.case.act(product, 'products', 'approve', { ceilingFen: 100 });
    expect((await cast.lead.act(product, 'products', 'approve', { ceilingFen: 200 })).status).toBe('submitted');
    expect((await cast.lead.get(`/v1/products/${product.id}`)) as unknown as { signed: unknown }).toMatchObject({
      signed: { approve: { input: { ceilingFen: 200 }, seats: ['authority.lead'] } },
    });
    const approved = await cast.case.act(product, 'products', 'approve', { ceilingFen: 200 });
    expect([approved.status, approved.data['ceilingFen']]).toEqual(['approved', 200]);
  });

  it('is signed once where both sign at the same moment: one has to read again', async () => {
    const product = await submitted();
    const signed = await Promise.all(
      [cast.case, cast.lead].map((person) => act(person, `products/${product.id}/approve`, { ceilingFen: 100 }, product.version)),
    );
    expect(signed.map(outcome).toSorted()).toEqual(['200', '412 stale']);
    const missing = signed[0]?.status === 200 ? cast.lead : cast.case;
    expect((await missing.act(product, 'products', 'approve', { ceilingFen: 100 })).status).toBe('approved');
  });

  it('is not signed for the other side', async () => {
    const order = await cast.buyer.create('orders', { listing: chain.listing.id, purpose: '评估网点布局。' });
    const contract = await until('the contract is drafted', async () => {
      const views = await Promise.all(
        (await cast.buyerSignatory.list('contracts', 'queue')).map((line) => cast.buyerSignatory.get(`/v1/contracts/${line.id}`)),
      );
      return views.find((view) => view.data.terms.order === order.id);
    });
    const signature = { digest: contract.data.digest };
    await cast.buyerSignatory.act(contract, 'contracts', 'sign', signature);
    const colleague = await sessionOf(host.origin, 'bank', 'buyer.signatory', 1);
    expect(colleague.person).toBe(memberOf('bank', 'buyer.signatory', 1));
    expect(outcome(await tries(colleague, 'contracts', contract.id, 'sign', signature))).toBe('403 own_work');
    expect(outcome(await tries(cast.operatorSignatory, 'contracts', contract.id, 'sign', { digest: `sha256:${'0'.repeat(64)}` }))).toBe(
      '412 stale',
    );
    expect((await cast.operatorSignatory.act(contract, 'contracts', 'sign', signature)).status).toBe('signed');
  });
});
