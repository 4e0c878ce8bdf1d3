import type { Key, Table } from '../../shared/store/table.ts';

const minuteMs = 60_000;

/**
 * Counts a call in its minute, exactly, however many are sent at once.
 * @returns the seconds to the next minute where this one is used up, undefined where the call may go on
 */
export const countCall = async (table: Table, key: string, perMinute: number, now: Date): Promise<number | undefined> => {
  const begun = Math.floor(now.getTime() / minuteMs) * minuteMs;
  const minute: Key = { pk: `rate#${key}`, sk: new Date(begun).toISOString() };
  const take = async (): Promise<boolean> =>
    'ok' in (await table.transact([{ add: minute, name: 'left', by: -1, if: { atLeast: { name: 'left', amount: 1 } } }]));
  const open = async (): Promise<boolean> => {
    const expires = (begun + 2 * minuteMs) / 1000;
    return 'ok' in (await table.transact([{ put: { ...minute, left: perMinute - 1, expires }, if: { absent: true } }]));
  };
  // Another may open the minute between the two.
  const counted = (await take()) || (await open()) || (await take());
  return counted ? undefined : Math.ceil((begun + minuteMs - now.getTime()) / 1000);
};
