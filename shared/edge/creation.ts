import type * as z from 'zod';
import { ruleBases, rulesOf } from '../../contracts/parameters.ts';
import type { Calendars } from '../kernel/calendar.ts';
import { decideCreate, type Decided, type Decision, type Facts } from '../kernel/decide.ts';
import { derivedId } from '../kernel/digest.ts';
import type { Actor, Effect, Process, Stored } from '../kernel/process.ts';
import type { Commit, Write } from '../store/layout.ts';
import { parse } from './parse.ts';
import type { Needs, References } from './references.ts';
import { RefusalError } from './refusal.ts';

/** A transaction as it grows. */
export type Draft = {
  readonly writes: Write[];
  readonly takes: NonNullable<Commit['takes']>[number][];
  readonly allows: NonNullable<Commit['allows']>[number][];
};
type CreationPorts = {
  readonly references: References;
  readonly processOf: (kind: string) => Process;
  readonly calendars: () => Promise<Calendars>;
  readonly secret: string;
};

const present = Object.keys(ruleBases).toSorted().at(-1) as keyof typeof ruleBases;
const reaction = { type: 'system', id: 'reaction' } as const;

/** How records come into being: by a request, or spawned by another's event. */
export const openCreation = ({ references, processOf, calendars, secret }: CreationPorts) => {
  const decideOn = async (
    process: Process,
    id: string,
    raw: unknown,
    actor: Actor,
    at: string,
    within: readonly Stored[] = [],
  ): Promise<Decision> => {
    const row = process.create as unknown as Needs & { readonly links: (input: unknown) => Stored['links'] };
    const input = parse(process.contract.inputs['create'] as z.ZodType, raw);
    const gathered = await references.gather(process.contract, row, row.links(input), at, within);
    const facts: Facts = {
      actor,
      input,
      ...gathered,
      ...(await references.barred(row, actor)),
      now: at,
      rules: rulesOf(present),
      calendars: await calendars(),
    };
    return decideCreate(process, id, facts, present);
  };
  /** What effects add to the transaction: spawned records go through their own table, as the reaction to this event that cannot wait. */
  const enact = async (effects: readonly Effect[], parent: Decided, draft: Draft, at: string): Promise<void> => {
    for (const [n, effect] of effects.entries()) {
      if ('take' in effect) draft.takes.push({ id: effect.take, amount: effect.amount, event: parent.event.id, or: effect.or });
      else if ('allow' in effect) draft.allows.push({ id: effect.allow, amount: effect.amount });
      else {
        const process = processOf(effect.spawn.kind);
        const made = await decideOn(process, effect.id ?? derivedId(secret, parent.event.id, String(n)), effect.input, reaction, at, [
          parent.next,
        ]);
        if ('refused' in made) throw new RefusalError(made.refused);
        draft.writes.push({ process, next: made.next, event: made.event });
        await enact(made.effects, made, draft, at);
      }
    }
  };
  /** What is recorded, without content, of an intake that was refused: the same refusal leaves it once. */
  const leave = async (effect: Effect, because: string, at: string): Promise<Write | undefined> => {
    if (!('spawn' in effect)) return undefined;
    const process = processOf(effect.spawn.kind);
    const made = await decideOn(process, derivedId(secret, because), effect.input, reaction, at);
    return 'refused' in made ? undefined : { process, next: made.next, event: made.event };
  };
  return { decideOn, enact, leave };
};
