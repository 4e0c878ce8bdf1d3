import { blockOf, outcomes, type AccessKey, type UsageBill } from '../../contracts/delivery.ts';
import type { Query } from '../../contracts/query.ts';
import type { Entitlement } from '../../contracts/trade.ts';
import type { Reaction } from '../../shared/edge/context.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { openMeter, sumOf, type Metered } from './metering.ts';
import { monthOf } from './months.ts';

const reaction = { type: 'system', id: 'reaction' } as const;

/** What a query of the service has come to, as a row of the meter; undefined for any other query, or one that is still worked on. */
const rowOf = ({ id, status, data, since }: Stored<typeof Query>): Metered | undefined => {
  const outcome = outcomes.find((one) => one === status);
  if (!data.service || !outcome) return undefined;
  const { rows, bytes = 0 } = 'result' in data ? data.result : { rows: 0 };
  const ms = Math.max(0, Date.parse(since) - Date.parse(data.askedAt));
  return { query: id, entitlement: data.entitlement, ...data.service, at: since, outcome, rows, bytes, ms };
};

/** The bill of the month is opened by its first row. */
const openBill = async ({ door }: Ports, entitlement: string, billMonth: string): Promise<void> => {
  const [record] = (await door.load([{ kind: 'entitlement', id: entitlement }])) as unknown as readonly (
    | Stored<typeof Entitlement>
    | undefined
  )[];
  const input = { entitlement, contract: record?.data.contract, billMonth };
  try {
    await door.act({ kind: 'usageBill', action: 'create', input, actor: reaction, key: `bill/${entitlement}/${billMonth}` });
  } catch (error) {
    const isThere = error instanceof RefusalError && error.refused.code === 'already_exists';
    if (!isThere) throw error;
  }
};

const tries = 10;
/** Gives back what is left of the block of a key that has ended; false where a call that was admitted before took some of it meanwhile. */
const giveBack = async ({ door, records }: Ports, { id, data: { block } }: Stored<typeof AccessKey>, event: string): Promise<boolean> => {
  const amount = (await records.left(blockOf(id, block))) ?? 0;
  if (amount === 0) return true;
  try {
    const key = `${event}/delivery.giveBack/${amount}`;
    await door.act({ kind: 'accessKey', action: 'giveBack', id, input: { block, amount }, actor: reaction, key });
    return true;
  } catch (error) {
    if (error instanceof RefusalError && error.refused.code === 'quota_exhausted') return false;
    throw error;
  }
};

export const reactions: readonly Reaction[] = [
  {
    name: 'delivery.meter',
    on: ['query.release', 'query.refuse', 'query.withhold', 'query.cancel'],
    runs: async (_event, record, ports) => {
      const row = rowOf(record as unknown as Stored<typeof Query>);
      if (!row) return undefined;
      // What is heard of late, after its month was billed, is this month's.
      const months = [monthOf(row.at), monthOf(ports.now().toISOString())];
      const month = await openMeter(ports.tables.usage).record(row, months);
      if (month === undefined) throw new RefusalError('unavailable');
      await openBill(ports, row.entitlement, month);
      return undefined;
    },
    refused: { nothing: 'metering refuses nothing; what finds no open month parks the event' },
  },
  {
    // First closed, then counted: what is counted is all there will ever be.
    name: 'delivery.issueBill',
    on: ['usageBill.close'],
    runs: async (event, record, { door, tables }) => {
      const { entitlement, billMonth } = (record as unknown as Stored<typeof UsageBill>).data;
      const meter = openMeter(tables.usage);
      await meter.close(entitlement, billMonth);
      const input = { usage: sumOf(await meter.rows(entitlement, billMonth)) };
      await door.act({ kind: 'usageBill', action: 'issue', id: record.id, input, actor: reaction, key: `${event.id}/delivery.issueBill` });
      return undefined;
    },
    refused: { nothing: 'a bill is issued once' },
  },
  {
    name: 'delivery.giveBack',
    on: ['accessKey.revoke'],
    runs: async (event, record, ports) => {
      for (let tried = 1; !(await giveBack(ports, record as unknown as Stored<typeof AccessKey>, event.id)); tried += 1)
        if (tried === tries) throw new RefusalError('busy');
      return undefined;
    },
    refused: { nothing: 'nothing is left of the block' },
  },
];
