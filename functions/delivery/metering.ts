import { outcomes, type Outcome, type Usage } from '../../contracts/delivery.ts';
import type { Item, Key, Operation, Table } from '../../shared/store/table.ts';

/** What one call came to: which, by which key, when it was decided, after how many milliseconds, and how much was answered. */
export type Metered = {
  readonly query: string;
  readonly entitlement: string;
  readonly accessKey: string;
  readonly requestId: string;
  readonly at: string;
  readonly outcome: Outcome;
  readonly rows: number;
  readonly bytes: number;
  readonly ms: number;
};
/** What was metered of one key in one month. */
export type Rolled = { readonly month: string; readonly accessKey: string; readonly usage: Usage };

const page = 1000;
const counted = [...outcomes, 'rows', 'bytes'] as const;
const nothing: Usage = { calls: 0, released: 0, refused: 0, withheld: 0, cancelled: 0, rows: 0, bytes: 0 };
const rowsOf = (entitlement: string, month: string): string => `usage#${entitlement}#${month}`;
const rolledOf = (entitlement: string): string => `usage#${entitlement}`;
const closedKey = (entitlement: string, month: string): Key => ({ pk: `closed#${entitlement}#${month}`, sk: 'closed' });
const readRow = ({ pk: _pk, sk: _sk, ...row }: Item): Metered => row as unknown as Metered;

/** What rows come to together. */
export const sumOf = (rows: readonly Metered[]): Usage =>
  rows.reduce<Usage>(
    (sum, row) => ({
      ...sum,
      calls: sum.calls + 1,
      [row.outcome]: sum[row.outcome] + 1,
      rows: sum.rows + row.rows,
      bytes: sum.bytes + row.bytes,
    }),
    nothing,
  );

export type Meter = ReturnType<typeof openMeter>;

/**
 * The meter of the data service: one row for each call, written once whatever is repeated, and in the same transaction what pages show of it,
 * rolled up by key and month. A month that was closed takes no more rows, so that its bill is the sum of them for ever.
 */
export const openMeter = (table: Table) => {
  const readAll = async (key: string): Promise<readonly Item[]> => {
    const all: Item[] = [];
    for (let after: string | undefined, full = true; full;) {
      const some = await table.query({ key, limit: page, ...(after === undefined ? {} : { after }) });
      all.push(...some);
      after = some.at(-1)?.sk;
      full = some.length === page;
    }
    return all;
  };
  return {
    /** Writes the row of a call into the first of these months that is not closed. @returns which, or undefined where all are. */
    record: async (row: Metered, months: readonly string[]): Promise<string | undefined> => {
      for (const month of months) {
        const { entitlement, accessKey, query, at, outcome, rows, bytes } = row;
        const amounts: readonly (readonly [(typeof counted)[number], number])[] = [
          [outcome, 1],
          ['rows', rows],
          ['bytes', bytes],
        ];
        const rolled = amounts.flatMap(([name, by]): readonly Operation[] =>
          by === 0 ? [] : [{ add: { pk: rolledOf(entitlement), sk: `${month}#${accessKey}#${name}` }, name: 'count', by }],
        );
        const mark: Key = { pk: `metered#${query}`, sk: 'row' };
        const result = await table.transact([
          { put: { ...mark, month }, if: { absent: true } },
          { check: closedKey(entitlement, month), if: { absent: true } },
          { put: { pk: rowsOf(entitlement, month), sk: `${at}#${query}`, ...row }, if: { absent: true } },
          ...rolled,
        ]);
        if ('ok' in result) return month;
        if (result.failed !== 1) {
          const [known] = await table.get([mark]);
          return known && String(known['month']);
        }
      }
      return undefined;
    },
    /** From now on nothing more is metered in this month. */
    close: async (entitlement: string, month: string): Promise<void> => {
      await table.transact([{ put: { ...closedKey(entitlement, month) }, if: { absent: true } }]);
    },
    rows: async (entitlement: string, month: string): Promise<readonly Metered[]> =>
      (await readAll(rowsOf(entitlement, month))).map(readRow),
    /** What pages show, by month and key, the latest month first. */
    rolled: async (entitlement: string): Promise<readonly Rolled[]> => {
      const lines = new Map<string, Rolled>();
      for (const item of await readAll(rolledOf(entitlement))) {
        const [month = '', accessKey = '', name = ''] = item.sk.split('#');
        const line = lines.get(`${month}#${accessKey}`) ?? { month, accessKey, usage: nothing };
        const count = Number(item['count']);
        const calls = line.usage.calls + (outcomes.some((one) => one === name) ? count : 0);
        lines.set(`${month}#${accessKey}`, { ...line, usage: { ...line.usage, calls, [name]: count } });
      }
      return [...lines.values()].toSorted((a, b) => (a.month < b.month ? 1 : -1));
    },
  };
};
