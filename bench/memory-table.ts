import type { Entry, Item, Key, Operation, Range, Table } from '../shared/store/table.ts';

const nameOf = ({ pk, sk }: Key): string => `${pk}\u0000${sk}`;

/** A store that costs next to nothing, so that what is measured is the door. It keeps what it is given and checks every condition. */
export const openMemory = (): Table => {
  const items = new Map<string, Item>();
  const holds = (item: Item | undefined, condition: Extract<Operation, { if?: unknown }>['if']): boolean => {
    if (!condition) return true;
    if ('absent' in condition) return item === undefined;
    if ('equals' in condition) return item !== undefined && Object.entries(condition.equals).every(([name, value]) => item[name] === value);
    return item !== undefined && Number(item[condition.atLeast.name]) >= condition.atLeast.amount;
  };
  const keyOf = (op: Operation): Key => ('put' in op ? op.put : 'delete' in op ? op.delete : 'check' in op ? op.check : op.add);
  return {
    get: async (keys) => keys.map((key) => items.get(nameOf(key))),
    query: (async ({ index, key, limit }: Range) => {
      const found = [...items.values()].filter((item) => (index === undefined ? item.pk === key : item.ix?.[index]?.[0] === key));
      return found
        .slice(0, limit)
        .map((item): Item | Entry =>
          index === undefined ? item : { pk: item.pk, sk: item.sk, sort: item.ix?.[index]?.[1] ?? '', card: item.card ?? null },
        );
    }) as Table['query'],
    transact: async (operations) => {
      const failed = operations.findIndex((op) => !holds(items.get(nameOf(keyOf(op))), op.if));
      if (failed !== -1) return { failed };
      for (const op of operations) {
        const name = nameOf(keyOf(op));
        if ('put' in op) items.set(name, op.put);
        else if ('delete' in op) items.delete(name);
        else if ('add' in op)
          items.set(name, { ...op.add, ...items.get(name), [op.name]: Number(items.get(name)?.[op.name] ?? 0) + op.by });
      }
      return { ok: true };
    },
    close: async () => undefined,
  };
};
