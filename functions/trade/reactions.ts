import type { Contract } from '../../contracts/data-contract.ts';
import type { Order } from '../../contracts/order.ts';
import type { Entitlement } from '../../contracts/trade.ts';
import type { Reaction } from '../../shared/edge/context.ts';
import type { Stored } from '../../shared/kernel/process.ts';

const orderOf = (record: Stored) => record as unknown as Stored<typeof Order>;
const contractOf = (record: Stored) => record as unknown as Stored<typeof Contract>;

export const reactions: readonly Reaction[] = [
  {
    name: 'trade.conclude',
    on: ['contract.sign'],
    takes: (_event, record) => {
      const { terms, digest } = contractOf(record).data;
      return [{ kind: 'order', action: 'conclude', id: terms.order, input: { contract: record.id, contractDigest: digest } }];
    },
    refused: { nothing: 'the order was cancelled before the second signature; a contract without its order opens nothing' },
  },
  {
    name: 'trade.drop',
    on: ['contract.decline'],
    takes: (_event, record) => [
      {
        kind: 'order',
        action: 'drop',
        id: contractOf(record).data.terms.order,
        input: { reason: '合同被拒签 / The contract was declined' },
      },
    ],
    refused: { nothing: 'the order was cancelled already' },
  },
  {
    name: 'trade.waive',
    on: ['order.conclude'],
    takes: (_event, record) =>
      orderOf(record).data.priceFen === 0 ? [{ kind: 'order', action: 'waivePayment', id: record.id, input: {} }] : [],
    refused: { nothing: 'the order was cancelled meanwhile' },
  },
  {
    name: 'trade.entitle',
    on: ['order.confirmPayment', 'order.waivePayment'],
    takes: (_event, record) => {
      const { data } = orderOf(record);
      return 'contract' in data ? [{ kind: 'entitlement', action: 'create', input: { order: record.id, contract: data.contract } }] : [];
    },
    // Paid for what can no longer be delivered: the money goes back.
    refused: (refused, _event, record) => ({
      kind: 'order',
      action: 'undeliverable',
      id: record.id,
      input: {
        because: refused.code,
        ...(refused.about?.['kind'] ? { link: { kind: String(refused.about['kind']), id: String(refused.about['id']) } } : {}),
      },
    }),
  },
  {
    name: 'trade.deliver',
    on: ['entitlement.create'],
    takes: (_event, record) => [
      {
        kind: 'order',
        action: 'deliver',
        id: (record as unknown as Stored<typeof Entitlement>).data.order,
        input: { entitlement: record.id },
      },
    ],
    refused: { nothing: 'the order has moved on already' },
  },
  {
    // A right taken away by someone else before it was accepted is paid back; the buyer's own renunciation is not.
    name: 'trade.refundRevoked',
    on: ['entitlement.revoke'],
    takes: (event, record) =>
      event.org === record.owner
        ? []
        : [
            {
              kind: 'order',
              action: 'undeliverable',
              id: (record as unknown as Stored<typeof Entitlement>).data.order,
              input: { because: 'entitlement_not_live' },
            },
          ],
    refused: { nothing: 'the order was accepted or refunded already' },
  },
];
