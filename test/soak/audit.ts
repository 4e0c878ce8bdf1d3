import { pendingPartition } from '../../functions/disclosure/lock.ts';
import { contexts } from '../../functions/index.ts';
import type { Event } from '../../shared/kernel/decide.ts';
import type { Process, Stored } from '../../shared/kernel/process.ts';
import type { Outgoing } from '../../shared/store/layout.ts';
import type { Item } from '../../shared/store/table.ts';
import type { Items } from './items.ts';

/** The records of a host with their events in order, and what else lies beside them, as they were found in its tables. */
export type Found = {
  readonly records: ReadonlyMap<string, Stored>;
  readonly events: ReadonlyMap<string, readonly Outgoing[]>;
  readonly claims: ReadonlyMap<string, string>;
  readonly items: Items;
};
export const processes: ReadonlyMap<string, Process> = new Map(contexts.flatMap((c) => c.processes).map((p) => [p.contract.kind, p]));

export const found = (items: Items): Found => {
  const of = (fits: (item: Item) => boolean): readonly Item[] => items.records.filter(fits);
  const events = Map.groupBy(
    of((i) => i.sk.startsWith('event#')).toSorted((a, b) => (a.sk < b.sk ? -1 : 1)),
    (i) => i.pk,
  );
  return {
    items,
    records: new Map(of((i) => i.sk === 'record').map((i) => [i.pk, i['body'] as Stored])),
    events: new Map([...events].map(([pk, list]) => [pk, list as unknown as readonly Outgoing[]])),
    claims: new Map(of((i) => i.sk === 'claim').map((i) => [i.pk.slice('claim#'.length), String(i['holder'])])),
  };
};

/** Every record stands on all its events, numbered without a gap, the last of which is its present state. */
const histories = ({ records, events }: Found): readonly string[] => [
  ...[...events.keys()].filter((pk) => !records.has(pk)).map((pk) => `${pk} has events and is no record`),
  ...[...records].flatMap(([pk, record]) => {
    const list = events.get(pk) ?? [];
    const last = list.at(-1)?.event;
    const gapless = list.every(({ event }, n) => event.n === n + 1) && list.length === record.version;
    if (!gapless) return [`${pk} at version ${record.version} has the events ${list.map((e) => e.event.n).join(' ')}`];
    return last?.status === record.status ? [] : [`${pk} is ${record.status}, and its last event left it ${String(last?.status)}`];
  }),
];

/** What a record claims is claimed by it, and what is claimed is claimed by its holder. */
const claims = ({ records, claims: held }: Found): readonly string[] => {
  const wanted = [...records].flatMap(([pk, r]) => (processes.get(r.kind)?.claims?.(r) ?? []).map(({ value }) => [value, pk] as const));
  const holders = Map.groupBy(wanted, ([value]) => value);
  return [
    ...[...holders].filter(([, list]) => list.length > 1).map(([value]) => `${value} is held twice`),
    ...wanted.filter(([value, pk]) => held.get(value) !== pk).map(([value, pk]) => `${value} is not held by ${pk}`),
    ...[...held].filter(([value]) => !holders.has(value)).map(([value, pk]) => `${value} is still held by ${pk}`),
  ];
};

/** What is left of an allowance is not negative, and all that was taken is accounted for. */
const allowances = ({ items, records }: Found): readonly string[] =>
  [
    ...Map.groupBy(
      items.records.filter((i) => i.pk.startsWith('allowance#')),
      (i) => i.pk,
    ),
  ].flatMap(([pk, list]) => {
    const left = Number(list.find((i) => i.sk === 'allowance')?.['left']);
    const taken = list.filter((i) => i.sk.startsWith('take#')).reduce((sum, i) => sum + Number(i['amount']), 0);
    const entitlement = records.get(`entitlement#${pk.slice('allowance#queries#'.length)}`);
    const given = Number((entitlement?.data as { queries?: number } | undefined)?.queries);
    const asked = [...records.values()].filter((r) => r.kind === 'query' && r.links['entitlement'] === entitlement?.id).length;
    return left >= 0 && left + taken === given && asked === taken
      ? []
      : [`${pk}: ${given} given, ${taken} taken for ${asked} queries, ${left} left`];
  });

type Row = { readonly by: unknown; readonly notBy?: readonly (string | readonly [string, string])[] };
const byPerson = (event: Event): boolean => !event.by.startsWith('system:');
const refsOf = (process: Process, record: Stored, name: string): readonly string[] => {
  const kind = [process.contract.refs[name]].flat()[0]?.kind ?? '';
  return [record.links[name] ?? []].flat().map((id) => `${kind}#${id}`);
};
/** Nobody did what the table forbids after what they themselves had done, and no two seats were taken by one person. */
const fourEyes = ({ records, events }: Found): readonly string[] =>
  [...records].flatMap(([pk, record]) => {
    const process = processes.get(record.kind);
    const list = (events.get(pk) ?? []).map((o) => o.event);
    return list.flatMap((event, at) => {
      const row = process?.actions[event.action] as unknown as Row | undefined;
      if (!process || !row || !byPerson(event)) return [];
      const earlier = list.slice(0, at);
      const broken = (row.notBy ?? []).filter((rule) => {
        if (typeof rule === 'string') return earlier.some((e) => e.action === rule && e.by === event.by);
        const others = refsOf(process, record, rule[0]).flatMap((other) => (events.get(other) ?? []).map((o) => o.event));
        return others.some((e) => e.action === rule[1] && e.by === event.by && e.at < event.at);
      });
      const round = earlier.slice(earlier.findLastIndex((e) => e.partial === undefined) + 1);
      const twice =
        Array.isArray(row.by) &&
        !event.partial &&
        round.some((e) => e.action === event.action && e.by === event.by && e.seat !== event.seat);
      return [
        ...broken.map((rule) => `${event.id} by ${event.by}, who had done ${String(rule)}`),
        ...(twice ? [`${event.id} was signed by one person in two seats`] : []),
      ];
    });
  });

/** What must be so at any moment, whatever is killed, repeated or interleaved. */
export const always = (all: Found): readonly string[] => [...histories(all), ...claims(all), ...allowances(all), ...fourEyes(all)];

const stillWaiting: Readonly<Record<string, readonly string[]>> = {
  order: ['paid', 'accepted'],
  query: ['admitted'],
  dataset: ['deposited', 'loading'],
  job: ['queued', 'running'],
};
const dataOf = (record: Stored): Readonly<Record<string, unknown>> => record.data;
/** What follows elsewhere from an event has followed: nothing undelivered, nothing parked, nothing that waits for a reaction. */
export const carriedOn = ({ records, events, items }: Found): readonly string[] => {
  const all = [...records.values()];
  const has = (kind: string, name: string, id: string): boolean => all.some((r) => r.kind === kind && dataOf(r)[name] === id);
  const contracted = new Set(all.filter((r) => r.kind === 'contract').map((r) => (dataOf(r)['terms'] as { order: string }).order));
  const orders = all.filter((r) => r.kind === 'order');
  return [
    ...items.disclosure.filter(({ pk }) => pk === pendingPartition).map(({ sk }) => `${sk} still awaits the ledger`),
    ...[...events.values()]
      .flat()
      .flatMap(({ event, pending, parked, ...rest }) => [
        ...(pending.length > 0 ? [`${event.id} still awaits ${pending.join(', ')}`] : []),
        ...(Object.keys(parked).length > 0 ? [`${event.id} is parked for ${Object.keys(parked).join(', ')}`] : []),
        ...(pending.length === 0 && Object.keys(parked).length === 0 && ('ix' in rest || 'undeliveredKey' in rest)
          ? [`${event.id} is delivered and still in the index`]
          : []),
      ]),
    ...all.filter((r) => stillWaiting[r.kind]?.includes(r.status)).map((r) => `${r.kind} ${r.id} is still ${r.status}`),
    ...orders.filter((r) => r.status !== 'cancelled' && !contracted.has(r.id)).map((r) => `order ${r.id} has no contract`),
    ...all
      .filter((r) => r.kind === 'scenario' && r.status === 'filed' && !has('assessment', 'scenario', r.id))
      .map((r) => `scenario ${r.id} has no assessment`),
    ...all
      .filter(
        (r) =>
          r.kind === 'contract' &&
          r.status === 'signed' &&
          records.get(`order#${(dataOf(r)['terms'] as { order: string }).order}`)?.status === 'placed',
      )
      .map((r) => `contract ${r.id} is signed and its order does not know`),
    ...all
      .filter((r) => r.kind === 'membership' && r.status === 'proposed' && dataOf(r)['proposedBy'] === 'system:reaction')
      .map((r) => `the founder ${r.id} was not admitted`),
  ];
};
