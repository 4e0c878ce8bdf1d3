import { randomUUID } from 'node:crypto';
import type { Event } from '../kernel/decide.ts';
import type { Ref, Refused, Stored } from '../kernel/process.ts';
import type { Outgoing } from '../store/layout.ts';
import type { Records } from '../store/records.ts';
import type { Reaction, Take } from './context.ts';
import type { Door } from './door.ts';
import type { Ports } from './ports.ts';
import { RefusalError } from './refusal.ts';

export type Belt = ReturnType<typeof openBelt>;
type BeltPorts = {
  readonly records: Records;
  readonly door: Door;
  readonly reactions: readonly Reaction[];
  readonly ports: () => Ports;
  readonly wake: (ref: Ref) => void;
};

/** Which reactions await which event: `<kind>.<action>` or `published` -> names. Generated from the registry, so that a context need not know the others. */
export type ReactionMap = Readonly<Record<string, readonly string[]>>;
export const reactionMap = (reactions: readonly Reaction[]): ReactionMap => {
  const map: Record<string, string[]> = {};
  for (const { on, name } of reactions) for (const type of [on].flat()) (map[type] ??= []).push(name);
  return map;
};
/** The names of the reactions that an event awaits: written with the event, so that an event nobody awaits costs no index entry. */
export const reactionsTo =
  (map: ReactionMap) =>
  (event: Event): readonly string[] =>
    event.partial ? [] : [...(map[`${event.kind}.${event.action}`] ?? []), ...(event.public ? (map['published'] ?? []) : [])];

const page = 100;
const rounds = 20;

const system = { type: 'system', id: 'reaction' } as const;
/** Refusals that pass by themselves: the event is parked and tried again, the reaction was not answered. */
const passing: ReadonlySet<string> = new Set(['stale', 'busy', 'unavailable', 'internal']);

/** Runs one reaction to its end: what it takes, and if the door refuses, what it says to do on the source. */
const openReacting = ({ door, ports }: Pick<BeltPorts, 'door' | 'ports'>) => {
  const take = async ({ kind, action, id, input }: Take, key: string): Promise<void> => {
    await door.act({ kind, action, ...(id === undefined ? {} : { id }), input, actor: system, key });
  };
  /** Each action is taken by itself; the first refusal is what the reaction is told. */
  const takeAll = async (takes: readonly Take[], key: string): Promise<Refused | undefined> => {
    let first: Refused | undefined;
    for (const [n, one] of takes.entries()) {
      try {
        await take(one, `${key}/${n}`);
      } catch (error) {
        if (!(error instanceof RefusalError) || passing.has(error.refused.code)) throw error;
        first ??= error.refused;
      }
    }
    return first;
  };
  return async (reaction: Reaction, event: Event, record: Stored): Promise<void> => {
    const key = `${event.id}/${reaction.name}`;
    const refused = await ('runs' in reaction ? reaction.runs(event, record, ports()) : takeAll(reaction.takes(event, record), key));
    const then = refused && typeof reaction.refused === 'function' ? reaction.refused(refused, event, record) : undefined;
    if (then) await take(then, `${key}/refused`);
  };
};

const refOf = (card: unknown): Ref & { readonly n: number } => {
  const { kind, record, n } = card as { kind: string; record: string; n: number };
  return { kind, id: record, n };
};

const queue = async (records: Records, key: 'undelivered' | 'parked', after?: string) =>
  records.list({ index: 'undelivered', keys: [key], limit: page, ...(after === undefined ? {} : { after }) });
/** The records with undelivered events, page by page: what waits behind a parked event stays, and may not keep the sweep from the rest. */
const undelivered = async (records: Records): Promise<ReadonlyMap<string, Ref>> => {
  const refs = new Map<string, Ref>();
  for (let round = 0, after: string | undefined, more = true; more && round < rounds; round += 1) {
    const { entries, cursor } = await queue(records, 'undelivered', after);
    for (const { kind, id } of entries.map((e) => refOf(e.card))) refs.set(`${kind}#${id}`, { kind, id });
    after = entries.at(-1)?.sort;
    more = cursor !== undefined;
  }
  return refs;
};

/**
 * Carries events on. The stream, or its local stand-in, only wakes it: it reads a record's undelivered events in order by consistent query
 * and runs each reaction. An event that a reaction cannot take is parked for that record and that reaction only. DESIGN §5.
 */
export const openBelt = ({ records, door, reactions, ports, wake }: BeltPorts) => {
  const byName = new Map(reactions.map((r) => [r.name, r]));
  const react = openReacting({ door, ports });

  const step = async (out: Outgoing, record: Stored, held: ReadonlySet<string>): Promise<Outgoing> => {
    let now = out;
    for (const name of out.pending) {
      const reaction = byName.get(name);
      if (held.has(name)) continue; // an earlier event of this record is parked there: order is kept
      const pending = now.pending.filter((p) => p !== name);
      try {
        if (reaction) await react(reaction, out.event, record);
        now = { ...now, pending };
      } catch (error) {
        const trace = randomUUID();
        ports().log.error('reaction parked', { reaction: name, event: out.event.id, trace, error });
        now = {
          ...now,
          pending,
          parked: {
            ...now.parked,
            [name]: { at: ports().now().toISOString(), error: error instanceof Error ? error.name : 'unknown', trace },
          },
        };
      }
    }
    return now;
  };

  /** Runs what a record's events await, in their order. Safe to run twice, and at once in two places. */
  const deliver = async (ref: Ref): Promise<void> => {
    const held = new Set<string>();
    for (let round = 0, after = 0; round < rounds; round += 1) {
      const events = await records.history(ref, after, page);
      if (events.length === 0) return;
      const [record] = await door.load([ref]);
      if (!record) return;
      for (const out of events) {
        const now = out.pending.length > 0 ? await step(out, record, held) : out;
        for (const name of Object.keys(now.parked)) held.add(name);
        if (now !== out) await records.note(now);
      }
      after = events.at(-1)?.event.n ?? after;
    }
  };

  return {
    deliver,
    /** Finds what the stream missed. @returns how many records were looked at */
    sweep: async (): Promise<number> => {
      const refs = await undelivered(records);
      for (const ref of refs.values()) await deliver(ref);
      return refs.size;
    },
    /** The events that some reaction could not take, oldest first. */
    parked: async (after?: string) => {
      const { entries, cursor } = await queue(records, 'parked', after);
      const outs = await Promise.all(entries.map(async (e) => (await records.history(refOf(e.card), refOf(e.card).n - 1, 1))[0]));
      return {
        items: outs.filter((o): o is Outgoing => o !== undefined && Object.keys(o.parked).length > 0),
        ...(cursor === undefined ? {} : { cursor }),
      };
    },
    /** A person has the parked reactions of an event tried again. @throws RefusalError nothing_parked */
    replay: async (ref: Ref, n: number): Promise<void> => {
      const [out] = await records.history(ref, n - 1, 1);
      if (!out || out.event.n !== n || Object.keys(out.parked).length === 0) throw new RefusalError('nothing_parked');
      await records.note({ ...out, pending: [...new Set([...out.pending, ...Object.keys(out.parked)])], parked: {} });
      wake(ref);
    },
  };
};
