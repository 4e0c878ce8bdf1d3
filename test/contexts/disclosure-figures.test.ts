import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Figures } from '../../contracts/report.ts';
import { dayBegins, figuresOf, under, type Indexed, type Period } from '../../functions/disclosure/figures.ts';
import { nextQuarterEnd, quarterEnd, quarterTo } from '../../functions/disclosure/rules.ts';
import { dueAtDate } from '../../shared/kernel/calendar.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import { digest } from '../../shared/kernel/digest.ts';

const year: Period = { from: '2026-01-01', to: '2026-12-31' };

// a ledger

let index = 0;
const entry = (kind: string, record: string, action: string, at: string, disclosed: object): Indexed => ({
  schema: 1,
  event: `${kind}.${record}.${(index += 1)}`,
  index,
  kind,
  record,
  action,
  seat: 'seat',
  at,
  region: '3212',
  disclosed: { id: record, ...disclosed },
  commitments: {},
});
const granted = (record: string, action: string, status: string, at: string, agreement = 'agreement-1') =>
  entry('grant', record, action, at, {
    status,
    operator: 'operator-a',
    source: 'source-a',
    resource: `resource-of-${record}`,
    agreement,
    termStart: '2025-01-01',
    termEnd: '2029-12-31',
  });
const sold = (record: string, at: string, priceFen: number, product = 'product-1') =>
  entry('order', record, 'accept', at, { status: 'accepted', product, priceFen });

const at = fc
  .date({ min: new Date('2025-06-01T00:00:00Z'), max: new Date('2027-06-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());
const one = fc.oneof(
  fc.record({ at, n: fc.nat(4), status: fc.constantFrom('active', 'suspended', 'revoked') }).map((g) => ({
    ...g,
    told: () => granted(`grant-${g.n}`, { active: 'consent', suspended: 'suspend', revoked: 'revoke' }[g.status] ?? '', g.status, g.at),
  })),
  fc
    .record({ at, n: fc.nat(30), priceFen: fc.constantFrom(0, 100, 250), product: fc.constantFrom('product-1', 'product-2') })
    .map((o) => ({ ...o, told: () => sold(`order-${o.n}`, o.at, o.priceFen, o.product) })),
  fc.record({ at, n: fc.nat(30) }).map((o) => ({
    ...o,
    told: () => entry('order', `order-${o.n}`, 'refund', o.at, { status: 'refunded', product: 'product-1', priceFen: 7 }),
  })),
  fc.record({ at, status: fc.constantFrom('listed', 'suspended', 'delisted') }).map((l) => ({
    ...l,
    told: () => entry('listing', 'listing-1', 'approve', l.at, { status: l.status, product: 'product-1', priceFen: 100 }),
  })),
  fc
    .record({ at, n: fc.nat(3) })
    .map((o) => ({ ...o, told: () => entry('disclosureRecord', `report-${o.n}`, 'overdue', o.at, { overdue: 'disclosure' }) })),
);
/** A ledger in the order in which things happened; each order is accepted and refunded once at most. */
const ledger = fc.array(one, { maxLength: 60 }).map((events) => {
  const once = new Set<string>();
  return events
    .toSorted((a, b) => (a.at < b.at ? -1 : 1))
    .map(({ told }) => told())
    .filter((e) => {
      const key = e.kind === 'order' ? `${e.action} ${e.record}` : String(e.index);
      return once.has(key) ? false : once.add(key);
    });
});
const additive = ['trades', 'volumeFen', 'refunds', 'refundedFen', 'halts', 'late'] as const;
const sum = (all: readonly Figures[], name: (typeof additive)[number]): number => all.reduce((n, f) => n + f.totals[name], 0);
const quarters = (of: Period): readonly Period[] => {
  const first = quarterEnd(of.from);
  const second = nextQuarterEnd(first);
  const third = nextQuarterEnd(second);
  return [first, second, third, nextQuarterEnd(third)].map(quarterTo);
};

describe('the figures of a period', () => {
  it('are the same whatever the order in which the entries are read, and however often', () => {
    fc.assert(
      fc.property(
        ledger.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 }))),
        ([all, shuffled]) => {
          expect(figuresOf(shuffled, year)).toEqual(figuresOf(all, year));
        },
      ),
    );
  });

  it('of four quarters sum to those of the year, where something is counted that happens', () => {
    fc.assert(
      fc.property(ledger, (all) => {
        const whole = figuresOf(all, year);
        const parts = quarters(year).map((quarter) => figuresOf(all, quarter));
        for (const name of additive) expect([name, sum(parts, name)]).toEqual([name, whole.totals[name]]);
        expect(parts.reduce((n, f) => n + f.entries.count, 0)).toBe(whole.entries.count);
      }),
    );
  });

  it('count nothing that happened outside it', () => {
    fc.assert(
      fc.property(ledger, (all) => {
        const [begins, ends] = [dayBegins(year.from), dueAtDate(year.to)];
        const later = all.filter((e) => e.at < ends);
        expect(figuresOf(later, year)).toEqual(figuresOf(all, year));
        const within = figuresOf(
          all.filter((e) => e.at >= begins),
          year,
        );
        for (const name of additive) expect(within.totals[name]).toBe(figuresOf(all, year).totals[name]);
      }),
    );
  });

  it('name the entries they rest on, so that anyone can count again', () => {
    fc.assert(
      fc.property(ledger, (all) => {
        const { trades, totals, halts, late } = figuresOf(all, year);
        const by = new Map(all.map((e) => [e.index, e]));
        for (const line of trades) {
          const orders = line.basis.indexes.map((n) => by.get(n));
          if (line.number <= 20) expect(line.basis.digest).toBe(digest(canonical(line.basis.indexes)));
          expect(line.number).toBe(line.basis.count);
          expect(line.volumeFen).toBe(line.number * line.priceFen);
          for (const order of orders) expect(order?.disclosed).toMatchObject({ product: line.product, priceFen: line.priceFen });
        }
        expect(trades.reduce((n, line) => n + line.number, 0)).toBe(totals.trades);
        for (const line of [...halts, ...late]) expect(by.get(line.index)?.record).toBe(line.record);
      }),
    );
  });

  it('fit what a disclosure may hold, and say how much they leave out', () => {
    const many = Array.from({ length: 250 }, (_, n) => sold(`order-${n}`, '2026-05-05T00:00:00.000Z', n));
    const figures = figuresOf(many, year);
    expect(Figures.parse(figures)).toEqual(figures);
    expect([figures.totals.trades, figures.trades.length, figures.omitted]).toEqual([250, 100, 150]);
    const alike = figuresOf(
      many.map((e) => ({ ...e, disclosed: { ...e.disclosed, priceFen: 5 } })),
      year,
    );
    expect(alike.trades).toHaveLength(1);
    expect([alike.trades[0]?.basis.count, alike.trades[0]?.basis.indexes.length]).toEqual([250, 20]);
  });

  it('begin and end at midnight in Shanghai', () => {
    const all = ['2025-12-31T15:59:59.999Z', '2025-12-31T16:00:00.000Z', '2026-12-31T15:59:59.999Z', '2026-12-31T16:00:00.000Z'].map(
      (t, n) => sold(`order-${n}`, t, 100),
    );
    expect(figuresOf(all, year).totals).toMatchObject({ trades: 2, volumeFen: 200 });
  });

  it('show what was authorised at any moment of it: what stood when it began too, and what had ended before not', () => {
    const all = [
      granted('of-old', 'consent', 'active', '2025-03-01T00:00:00.000Z'),
      granted('gone', 'consent', 'active', '2025-03-01T00:00:00.000Z'),
      granted('gone', 'revoke', 'revoked', '2025-09-01T00:00:00.000Z'),
      granted('ending', 'consent', 'active', '2025-03-01T00:00:00.000Z'),
      granted('ending', 'revoke', 'revoked', '2026-02-01T00:00:00.000Z'),
      granted('ahead', 'consent', 'active', '2027-01-02T00:00:00.000Z'),
    ];
    const { resources, halts } = figuresOf(all, year);
    expect(resources.map(({ grant, status }) => [grant, status])).toEqual([
      ['of-old', 'active'],
      ['ending', 'revoked'],
    ]);
    expect(halts.map(({ record, action }) => [record, action])).toEqual([['ending', 'revoke']]);
  });

  it('of whoever organises agreements are those of what was done under them, down to the trades, and of no other', () => {
    const chain = (n: string) => [
      granted(`grant-${n}`, 'consent', 'active', '2026-02-01T00:00:00.000Z', `agreement-${n}`),
      entry('scenario', `scenario-${n}`, 'approve', '2026-02-02T00:00:00.000Z', { status: 'approved', grants: [`grant-${n}`] }),
      entry('product', `product-${n}`, 'approve', '2026-02-03T00:00:00.000Z', {
        status: 'approved',
        scenario: `scenario-${n}`,
        ceilingFen: 500,
      }),
      entry('listing', `listing-${n}`, 'approve', '2026-02-04T00:00:00.000Z', { status: 'listed', product: `product-${n}`, priceFen: 400 }),
      sold(`order-${n}`, '2026-02-05T00:00:00.000Z', 400, `product-${n}`),
    ];
    const figures = figuresOf(under([...chain('1'), ...chain('2')], [{ id: 'agreement-1' }]), year);
    expect(figures.resources.map((r) => r.grant)).toEqual(['grant-1']);
    expect(figures.products.map((p) => [p.product, p.ceilingFen])).toEqual([['product-1', 500]]);
    expect(figures.listings.map((l) => [l.listing, l.priceFen])).toEqual([['listing-1', 400]]);
    expect(figures.trades.map((t) => [t.product, t.number])).toEqual([['product-1', 1]]);
  });
});
