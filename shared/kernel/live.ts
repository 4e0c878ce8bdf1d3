import type { Kind } from '../../contracts/kinds.ts';
import type { Envelope, Seen, Stored } from './process.ts';

/** Status alone is never enough: terms lapse before any clock ticks. `validUntil` is exclusive. */
export const isLive = (live: readonly string[], record: Pick<Envelope, 'validUntil'> & { readonly status: string }, now: string): boolean =>
  live.includes(record.status) && (record.validUntil === undefined || now < record.validUntil);

export const seen = ({ live }: Pick<Kind, 'live'>, record: Stored, now: string): Seen => ({ ...record, isLive: isLive(live, record, now) });

/** Brings a stored record of any past schema to the present one, step by step. @throws RangeError where an upcaster is missing */
export const upcast = ({ kind, schema, upcasts }: Pick<Kind, 'kind' | 'schema' | 'upcasts'>, record: Stored): Stored => {
  let at = record;
  while (at.schema < schema) {
    const step = upcasts?.[at.schema];
    if (!step) throw new RangeError(`${kind} has no upcaster from schema ${at.schema}`);
    at = { ...at, ...step(at), schema: at.schema + 1 };
  }
  return at;
};
