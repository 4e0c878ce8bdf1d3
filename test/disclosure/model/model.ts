import { enqueue, openLedger, standings } from '../../../functions/disclosure/ledger.ts';
import { canonical } from '../../../shared/kernel/canonical.ts';
import { randomFrom } from '../../soak/report.ts';
import { openInvariants } from './invariants.ts';
import { Injected, openScheduler, type Actor } from './scheduler.ts';
import { copyOf, emptyState, portsOf, sequencerOver, stillPorts, type State } from './stores.ts';

const keys = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const longest = 4_000;
/** Rounds in which one sequencer alone must be done with everything once nothing goes wrong: a batch to finish, one to add, none. */
const roundsAtTheEnd = 3;

const pendingOf = (n: number) => {
  const event = `order.${String.fromCharCode(97 + (n % 3)).repeat(26)}.${n}`;
  return { event, at: new Date(Date.UTC(2026, 0, 1) + (n % 4) * 1000).toISOString(), text: canonical({ event }) };
};

/** A log of some entries that grew without any trouble, from which a schedule begins. */
const grown = async (size: number): Promise<State> => {
  const state = emptyState();
  if (size === 0) return state;
  const ports = stillPorts(state);
  const sequencer = sequencerOver(ports, () => new Date(Date.UTC(2026, 0, 1)), keys.slice(0, 1));
  for (let n = 1; n < size; n += 1) await enqueue(ports.table, pendingOf(1_000_000 + n));
  while (await sequencer.round());
  return state;
};
const startingSizes = [0, 0, 0, 0, 1, 2, 7, 253, 255, 256, 510];
const starts = new Map(await Promise.all([...new Set(startingSizes)].map(async (size) => [size, await grown(size)] as const)));
const eventsIn = ({ items }: State): readonly string[] =>
  [...items.values()].flatMap(({ pk }) => (pk.startsWith('event#') ? [pk.slice('event#'.length)] : []));

export type Outcome = {
  readonly seed: number;
  readonly steps: number;
  readonly problems: readonly string[];
  readonly trace: readonly string[];
};

/** One schedule: everything in it follows from its seed. */
export const runSchedule = async (seed: number): Promise<Outcome> => {
  const random = randomFrom(seed * 2_654_435_761);
  const upTo = (n: number): number => Math.floor(random() * n);
  const chance = (p: number): boolean => random() < p;
  const scheduler = openScheduler(random, { rate: [0, 0.02, 0.05, 0.15][upTo(4)] ?? 0, deadly: [0, 0.5, 1][upTo(3)] ?? 0 });
  const { call, pick } = scheduler;
  const start = starts.get(pick(startingSizes)) ?? emptyState();
  const state = copyOf(start);
  const invariants = openInvariants(state, keys);
  const { broken, watch } = invariants;
  let time = Date.UTC(2026, 0, 2);
  const now = (): Date => new Date((time += 1000));
  const isRotated = chance(0.15);
  let names = 0;
  /** Whatever is thrown and was not injected here is a finding: nothing but faults may stop anybody. */
  const unless = (error: unknown, who: string): void => {
    if (!(error instanceof Injected)) broken.push(`${who} failed: ${String(error)}`);
  };
  /** Who dies is born again and begins anew, until one of its lives comes to its end. */
  const lives: (() => void)[] = [];
  const begin = (name: string, live: (actor: Actor) => Promise<void>): void => {
    let isDone = false;
    const birth = (): Actor => {
      const actor = scheduler.actor(`${name} ${(names += 1)}`);
      void live(actor).then(() => (isDone = true));
      return actor;
    };
    let actor = birth();
    lives.push(() => {
      if (!actor.alive && !isDone) actor = birth();
    });
  };

  const events = Array.from({ length: 1 + upTo(6) }, (_, n) => pendingOf(n));
  const produce =
    (mine: typeof events) =>
    async (actor: Actor): Promise<void> => {
      const { table } = portsOf(state, watch, actor, scheduler);
      for (const event of mine) {
        for (let isDelivered = false; !isDelivered;) {
          try {
            await enqueue(table, event);
            isDelivered = chance(0.6);
          } catch (error) {
            unless(error, 'enqueue');
          }
        }
      }
    };
  const sequencers: { readonly actor: Actor; readonly sequencer: ReturnType<typeof sequencerOver> }[] = [];
  const sequence = async (actor: Actor): Promise<void> => {
    const ports = portsOf(state, watch, actor, scheduler);
    const sequencer = sequencerOver(ports, now, isRotated && chance(0.5) ? keys : keys.slice(0, 1));
    sequencers.push({ actor, sequencer });
    for (let wakes = 1 + upTo(8); wakes > 0; wakes -= 1) {
      await call(actor, 'wakes', () => undefined).catch((error: unknown) => unless(error, 'waking'));
      for (let more = true; more;) {
        more = await sequencer.round().catch((error: unknown) => {
          unless(error, actor.name);
          return false;
        });
        // Two with different keys would go on announcing them to each other for as long as both live.
        if (isRotated) more = false;
      }
    }
  };
  const read = async (actor: Actor): Promise<void> => {
    const { files, table } = portsOf(state, watch, actor, scheduler);
    const ledger = openLedger(files);
    for (let n = upTo(4); n > 0; n -= 1) {
      try {
        const { event } = pick(events);
        const [standing] = await standings(table, [event]);
        if (!standing?.sequenced) continue;
        const proven = await ledger.prove(standing.sequenced.index);
        if (!proven?.entry.includes(`"${event}"`)) broken.push(`${event} has an index and no receipt`);
      } catch (error) {
        unless(error, 'a reader');
      }
    }
  };

  /** Nothing goes wrong any more: one more entry, and one sequencer alone, perhaps of those that have seen it all. */
  const last = pendingOf(events.length);
  const finish = async (): Promise<void> => {
    const actor = scheduler.actor('last');
    const ports = portsOf(state, watch, actor, scheduler);
    const survivor = chance(0.7) ? pick(sequencers.filter((one) => one.actor.alive)) : undefined;
    const sequencer = survivor?.sequencer ?? sequencerOver(ports, now, keys.slice(0, 1));
    await enqueue(ports.table, last);
    for (let n = 1; await sequencer.round(); n += 1)
      if (n === roundsAtTheEnd) throw new Error(`not done after ${n} rounds in which nothing went wrong`);
    invariants.atTheEnd([...eventsIn(start), ...events.map(({ event }) => event), last.event]);
  };

  for (let n = chance(0.8) ? 2 : 3; n > 0; n -= 1) begin('sequencer', sequence);
  const half = upTo(events.length + 1);
  begin('producer', produce(chance(0.3) ? events : events.slice(0, half)));
  begin('producer', produce(events.slice(half)));
  if (chance(0.3)) begin('reader', read);
  const calmAt = 40 + upTo(250);
  try {
    await scheduler.run(longest, () => {
      if (scheduler.steps() === calmAt) scheduler.calm();
      for (const relive of lives) relive();
    });
    scheduler.calm();
    const finished = finish().catch((error: unknown) => unless(error, 'the last sequencer'));
    await scheduler.run(longest);
    await finished;
  } catch (error) {
    broken.push(String(error));
  }
  return { seed, steps: scheduler.steps(), problems: broken, trace: scheduler.trace };
};
