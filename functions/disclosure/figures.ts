import type * as z from 'zod';
import type { Entry } from '../../contracts/disclosure.ts';
import type { Covered, Figures } from '../../contracts/report.ts';
import { dueAtDate } from '../../shared/kernel/calendar.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import { digest } from '../../shared/kernel/digest.ts';

export type Indexed = Entry & { readonly index: number };
/** Days of Shanghai (YYYY-MM-DD), both included. */
export type Period = { readonly from: string; readonly to: string };
type Fields = Readonly<Record<string, unknown>>;
/** A record as the ledger told of it until the end of a period. */
type Life = {
  readonly record: string;
  readonly fields: Fields;
  readonly status: string;
  readonly began: string;
  readonly during: readonly Indexed[];
  readonly basis: readonly Indexed[];
};

const shown = 100;
const shownIndexes = 20;
const text = (fields: Fields, name: string): string => (typeof fields[name] === 'string' ? fields[name] : '');
const fen = (fields: Fields, name: string): number => (typeof fields[name] === 'number' ? fields[name] : 0);
const total = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0);
const groups = <T>(items: readonly T[], keyOf: (item: T) => string): readonly (readonly T[])[] => [...Map.groupBy(items, keyOf).values()];

/** The instant at which a day of Shanghai begins, UTC. */
export const dayBegins = (day: string): string => new Date(`${day}T00:00:00+08:00`).toISOString();

/** What a figure rests on: `digest` is that of all indexes, ascending, as canonical JSON (RFC 8785). */
const basisOf = (entries: readonly Indexed[]): Figures['entries'] => {
  const indexes = [...new Set(entries.map(({ index }) => index))].toSorted((a, b) => a - b);
  return { count: indexes.length, indexes: indexes.slice(0, shownIndexes), digest: digest(canonical(indexes)) };
};

/** The records of a kind, each with where it stood when the period began and what happened to it meanwhile. */
const livesOf = (kind: string, known: readonly Indexed[], begins: string): readonly Life[] =>
  groups(
    known.filter((e) => e.kind === kind && 'status' in e.disclosed),
    (e) => e.record,
  ).map((told) => {
    const before = told.filter((e) => e.at < begins).slice(-1);
    const during = told.filter((e) => e.at >= begins);
    const fields: Fields = Object.assign({}, ...told.map((e) => e.disclosed));
    const began = text(before[0]?.disclosed ?? {}, 'status');
    return { record: told[0]?.record ?? '', fields, status: text(fields, 'status'), began, during, basis: [...before, ...during] };
  });
/** Those that were in this status at some moment of the period. */
const everIn = (lives: readonly Life[], status: string): readonly Life[] =>
  lives.filter(({ began, during }) => began === status || during.some((e) => e.disclosed['status'] === status));

const resourcesOf = (known: readonly Indexed[], period: Period, begins: string): Figures['resources'] =>
  everIn(livesOf('grant', known, begins), 'active')
    .filter(({ fields }) => text(fields, 'termEnd') >= period.from) // it ended with its term, whether or not a clock has said so
    .map(({ record, fields, status, basis }) => ({
      grant: record,
      resource: text(fields, 'resource'),
      source: text(fields, 'source'),
      agreement: text(fields, 'agreement'),
      termStart: text(fields, 'termStart'),
      termEnd: text(fields, 'termEnd'),
      status,
      basis: basisOf(basis),
    }));
const productsOf = (known: readonly Indexed[], begins: string): Figures['products'] =>
  everIn(livesOf('product', known, begins), 'approved').map(({ record, fields, status, basis }) => ({
    product: record,
    status,
    ceilingFen: fen(fields, 'ceilingFen'),
    basis: basisOf(basis),
  }));
const listingsOf = (known: readonly Indexed[], begins: string): Figures['listings'] =>
  everIn(livesOf('listing', known, begins), 'listed').map(({ record, fields, status, basis }) => ({
    listing: record,
    product: text(fields, 'product'),
    status,
    priceFen: fen(fields, 'priceFen'),
    basis: basisOf(basis),
  }));

/** Orders that reached a status in the period, each once. */
const reached = (happened: readonly Indexed[], status: string): readonly Indexed[] =>
  groups(
    happened.filter((e) => e.kind === 'order' && e.disclosed['status'] === status),
    (e) => e.record,
  ).flatMap((told) => told.slice(0, 1));
/** The actual prices: how often each was paid for each product. */
const tradesOf = (accepted: readonly Indexed[]): Figures['trades'] =>
  groups(accepted, (e) => `${text(e.disclosed, 'product')}#${fen(e.disclosed, 'priceFen')}`).map((sold) => {
    const [{ disclosed } = { disclosed: {} }] = sold;
    const priceFen = fen(disclosed, 'priceFen');
    return {
      product: text(disclosed, 'product'),
      priceFen,
      number: sold.length,
      volumeFen: priceFen * sold.length,
      basis: basisOf(sold),
    };
  });

const halting: ReadonlySet<string> = new Set(['suspend', 'revoke', 'terminate', 'seal']);
const haltsOf = (happened: readonly Indexed[]): Figures['halts'] =>
  happened.filter((e) => halting.has(e.action)).map(({ kind, record, action, at, index }) => ({ kind, record, action, at, index }));
const lateOf = (happened: readonly Indexed[]): Figures['late'] =>
  happened.flatMap(({ kind, record, at, index, disclosed }) =>
    typeof disclosed['overdue'] === 'string' ? [{ kind, record, overdue: disclosed['overdue'], at, index }] : [],
  );

/** The entries in the order of the ledger, each once, as far as the period goes. */
const until = (entries: readonly Indexed[], ends: string): readonly Indexed[] =>
  [...new Map(entries.map((e) => [e.index, e])).values()].filter((e) => e.at < ends).toSorted((a, b) => a.index - b.index);

/**
 * What an organisation's entries of the public ledger say of a period, whatever their order: what it was authorised to use, offered, sold at
 * which prices, what was halted and what was late. Amounts are integer fen. Earlier entries tell how things stood when the period began and
 * count as nothing that happened in it. Each figure names the entries it rests on, so that anyone can count again.
 * Requirements §3.1 (NDA notice of 2026-02-10: authorised resources, product list, actual prices, fee ceilings) and §3.2.
 */
export const figuresOf = (entries: readonly Indexed[], period: Period): Figures => {
  const begins = dayBegins(period.from);
  const known = until(entries, dueAtDate(period.to));
  const happened = known.filter((e) => e.at >= begins);
  const accepted = reached(happened, 'accepted');
  const refunded = reached(happened, 'refunded');
  const lines = {
    resources: resourcesOf(known, period, begins),
    products: productsOf(known, begins),
    listings: listingsOf(known, begins),
    trades: tradesOf(accepted),
    halts: haltsOf(happened),
    late: lateOf(happened),
  };
  const totals = {
    resources: lines.resources.length,
    products: lines.products.length,
    listings: lines.listings.length,
    trades: accepted.length,
    volumeFen: total(lines.trades.map((t) => t.volumeFen)),
    refunds: refunded.length,
    refundedFen: total(refunded.map((e) => fen(e.disclosed, 'priceFen'))),
    halts: lines.halts.length,
    late: lines.late.length,
  };
  return {
    totals,
    resources: lines.resources.slice(0, shown),
    products: lines.products.slice(0, shown),
    listings: lines.listings.slice(0, shown),
    trades: lines.trades.slice(0, shown),
    halts: lines.halts.slice(0, shown),
    late: lines.late.slice(0, shown),
    omitted: total(Object.values(lines).map((list) => Math.max(0, list.length - shown))),
    entries: basisOf(happened),
    digest: digest(canonical({ totals, ...lines })),
  };
};

const names = (value: unknown, ids: ReadonlySet<string>): boolean => [value].flat().some((id) => typeof id === 'string' && ids.has(id));
/** Entries of a kind that name one of these records in a field, or tell more of a record that did. */
const below = (entries: readonly Indexed[], kind: string, field: string, ids: ReadonlySet<string>): readonly Indexed[] => {
  const of = entries.filter((e) => e.kind === kind);
  const records = new Set(of.filter((e) => names(e.disclosed[field], ids)).map((e) => e.record));
  return of.filter((e) => records.has(e.record));
};
const recordsOf = (entries: readonly Indexed[]): ReadonlySet<string> => new Set(entries.map((e) => e.record));

/** What was done under these agreements, down to the trades: what whoever organised them answers for, of all that their operators did. */
export const under = (entries: readonly Indexed[], agreements: readonly Pick<z.output<typeof Covered>, 'id'>[]): readonly Indexed[] => {
  const ids = new Set(agreements.map(({ id }) => id));
  const grants = below(entries, 'grant', 'agreement', ids);
  const scenarios = below(entries, 'scenario', 'grants', recordsOf(grants));
  const products = below(entries, 'product', 'scenario', recordsOf(scenarios));
  const listings = below(entries, 'listing', 'product', recordsOf(products));
  const orders = below(entries, 'order', 'product', recordsOf(products));
  return [
    ...entries.filter((e) => e.kind === 'agreement' && ids.has(e.record)),
    ...grants,
    ...scenarios,
    ...products,
    ...listings,
    ...orders,
  ];
};
