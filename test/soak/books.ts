import { isBalanced, type Transfer } from '../../functions/settlement/posting.ts';
import type { Entry } from '../../contracts/disclosure.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import type { Visit } from '../support/ledger.ts';
import type { Found } from './audit.ts';

/** What is marked as sequenced stands at its index. */
export const ledger = ({ items }: Found, { problems, entries }: Visit): readonly string[] => [
  ...problems,
  ...items.disclosure.flatMap(({ pk, sk, index }) =>
    pk.startsWith('event#') && sk === 'entry' && index !== undefined && `event#${entries[Number(index)]?.event}` !== pk
      ? [`${pk} is marked at ${Number(index)}, where the ledger holds ${entries[Number(index)]?.event}`]
      : [],
  ),
];

/** Once all is delivered, each event that discloses something stands in the ledger once, as it was disclosed. */
export const disclosed = ({ events }: Found, { entries }: Visit): readonly string[] => {
  const line = (event: Pick<Entry, 'event' | 'action' | 'at' | 'region' | 'disclosed'>): string =>
    canonical([event.event, event.action, event.at, event.region, event.disclosed]);
  const told = [...events.values()]
    .flat()
    .flatMap(({ event: { id, action, at, region, public: open } }) =>
      open ? [line({ event: id, action, at, region, disclosed: { ...open } })] : [],
    );
  const texts = entries.filter(({ kind }) => kind !== 'log').map(line);
  const [toldOnce, entered] = [new Set(told), new Set(texts)];
  return [
    ...told.filter((text) => !entered.has(text)).map((text) => `not in the ledger: ${text.slice(0, 120)}`),
    ...texts.filter((text) => !toldOnce.has(text)).map((text) => `in the ledger and never disclosed: ${text.slice(0, 120)}`),
    ...(texts.length === entered.size ? [] : ['an entry stands twice in the ledger']),
  ];
};

const moved: Readonly<Record<string, readonly string[]>> = {
  paid: ['received'],
  delivering: ['received'],
  accepted: ['received', 'settled'],
  settled: ['received', 'settled'],
  refundDue: ['received'],
  refunded: ['received', 'refunded', 'paidBack'],
};
/** Every transfer balances, its postings are its lines, and all postings together are nothing. */
export const money = ({ items }: Found): readonly string[] => {
  const transfers = items.money.filter((i) => i.sk === 'transfer') as unknown as Transfer[];
  const postings = items.money.filter((i) => i.pk.startsWith('account#'));
  const lines = transfers.flatMap(({ id, lines: all }) => all.map(({ account, fen }) => `${id} account#${account} ${fen}`)).toSorted();
  const posted = postings.map((i) => `${String(i['transfer'])} ${i.pk} ${String(i['fen'])}`).toSorted();
  const total = postings.reduce((sum, i) => sum + BigInt(String(i['fen'])), 0n);
  return [
    ...transfers.filter((t) => !isBalanced(t)).map((t) => `${t.id} does not balance`),
    ...(lines.join('\n') === posted.join('\n') ? [] : ['postings and transfers differ']),
    ...(total === 0n ? [] : [`${total} fen came from nowhere`]),
  ];
};
/** Once all is delivered, the money of each order has moved as its status says, in its own amount, and escrow holds what is neither earned nor given back. */
export const settlements = ({ records, items }: Found): readonly string[] => {
  const transfers: ReadonlyMap<string, Transfer> = new Map(
    (items.money.filter((i) => i.sk === 'transfer') as unknown as Transfer[]).map((t) => [t.id, t]),
  );
  const orders = [...records.values()].filter((r) => r.kind === 'order');
  const wanted = orders.flatMap((r: Stored) => {
    const price = String((r.data as { priceFen?: number }).priceFen);
    return price === '0' ? [] : (moved[r.status] ?? []).map((step) => [`${step}:${r.id}`, price] as [string, string]);
  });
  const expected: ReadonlySet<string> = new Set(wanted.map(([id]) => id));
  return [
    ...wanted.filter(([id]) => !transfers.has(id)).map(([id]) => `${id} was not posted`),
    ...wanted
      .filter(([id, price]) => transfers.get(id)?.lines.some((l) => l.fen === `-${price}`) === false)
      .map(([id, price]) => `${id} is not of ${price} fen`),
    ...[...transfers.keys()].filter((id) => !expected.has(id)).map((id) => `${id} was posted for nothing`),
  ];
};
