import {
  leafHash,
  append,
  consistencyProof,
  emptyFrontier,
  root,
  verifyConsistency,
  type Hash,
} from '../../functions/disclosure/merkle.ts';
import { isBalanced, type Transfer } from '../../functions/settlement/posting.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import type { Found } from './audit.ts';

/** The ledger's head as a visitor may have noted it. */
export type Head = { readonly size: number; readonly root: string };
const hex = (hash: Hash): string => Buffer.from(hash).toString('hex');
const treeOf = (leaves: readonly Hash[]): Hash => root(append(emptyFrontier, leaves));

export const headOf = ({ items }: Found): Head => {
  const head = items.disclosure.find((i) => i.pk === 'log' && i.sk === 'head');
  return head ? { size: Number(head['size']), root: String(head['root']) } : { size: 0, root: hex(treeOf([])) };
};

/** The root is what the entries give, no entry is missing, and every head noted earlier is the head of a beginning of them. */
export const ledger = (all: Found, earlier: readonly Head[]): readonly string[] => {
  const head = headOf(all);
  const entries = all.items.disclosure.filter((i) => i.pk.startsWith('entries#')).toSorted((a, b) => (a.sk < b.sk ? -1 : 1));
  const leaves = entries.map((i) => leafHash(Buffer.from(String(i['text']))));
  const now = treeOf(leaves);
  const hashAt = ({ level, index }: { level: number; index: number }): Hash => treeOf(leaves.slice(index << level, (index + 1) << level));
  const proved = ({ size, root: before }: Head): boolean =>
    size <= leaves.length &&
    verifyConsistency(size, leaves.length, Buffer.from(before, 'hex'), now, consistencyProof(size, leaves.length, hashAt));
  return [
    ...(entries.length === head.size && entries.every((i, n) => Number(i.sk) === n)
      ? []
      : [`the head counts ${head.size}, there are ${entries.length} entries`]),
    ...(hex(now) === head.root ? [] : ['the root is not that of the entries']),
    ...earlier.filter((one) => !proved(one)).map((one) => `the head of ${one.size} entries is not a beginning of the present one`),
  ];
};

/** Once all is delivered, each event that discloses something stands in the ledger once, as it was disclosed. */
export const disclosed = ({ events, items }: Found): readonly string[] => {
  const texts = items.disclosure.filter((i) => i.pk.startsWith('entries#')).map((i) => String(i['text']));
  const told = [...events.values()]
    .flat()
    .filter(({ event }) => event.public !== undefined)
    .map(({ event: { id, kind, record, action, at, region, public: open = {} } }) =>
      canonical({ event: id, kind, record, action, at, region, disclosed: open }),
    );
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
