import type { Condition, Entry, Index, Item, Key, Operation, Transacted } from '../../shared/store/table.ts';

const textOf = ({ pk, sk }: Key): string => JSON.stringify([pk, sk]);

/** The store port as simply as it can be said: a map in memory, with keys of ASCII only. The adapters are compared with it. */
export class Model {
  /** Every entry that was ever true. */
  readonly ever: Entry[] = [];
  readonly #now: () => number;
  #items = new Map<string, Item>();

  constructor(now: () => number) {
    this.#now = now;
  }

  get(key: Key): Item | undefined {
    const item = this.#items.get(textOf(key));
    return item?.expires !== undefined && item.expires * 1000 <= this.#now() ? undefined : item;
  }

  query(pk: string): readonly Item[] {
    return this.#live()
      .filter((item) => item.pk === pk)
      .sort((a, b) => (a.sk < b.sk ? -1 : 1));
  }

  entries(index: Index, key: string): readonly Entry[] {
    return this.#live()
      .flatMap((item) => this.#entries(item, index, key))
      .sort((a, b) => (a.sort < b.sort ? -1 : 1));
  }

  transact(operations: readonly Operation[]): Transacted {
    const failed = operations.findIndex((operation) => operation.if && !this.#holds(operation.if, this.get(this.#keyOf(operation))));
    if (failed >= 0) return { failed };
    for (const operation of operations) this.#apply(operation);
    return { ok: true };
  }

  #live(): Item[] {
    return [...this.#items.values()].filter((item) => this.get(item) !== undefined);
  }

  #entries({ pk, sk, ix, card = null }: Item, index: Index, key: string): readonly Entry[] {
    const entry = ix?.[index];
    return entry?.[0] === key ? [{ pk, sk, sort: entry[1], card }] : [];
  }

  #keyOf(operation: Operation): Key {
    if ('put' in operation) return operation.put;
    if ('delete' in operation) return operation.delete;
    return 'add' in operation ? operation.add : operation.check;
  }

  #holds(condition: Condition, item: Item | undefined): boolean {
    if ('absent' in condition) return !item;
    if ('equals' in condition) return !!item && Object.entries(condition.equals).every(([name, value]) => item[name] === value);
    return !!item && Number.isInteger(item[condition.atLeast.name]) && Number(item[condition.atLeast.name]) >= condition.atLeast.amount;
  }

  #apply(operation: Operation): void {
    const { pk, sk } = this.#keyOf(operation);
    if ('delete' in operation) this.#items.delete(textOf({ pk, sk }));
    if ('put' in operation) this.#put(operation.put);
    if ('add' in operation) {
      const old = this.get({ pk, sk });
      this.#put({ ...old, pk, sk, [operation.name]: Number(old?.[operation.name] ?? 0) + operation.by });
    }
  }

  #put(item: Item): void {
    this.#items.set(textOf(item), item);
    const key = item.ix?.owner?.[0];
    if (key !== undefined) this.ever.push(...this.#entries(item, 'owner', key));
  }
}
