import type { Stopper } from '../../contracts/roles.ts';
import type { Actor, Verdict } from './process.ts';

const holdsOf = (actor: Actor, office: string): boolean =>
  actor.type === 'person' && actor.roles.some((role) => role.startsWith(`${office}.`));

/** On whose order something in the market was stopped: requirements §5, "Halt / seal". */
export const stopperOf = (actor: Actor): Stopper =>
  holdsOf(actor, 'authority') ? 'AUTHORITY' : holdsOf(actor, 'cyberspace') ? 'CYBERSPACE' : 'VENUE';

/** The venue resumes what it has stopped itself; what an overseer stopped, the data authority. What does not say who stopped it is an overseer's. */
export const resumedByItsSide = ({
  actor,
  record,
}: {
  readonly actor: Actor;
  readonly record: { readonly data: { readonly stoppedBy?: Stopper | undefined } };
}): Verdict => {
  const office = record.data.stoppedBy === 'VENUE' ? 'venue' : 'authority';
  return holdsOf(actor, office) ? undefined : 'stopped_by_another';
};
