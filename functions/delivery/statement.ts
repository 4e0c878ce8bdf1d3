import type { AccessKey, UsageBill } from '../../contracts/delivery.ts';
import type { Contract } from '../../contracts/data-contract.ts';
import type { Entitlement } from '../../contracts/trade.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import type { Person, Stored } from '../../shared/kernel/process.ts';
import { sees } from '../../shared/kernel/seats.ts';
import { listKey } from '../../shared/store/layout.ts';
import { entriesOf, idIn } from '../../shared/store/records.ts';
import { accessKey } from './access-key.process.ts';
import { openMeter } from './metering.ts';
import { billOf } from './usage-bill.process.ts';

type Trade = Stored<typeof Entitlement>;
type Key = Stored<typeof AccessKey>;

const mostPages = 10;

/** The keys that a buyer has made under a contract, as far as the index tells, the newest first. */
const keysUnder = async ({ records, door }: Ports, { id, owner }: Trade): Promise<readonly Key[]> => {
  const entries = await entriesOf(records, { index: 'owner', keys: [listKey('accessKey', owner)], descending: true }, mostPages);
  const keys = (await door.load(entries.map((entry) => ({ kind: 'accessKey', id: idIn(entry) })))) as unknown as readonly (
    | Key
    | undefined
  )[];
  return keys.filter((key) => key !== undefined).filter((key) => key.data.entitlement === id);
};

/** The keys, usage and bills of one contract, with what a call costs under it; neither arguments nor answers. */
export const statementOf = async (ports: Ports, trade: Trade, actor: Person): Promise<object> => {
  const { id: entitlement, data } = trade;
  const [contract] = (await ports.door.load([{ kind: 'contract', id: data.contract }])) as unknown as readonly (
    | Stored<typeof Contract>
    | undefined
  )[];
  const items = await openMeter(ports.tables.usage).rolled(entitlement);
  const months = [...new Set(items.map(({ month }) => month))];
  const bills = (await ports.door.load(
    months.map((billMonth) => ({ kind: 'usageBill', id: billOf({ entitlement, billMonth }) })),
  )) as unknown as readonly (Stored<typeof UsageBill> | undefined)[];
  return {
    entitlement,
    product: data.product,
    callPriceFen: contract?.data.terms.callPriceFen ?? 0,
    // What a buyer calls its systems is told to those who see the keys themselves.
    keys: (await keysUnder(ports, trade))
      .filter((key) => sees(accessKey, actor, key as unknown as Stored))
      .map(({ id, status, data: { title, template, perMinute, drawnAt } }) => ({
        id,
        status,
        title,
        template,
        perMinute,
        isDrawn: drawnAt !== undefined,
      })),
    items,
    bills: bills.flatMap((bill) =>
      bill
        ? [
            {
              id: bill.id,
              month: bill.data.billMonth,
              status: bill.status,
              ...('amountFen' in bill.data ? { amountFen: bill.data.amountFen } : {}),
            },
          ]
        : [],
    ),
  };
};
