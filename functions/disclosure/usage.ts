import type { Organisation } from '../../contracts/organisation.ts';
import { ruleBases, type Parameters } from '../../contracts/parameters.ts';
import type { Product } from '../../contracts/product.ts';
import type { Query } from '../../contracts/query.ts';
import type { Dataset } from '../../contracts/sandbox.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import type { Event } from '../../shared/kernel/decide.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import type { Key, Table } from '../../shared/store/table.ts';

/** How often a resource was used in an hour, for a scenario, by organisations of one type; `OTHER` are those of whom too few asked. */
export type Use = { readonly hour: string; readonly kind: string; readonly scenario: string; readonly count: number };
export type Uses = { readonly items: readonly Use[]; readonly next?: string };
export type UsageRules = Parameters['usage'];

/** What the latest rule base says: the log is the platform's own, and no record pins it. */
export const usageRules: UsageRules = ruleBases['2026-1'].usage;

const hourMs = 3_600_000;
const markDays = 90;
const mostInHour = 1000;
const other = 'OTHER';
const usesOf = (resource: string): string => `usage#${resource}`;
const markKey = (event: string): Key => ({ pk: `usage.event#${event}`, sk: 'mark' });
const hourOf = (ms: number): string => new Date(Math.floor(ms / hourMs) * hourMs).toISOString();

const loaded = async ({ door }: Ports, kind: string, id: string): Promise<Stored> => {
  const [record] = await door.load([{ kind, id }]);
  if (!record) throw new Error(`a ${kind} that a query rests on is missing`);
  return record;
};

/**
 * Counts the release of a query's result once, for the resource under its dataset: in its hour, by the type of the organisation that asked
 * and the scenario it was asked under. Nothing of what was asked, by whom, or what for in the buyer's own words, is kept.
 */
export const countUse = async ({ id, at }: Event, record: Stored, ports: Ports): Promise<void> => {
  const { product } = (record as unknown as Stored<typeof Query>).data;
  const asker = (await loaded(ports, 'organisation', record.owner)) as unknown as Stored<typeof Organisation>;
  const { scenario, dataset } = ((await loaded(ports, 'product', product)) as unknown as Stored<typeof Product>).data;
  const { resource } = ((await loaded(ports, 'dataset', dataset)) as unknown as Stored<typeof Dataset>).data;
  const instant = Date.parse(at);
  const expires = Math.floor(instant / 1000) + markDays * 86_400;
  const use: Key = { pk: usesOf(resource), sk: `${hourOf(instant)}#${scenario}#${asker.data.type}` };
  await ports.tables.disclosure.transact([
    { put: { ...markKey(id), expires }, if: { absent: true } },
    { add: use, name: 'count', by: 1 },
  ]);
};

const useIn = (sk: string, count: unknown): Use => {
  const [hour = '', scenario = '', kind = ''] = sk.split('#');
  return { hour, scenario, kind, count: Number(count) };
};
/** Of whom there are too few in an hour and for a purpose, the types are not told apart, lest one asker show. */
const merged = (uses: readonly Use[], floor: number): readonly Use[] => {
  const shown: Use[] = [];
  const rest = new Map<string, Use>();
  for (const use of uses) {
    if (use.count >= floor) {
      shown.push(use);
      continue;
    }
    const key = `${use.hour}#${use.scenario}`;
    rest.set(key, { ...use, kind: other, count: use.count + (rest.get(key)?.count ?? 0) });
  }
  const order = ({ hour, scenario, kind }: Use): string => `${hour}#${scenario}#${kind}`;
  return [...shown, ...rest.values()].toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
};

type Asked = {
  readonly resource: string;
  readonly from?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
};

/**
 * The open usage log of a resource, by the hour, oldest first; an hour shows once it has been over for the delay of the rules. A page holds
 * whole hours, so it may hold somewhat more than `limit`.
 * @param asked `from` an instant on; `cursor` is the hour that a page ended with
 */
export const usesIn = async (table: Table, { resource, from, cursor, limit }: Asked, now: Date, rules: UsageRules): Promise<Uses> => {
  const key = usesOf(resource);
  const end = hourOf(now.getTime() - rules.delayHours * hourMs);
  const after = cursor === undefined ? (from === undefined ? '' : new Date(from).toISOString()) : `${cursor}$`; // behind every `#` of its hour
  const first = await table.query({ key, after, before: end, limit });
  const last = first.at(-1)?.sk;
  if (last === undefined || first.length < limit)
    return {
      items: merged(
        first.map(({ sk, count }) => useIn(sk, count)),
        rules.floor,
      ),
    };
  const { hour } = useIn(last, 0);
  const others = await table.query({ key, prefix: `${hour}#`, after: last, limit: mostInHour });
  return {
    items: merged(
      [...first, ...others].map(({ sk, count }) => useIn(sk, count)),
      rules.floor,
    ),
    next: hour,
  };
};
