import { setImmediate as settled } from 'node:timers/promises';

/** What may become of a call: done, refused before or lost after its effect, or the effect comes only later; and the same of who called. */
export type Fault = 'none' | 'refused' | 'lost' | 'late' | 'crashBefore' | 'crashAfter' | 'crashLate';
export class Injected extends Error {
  override readonly name = 'Injected';
}

/** One that runs among others and may die at any of its calls: then nothing of it goes on. */
export type Actor = { readonly name: string; alive: boolean; /** How often it is its turn. */ weight: number };
type Call = {
  readonly by: Actor;
  readonly what: string;
  readonly effect: () => unknown;
  readonly answer: (value: unknown) => void;
  readonly fail: (error: Error) => void;
};

export type Faults = {
  /** How probable it is that a call goes wrong, until `calm`. */
  readonly rate: number;
  /** The part of faults that kill. */
  readonly deadly: number;
};

/**
 * Runs actors one call at a time, in an order that the random numbers decide. A call is a point where anything else may come between; its
 * effect is one moment. Actors are fast and slow in turn, so that one may sleep while others do a great deal.
 */
export const openScheduler = (random: () => number, faults: Faults) => {
  const waiting: Call[] = [];
  const actors: Actor[] = [];
  const trace: string[] = [];
  let isCalm = false;
  let steps = 0;

  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const faultOf = (): Fault => {
    if (isCalm || random() >= faults.rate) return 'none';
    return random() < faults.deadly ? pick(['crashBefore', 'crashAfter', 'crashLate']) : pick(['refused', 'lost', 'late']);
  };
  const kill = (actor: Actor): void => {
    actor.alive = false;
    actors.splice(actors.indexOf(actor), 1);
    for (let n = waiting.length - 1; n >= 0; n -= 1) if (waiting[n]?.by === actor) waiting.splice(n, 1);
  };
  /** Its effect comes when it comes, and nobody hears of it. */
  const leave = ({ what, effect }: Call): void => {
    waiting.push({ by: { name: 'late', alive: true, weight: 0.1 }, what, effect, answer: () => undefined, fail: () => undefined });
  };
  const perform = (call: Call): void => {
    try {
      call.answer(call.effect());
    } catch (error) {
      call.fail(error as Error);
    }
  };
  const carryOut = (call: Call): void => {
    const fault: Fault = call.by.name === 'late' ? 'none' : faultOf();
    trace.push(`${call.by.name}: ${call.what}${fault === 'none' ? '' : ` (${fault})`}`);
    if (fault === 'none') return perform(call);
    if (fault === 'lost' || fault === 'crashAfter') perform({ ...call, answer: () => undefined, fail: () => undefined });
    if (fault === 'late' || fault === 'crashLate') leave(call);
    if (fault.startsWith('crash')) kill(call.by);
    else call.fail(new Injected(`${call.what}: ${fault}`));
  };
  const next = (): Call | undefined => {
    let at = random() * waiting.reduce((sum, { by }) => sum + by.weight, 0);
    const n = waiting.findIndex(({ by }) => (at -= by.weight) < 0);
    return waiting.splice(n === -1 ? waiting.length - 1 : n, 1)[0];
  };

  return {
    trace,
    pick,
    steps: (): number => steps,
    actor: (name: string, weight = 1): Actor => {
      const actor = { name, alive: true, weight };
      actors.push(actor);
      return actor;
    },
    call: async <T>(by: Actor, what: string, effect: () => T): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        if (by.alive) waiting.push({ by, what, effect, answer: (value) => resolve(value as T), fail: reject });
      }),
    kill,
    /** From now on nothing goes wrong any more. */
    calm: (): void => {
      isCalm = true;
    },
    /** Goes on until nobody waits. `between` is called before each step. @throws Error after `limit` steps */
    run: async (limit: number, between: () => void = () => undefined): Promise<void> => {
      for (const end = steps + limit; ; steps += 1) {
        between();
        await settled();
        if (waiting.length === 0) return;
        if (steps > end) throw new Error(`not at rest after ${limit} steps`);
        if (random() < 0.1) pick(actors).weight = pick([1, 1, 0.1, 0.003]);
        const call = next();
        if (call) carryOut(call);
      }
    },
  };
};
export type Scheduler = ReturnType<typeof openScheduler>;
