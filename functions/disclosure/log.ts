import { canonical } from '../../shared/kernel/canonical.ts';
import { append, emptyFrontier, inclusionProof, leafHash, root, type Frontier, type Hash } from './merkle.ts';
import type { Item, Key, Table } from '../../shared/store/table.ts';

/** One thing made public: which action of which record, when, and the fields that the action chose to disclose. */
export type Disclosure = {
  readonly event: string;
  readonly kind: string;
  readonly record: string;
  readonly action: string;
  readonly at: string;
  readonly region: string;
  readonly disclosed: object;
};
export type Head = { readonly size: number; readonly root: string; readonly algorithm: 'sha256'; readonly at: string };
export type Entry = { readonly index: number; readonly entry: Disclosure };

const headKey: Key = { pk: 'log', sk: 'head' };
const seenKey = (event: string): Key => ({ pk: `event#${event}`, sk: 'index' });
const entryKey = (index: number): Key => ({ pk: `entries#${Math.floor(index / 256)}`, sk: String(index).padStart(12, '0') });
const hex = (hash: Hash): string => Buffer.from(hash).toString('hex');
const bytes = (text: string): Hash => Buffer.from(text, 'hex');
const attempts = 50;

/**
 * The disclosure ledger: an append-only log with a Merkle root (RFC 6962 §2.1, SHA-256). Each entry is written once, under its event, in one
 * transaction with the head, by compare-and-swap on the head's size; so no root is ever shown that the entries do not give.
 */
export const openLog = (table: Table) => {
  const headItem = async (): Promise<{ item: Item | undefined; frontier: Frontier }> => {
    const [item] = await table.get([headKey]);
    if (!item) return { item, frontier: emptyFrontier };
    return { item, frontier: { size: item['size'] as number, peaks: (item['peaks'] as string[]).map(bytes) } };
  };
  const attempt = async (disclosure: Disclosure, at: string): Promise<boolean> => {
    const [seen] = await table.get([seenKey(disclosure.event)]);
    if (seen) return true;
    const { item, frontier } = await headItem();
    const text = canonical(disclosure);
    const leaf = leafHash(Buffer.from(text));
    const next = append(frontier, [leaf]);
    const head = { ...headKey, size: next.size, root: hex(root(next)), peaks: next.peaks.map(hex), at };
    const result = await table.transact([
      { put: head, if: item ? { equals: { size: frontier.size } } : { absent: true } },
      { put: { ...entryKey(frontier.size), text, leaf: hex(leaf) }, if: { absent: true } },
      { put: { ...seenKey(disclosure.event), index: frontier.size }, if: { absent: true } },
    ]);
    return 'ok' in result;
  };
  const entries = async (from: number, to: number): Promise<readonly Item[]> => {
    const keys = Array.from({ length: Math.max(0, to - from) }, (_, n) => entryKey(from + n));
    return (await table.get(keys)).map((item) => {
      if (!item) throw new Error('an entry of the log is missing');
      return item;
    });
  };
  const head = async (): Promise<Head> => {
    const { item, frontier } = await headItem();
    return { size: frontier.size, root: hex(root(frontier)), algorithm: 'sha256', at: (item?.['at'] as string | undefined) ?? '' };
  };
  return {
    head,
    /** Appends once, whatever is repeated. */
    append: async (disclosure: Disclosure, at: string): Promise<void> => {
      for (let tried = 0; tried < attempts; tried += 1) if (await attempt(disclosure, at)) return;
      throw new Error('the log was too busy');
    },
    /** Entries `from` (inclusive) to `to` (exclusive). */
    read: async (from: number, to: number): Promise<readonly Entry[]> =>
      (await entries(from, to)).map((item, n) => ({ index: from + n, entry: JSON.parse(String(item['text'])) as Disclosure })),
    /** The index of an event's entry; undefined where it is not in the log. */
    indexOf: async (event: string): Promise<number | undefined> => (await table.get([seenKey(event)]))[0]?.['index'] as number | undefined,
    /** The audit path of an entry in the tree of `size` (RFC 6962 §2.1.1), in hex. */
    proof: async (index: number, size: number): Promise<readonly string[]> => {
      const leaves = (await entries(0, size)).map((item) => bytes(String(item['leaf'])));
      const subtree = ({ level, index: at }: { level: number; index: number }): Hash =>
        root(append(emptyFrontier, leaves.slice(at << level, (at + 1) << level)));
      return inclusionProof(index, size, subtree).map(hex);
    },
  };
};
