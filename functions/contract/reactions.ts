import type { Order } from '../../contracts/order.ts';
import type { Reaction } from '../../shared/edge/context.ts';
import type { Stored } from '../../shared/kernel/process.ts';

export const reactions: readonly Reaction[] = [
  {
    name: 'contract.draft',
    on: ['order.create'],
    takes: (_event, record) => {
      const { listing, product } = (record as unknown as Stored<typeof Order>).data;
      return [{ kind: 'contract', action: 'create', input: { order: record.id, listing, product } }];
    },
    refused: (refused, _event, record) => ({
      kind: 'order',
      action: 'drop',
      id: record.id,
      input: { reason: `合同未能订立 / No contract could be made: ${refused.code}` },
    }),
  },
];
