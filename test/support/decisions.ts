import type { Kind } from '../../contracts/index.ts';
import type { Refusal } from '../../contracts/refusals.ts';
import { decide, decideCreate, type Decided, type Decision, type Facts } from '../../shared/kernel/decide.ts';
import type { Actor, Effect, Stored } from '../../shared/kernel/process.ts';
import { processOf } from '../laws/registry.ts';
import { factsOf, inputOf } from './fixtures.ts';

/** What differs from a decision that has everything it needs. `input` is laid over a valid one. */
export type Circumstances = Partial<Omit<Facts, 'actor' | 'input'>> & { readonly input?: object };
const facts = (kind: Kind, action: string, actor: Actor, { input, ...over }: Circumstances): Facts =>
  factsOf(processOf(kind), action, actor, { ...over, input: { ...inputOf(kind, action), ...input } });

/** When this actor takes this action on this record. */
export const when = (actor: Actor, action: string, record: Stored, circumstances: Circumstances = {}): Decision =>
  decide(processOf(record.kind), action, record, facts(record.kind as Kind, action, actor, circumstances));
/** When this actor begins a record of this kind. */
export const whenCreating = (actor: Actor, kind: Kind, circumstances: Circumstances = {}): Decision =>
  decideCreate(processOf(kind), `${kind}-new`, facts(kind, 'create', actor, circumstances), '2026-1');

/** Then it is refused with this code; undefined where it is not. */
export const refusal = (decision: Decision): Refusal | undefined => ('refused' in decision ? decision.refused.code : undefined);
/** What a refused intake leaves behind. */
export const leftBehind = (decision: Decision): Effect | undefined => ('refused' in decision ? decision.leaves : undefined);
/** Then it is done. @throws Error where it was refused */
export const done = (decision: Decision): Decided => {
  if ('refused' in decision) throw new Error(`refused: ${decision.refused.code}`);
  return decision;
};
/** Then this becomes of the record. */
export const becomes = (decision: Decision): Stored & { readonly data: Readonly<Record<string, unknown>> } => done(decision).next;
/** What a record holds against all others. */
export const claimsOf = (record: Stored): readonly string[] => (processOf(record.kind).claims?.(record) ?? []).map(({ value }) => value);
