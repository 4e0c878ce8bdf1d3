import type { UsageBill } from '../../contracts/delivery.ts';
import { rulesOf } from '../../contracts/parameters.ts';
import type { Order } from '../../contracts/order.ts';
import type { Reaction } from '../../shared/edge/context.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { openLedger } from './ledger.ts';
import { paidBack, received, refunded, settled, type OrderParties } from './posting.ts';

const orderOf = (record: Stored) => record as unknown as Stored<typeof Order>;
/** Whose money it is; undefined where the order was free, and no money moved. */
const moneyOf = (record: Stored): { readonly parties: OrderParties; readonly fen: bigint } | undefined => {
  const { data, owner, party = '', region, id } = orderOf(record);
  const venue = 'venue' in data ? data.venue : undefined;
  return venue === undefined || data.priceFen === 0
    ? undefined
    : { parties: { order: id, buyer: owner, operator: party, venue, region }, fen: BigInt(data.priceFen) };
};
const posted = { nothing: 'the books refuse nothing; what does not balance parks the event' } as const;

const reaction = { type: 'system', id: 'reaction' } as const;

export const reactions: readonly Reaction[] = [
  {
    name: 'settlement.receive',
    on: ['order.confirmPayment'],
    runs: async (event, record, { tables }) => {
      const money = moneyOf(record);
      if (money) await openLedger(tables.money).post(received(money.parties, money.fen), event.at);
      return undefined;
    },
    refused: posted,
  },
  {
    name: 'settlement.settle',
    on: ['order.accept', 'order.lapseInspection'],
    runs: async (event, record, { tables, door }) => {
      if (event.status !== 'accepted') return undefined;
      const money = moneyOf(record);
      if (money) await openLedger(tables.money).post(settled(money.parties, money.fen, rulesOf(record.rules).price), event.at);
      await door.act({
        kind: 'order',
        action: 'settle',
        id: record.id,
        input: {},
        actor: reaction,
        key: `${event.id}/settlement.settle`,
      });
      return undefined;
    },
    refused: posted,
  },
  {
    // A month's calls were delivered when they were metered: what is paid for them is earned at once.
    name: 'settlement.settleBill',
    on: ['usageBill.confirmPayment'],
    runs: async (event, record, { tables, door }) => {
      const { id, owner, party = '', region, data } = record as unknown as Stored<typeof UsageBill>;
      if (!('venue' in data) || data.venue === undefined) return undefined;
      const parties = { order: id, buyer: owner, operator: party, venue: data.venue, region };
      const fen = BigInt(data.amountFen);
      const ledger = openLedger(tables.money);
      await ledger.post(received(parties, fen), event.at);
      await ledger.post(settled(parties, fen, rulesOf(record.rules).price), event.at);
      await door.act({ kind: 'usageBill', action: 'settle', id, input: {}, actor: reaction, key: `${event.id}/settlement.settleBill` });
      return undefined;
    },
    refused: posted,
  },
  {
    name: 'settlement.refund',
    on: ['order.refund'],
    runs: async (event, record, { tables }) => {
      const money = moneyOf(record);
      if (!money) return undefined;
      const ledger = openLedger(tables.money);
      await ledger.post(refunded(money.parties, money.fen), event.at);
      await ledger.post(paidBack(money.parties, money.fen), event.at);
      return undefined;
    },
    refused: posted,
  },
];
