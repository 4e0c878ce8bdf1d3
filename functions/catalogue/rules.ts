import type * as z from 'zod';
import type { Resource } from '../../contracts/catalogue.ts';
import type { Refusal } from '../../contracts/refusals.ts';

type Entry = z.output<(typeof Resource)['inputs']['edit']>;
type Filed = z.output<(typeof Resource)['states']['submitted']>;

const qualifying = new Set(['LAW', 'ADMIN_REG', 'LOCAL_REG']);

/**
 * Measures art. 14: less than unconditional sharing needs its reason and the basis of a law, administrative regulation or local regulation in
 * force; without one the resource is shared unconditionally. What had been asked for is kept.
 */
export const withSharing = (entry: Entry): Filed => {
  const { attribute, reason, citations } = entry.sharing;
  const founded = reason !== undefined && citations.some((c) => qualifying.has(c.rank) && c.inForce);
  if (attribute === 'UNCONDITIONAL' || founded) return entry;
  return { ...entry, sharing: { ...entry.sharing, attribute: 'UNCONDITIONAL' }, sharingForcedFrom: attribute };
};

/** Measures art. 2: what concerns state or working secrets is not entered at all. */
export const holdsNoSecret = ({ input }: { input: { stateSecret: boolean } }): Refusal | undefined =>
  input.stateSecret ? 'state_secret_refused' : undefined;

/** Measures art. 16 (P): conditional and no opening state their ground. */
export const openingIsGrounded = ({ input }: { input: Entry }): Refusal | undefined =>
  input.opening.attribute !== 'UNCONDITIONAL' && input.opening.ground === undefined ? 'opening_ground_required' : undefined;
