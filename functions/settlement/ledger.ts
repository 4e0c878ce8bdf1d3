import type { Table } from '../../shared/store/table.ts';
import { isBalanced, type Account, type Transfer } from './posting.ts';

const page = 1000;
export type Posting = { readonly transfer: string; readonly fen: string; readonly at: string; readonly sort: string };

/**
 * The venue's books: append-only, double-entry, in fen. A transfer is written once under its id, with one posting for each line. No two
 * transfers share an item; what is owed on an account is derived from its postings, and decides nothing.
 */
export const openLedger = (table: Table) => {
  const postings = async (account: Account, after?: string): Promise<readonly Posting[]> =>
    (await table.query({ key: `account#${account}`, limit: page, ...(after === undefined ? {} : { after }) })).map((item) => ({
      transfer: String(item['transfer']),
      fen: String(item['fen']),
      at: String(item['at']),
      sort: item.sk,
    }));
  return {
    postings,
    /** Posts a transfer. Doing it twice is doing it once. @throws RangeError for lines that do not balance */
    post: async (transfer: Transfer, at: string): Promise<void> => {
      if (!isBalanced(transfer)) throw new RangeError('a transfer must balance');
      const result = await table.transact([
        { put: { pk: `transfer#${transfer.id}`, sk: 'transfer', ...transfer, at }, if: { absent: true } },
        ...transfer.lines.map(({ account, fen }) => ({
          put: { pk: `account#${account}`, sk: `${at}#${transfer.id}`, transfer: transfer.id, fen, at },
        })),
      ]);
      if ('failed' in result && result.failed !== 0) throw new Error('a posting was not written');
    },
    /** What is owed on an account, in fen. */
    total: async (account: Account): Promise<bigint> => {
      let sum = 0n;
      for (let after: string | undefined, full = true; full;) {
        const some = await postings(account, after);
        sum += some.reduce((part, { fen }) => part + BigInt(fen), 0n);
        after = some.at(-1)?.sort;
        full = some.length === page;
      }
      return sum;
    },
  };
};
