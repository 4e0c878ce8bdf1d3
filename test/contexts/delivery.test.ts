import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '../../contracts/delivery.ts';
import { openMeter, sumOf, type Metered } from '../../functions/delivery/metering.ts';
import { lastDayOf, monthOf } from '../../functions/delivery/months.ts';
import { countCall } from '../../functions/delivery/rates.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';
import { processOf } from '../laws/registry.ts';
import { becomes, claimsOf, done, refusal, when, whenCreating } from '../support/decisions.ts';
import { liveOf, recordOf, seenOf } from '../support/fixtures.ts';
import { actors, people } from '../support/people.ts';

const buyer = people['buyer agent'];
const reaction = actors['system reaction'];
const worker = actors['system worker'];
const usageTable = () => openSqlite({ file: ':memory:' }).table('usage');

describe('an access key', () => {
  const entitlement = liveOf('entitlement', { data: { product: 'product-1' } });
  const template = (product: string) => liveOf('template', { data: { product } });
  const make = (over: object = {}) => whenCreating(buyer, 'accessKey', { refs: { entitlement, template: template('product-1') }, ...over });

  it('is the buyer’s, to a template of the product under contract, and rests on both', () => {
    expect(becomes(make())).toMatchObject({
      owner: 'buyer-a',
      data: { product: 'product-1', block: 0 },
      anchors: [
        { kind: 'entitlement', id: 'entitlement-1' },
        { kind: 'template', id: 'template-1' },
      ],
    });
    expect(make({ refs: { entitlement, template: template('product-2') } })).toEqual({
      refused: { code: 'reference_not_found', about: { reference: 'template' } },
    });
    expect(refusal(make({ refs: { entitlement, template: seenOf(recordOf('template', 'submitted')) } }))).toBe('template_not_live');
    expect(refusal(make({ refs: { entitlement: liveOf('entitlement', { owner: 'buyer-b' }) } }))).toBe('reference_not_found');
    for (const broken of [{ entitlement: { kind: 'grant', id: 'grant-1' } }, { template: { kind: 'product', id: 'product-1' } }])
      expect(refusal(make({ broken }))).toBe('authority_broken');
  });

  it('is called no oftener in a minute than the rule base allows', () => {
    expect(refusal(make({ input: { perMinute: 300 } }))).toBeUndefined();
    expect(make({ input: { perMinute: 301 } })).toEqual({ refused: { code: 'rate_over_bound', about: { most: 300 } } });
  });

  it('shows its token once, whoever asks again', () => {
    const drawn = becomes(when(buyer, 'drawToken', recordOf('accessKey', 'active')));
    expect(refusal(when(buyer, 'drawToken', drawn))).toBe('token_drawn');
    expect(refusal(when({ ...buyer, id: 'colleague' }, 'drawToken', drawn))).toBe('token_drawn');
  });

  it('leases each block once from its contract, and gives back what it did not use', () => {
    const active = recordOf('accessKey', 'active', { data: { block: 2, entitlement: 'entitlement-1' } });
    const lease = (block: number) => when(worker, 'lease', active, { input: { block, amount: 25 } });
    expect(done(lease(3)).effects).toEqual([
      { take: 'queries#entitlement-1', amount: 25, or: 'quota_exhausted' },
      { allow: 'queries#service#accessKey-1#3', amount: 25 },
    ]);
    for (const block of [2, 4]) expect(refusal(lease(block))).toBe('already_exists');
    const revoked = becomes(when(buyer, 'revoke', active, { input: { reason: '密钥已轮换。' } }));
    expect(done(when(reaction, 'giveBack', revoked, { input: { block: 2, amount: 7 } })).effects).toEqual([
      { take: 'queries#service#accessKey-1#2', amount: 7, or: 'quota_exhausted' },
      { take: 'queries#entitlement-1', amount: -7, or: 'quota_exhausted' },
    ]);
    expect(refusal(when(worker, 'lease', revoked, { input: { block: 3, amount: 1 } }))).toBe('wrong_state');
  });
});

describe('a question of the service', () => {
  const service = { accessKey: 'accessKey-1', requestId: '0b5a1c1e-6c58-4f0c-9d0a-1f4f8f6f2c11' };
  const entitlement = liveOf('entitlement', { data: { product: 'product-1' } });
  const template = liveOf('template', { data: { product: 'product-1' } });
  const ask = (key: object, over: object = {}) =>
    whenCreating(buyer, 'query', {
      input: { entitlement: 'entitlement-1', template: 'template-1', arguments: [], service },
      refs: { entitlement, template: [template], accessKey: [liveOf('accessKey', { data: { block: 4, ...key } })] },
      ...over,
    });

  it('takes from the block of its key, and from nothing else', () => {
    expect(done(ask({})).effects).toEqual([{ take: 'queries#service#accessKey-1#4', amount: 1, or: 'quota_exhausted' }]);
    expect(done(ask({})).next.data).toMatchObject({ service });
  });

  it('is asked under the contract and by the template of its key, while that is live', () => {
    for (const key of [{ entitlement: 'entitlement-2' }, { template: 'template-2' }]) expect(refusal(ask(key))).toBe('reference_not_found');
    const refs = (accessKey: object) => ({ refs: { entitlement, template: [template], accessKey: [accessKey] } });
    expect(refusal(ask({}, refs(seenOf(recordOf('accessKey', 'revoked')))))).toBe('access_key_not_live');
    expect(refusal(ask({}, refs(liveOf('accessKey', { owner: 'buyer-b' }))))).toBe('reference_not_found');
  });
});

describe('a month of calls', () => {
  const row = (n: number, outcome: Outcome, at = '2026-10-31T15:59:59.000Z'): Metered => ({
    query: `key-1.${n}`,
    entitlement: 'entitlement-1',
    accessKey: n % 2 === 0 ? 'key-1' : 'key-2',
    requestId: `${n}`,
    at,
    outcome,
    rows: n,
    bytes: 10 * n,
    ms: 1,
  });

  it('is that of Shanghai', () => {
    expect([monthOf('2026-10-31T15:59:59.000Z'), monthOf('2026-10-31T16:00:00.000Z')]).toEqual(['2026-10', '2026-11']);
    expect([lastDayOf('2026-10'), lastDayOf('2026-12'), lastDayOf('2028-02')]).toEqual(['2026-10-31', '2026-12-31', '2028-02-29']);
  });

  it('holds each call once however often it is told, and is shown as it was metered', async () => {
    const meter = openMeter(usageTable());
    const rows = [row(1, 'released'), row(2, 'released'), row(3, 'refused'), row(4, 'withheld')];
    const told = await Promise.all([...rows, ...rows, ...rows].map(async (one) => meter.record(one, ['2026-10'])));
    expect(new Set(told)).toEqual(new Set(['2026-10']));
    const kept = await meter.rows('entitlement-1', '2026-10');
    expect(kept).toEqual(rows);
    expect(sumOf(kept)).toEqual({ calls: 4, released: 2, refused: 1, withheld: 1, cancelled: 0, rows: 10, bytes: 100 });
    const rolled = await meter.rolled('entitlement-1');
    expect(rolled.map(({ usage }) => usage.calls)).toEqual([2, 2]);
    expect(rolled.reduce((sum, { usage }) => sum + usage.bytes, 0)).toBe(100);
  });

  it('takes no more once it is billed: what is heard of late is the next month’s, once', async () => {
    const meter = openMeter(usageTable());
    await meter.record(row(1, 'released'), ['2026-10', '2026-11']);
    await meter.close('entitlement-1', '2026-10');
    for (const _again of [1, 2]) {
      expect(await meter.record(row(1, 'released'), ['2026-10', '2026-11'])).toBe('2026-10');
      expect(await meter.record(row(2, 'released'), ['2026-10', '2026-11'])).toBe('2026-11');
    }
    expect(await meter.record(row(3, 'released'), ['2026-10'])).toBeUndefined();
    expect((await meter.rows('entitlement-1', '2026-10')).length + (await meter.rows('entitlement-1', '2026-11')).length).toBe(2);
  });
});

describe('a minute', () => {
  it('lets in as many as a key may call, of however many at once, and the next one anew', async () => {
    const at = new Date('2026-11-23T02:00:42.000Z');
    const table = openSqlite({ file: ':memory:', now: () => at.getTime() }).table('usage');
    const all = await Promise.all(Array.from({ length: 60 }, async () => countCall(table, 'key-1', 20, at)));
    expect(all.filter((wait) => wait === undefined)).toHaveLength(20);
    expect(new Set(all.filter((wait) => wait !== undefined))).toEqual(new Set([18]));
    expect(await countCall(table, 'key-2', 1, at)).toBeUndefined();
    expect(await countCall(table, 'key-1', 20, new Date('2026-11-23T02:01:00.000Z'))).toBeUndefined();
  });
});

describe('the bill of a month', () => {
  const usage = { calls: 9, released: 6, refused: 2, withheld: 1, cancelled: 0, rows: 60, bytes: 600 };
  const issue = (callPriceFen: number) =>
    becomes(when(reaction, 'issue', recordOf('usageBill', 'metering', { data: { callPriceFen } }), { input: { usage } }));

  it('counts what was released at the price of the contract, and is settled where that is nothing', () => {
    expect(issue(250)).toMatchObject({ status: 'issued', data: { amountFen: 1500 } });
    expect(issue(0)).toMatchObject({ status: 'settled', data: { amountFen: 0 } });
    const contract = liveOf('contract', {
      data: { terms: { ...(recordOf('contract', 'signed').data['terms'] as object), callPriceFen: 250 } },
    });
    const opened = becomes(whenCreating(reaction, 'usageBill', { refs: { contract } }));
    expect(opened).toMatchObject({ owner: 'buyer-a', party: 'operator-a', data: { callPriceFen: 250 } });
  });

  it('is paid in full, by a transfer that paid nothing else', () => {
    const pay = (amountFen: number) =>
      when(people['venue cashier'], 'confirmPayment', issue(250), { input: { amountFen, remittance: 'HK-123456' } });
    expect(pay(1499)).toEqual({ refused: { code: 'amount_differs', about: { dueFen: 1500 } } });
    const paid = becomes(pay(1500));
    expect(claimsOf(paid)).toEqual(['remittance#HK-123456']);
    expect(claimsOf(becomes(when(reaction, 'settle', paid)))).toEqual(['remittance#HK-123456']);
  });
});

describe('the price of a call', () => {
  it('stays below the ceiling of its product (发改价格〔2025〕65号), and goes from the offer through the order into the contract', () => {
    const product = seenOf(recordOf('product', 'approved', { data: { ceilingFen: 500 } }));
    const offer = (callPriceFen: number) =>
      whenCreating(people['operator agent'], 'listing', { refs: { product }, input: { priceFen: 100, callPriceFen } });
    expect(refusal(offer(501))).toBe('price_over_ceiling');
    expect(becomes(offer(500)).data).toMatchObject({ callPriceFen: 500 });
    const listing = liveOf('listing', { data: { callPriceFen: 500 } });
    expect(becomes(whenCreating(buyer, 'order', { refs: { listing } })).data).toMatchObject({ callPriceFen: 500 });
    const order = liveOf('order', { data: { callPriceFen: 500 } });
    expect(becomes(whenCreating(reaction, 'contract', { refs: { order } })).data).toMatchObject({ terms: { callPriceFen: 500 } });
  });

  it('is told in the contract that both sides sign, and only where there is one', () => {
    const textOf = (callPriceFen?: number) => {
      const terms = {
        ...(recordOf('contract', 'signed').data['terms'] as object),
        ...(callPriceFen === undefined ? {} : { callPriceFen }),
      };
      const view = processOf('contract').view?.(buyer, recordOf('contract', 'signed', { data: { terms } }));
      return (view as { readonly text: { readonly zh: string; readonly en: string } }).text;
    };
    expect(textOf(250).zh).toContain('每放行一次另计人民币 2.50 元');
    expect(textOf(250).en).toContain('costs CNY 2.50 besides');
    expect(textOf(0)).toEqual(textOf());
  });
});
