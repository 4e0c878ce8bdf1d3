import type { Contract, Envelope, Seen, Stored } from './process.ts';

/** Status alone is never enough: terms lapse before any clock ticks. `validUntil` is exclusive. */
export const isLive = (live: readonly string[], record: Pick<Envelope, 'validUntil'> & { readonly status: string }, now: string): boolean =>
  live.includes(record.status) && (record.validUntil === undefined || now < record.validUntil);

export const seen = <C extends Contract>(contract: C, record: Stored<C>, now: string): Seen<C> => ({
  ...record,
  isLive: isLive(contract.live, record, now),
});

/** Brings a stored record of any past schema to the present one, step by step. @throws RangeError where an upcaster is missing */
export const upcast = <C extends Contract>(contract: C, record: Stored<C>): Stored<C> => {
  let at = record;
  while (at.schema < contract.schema) {
    const step = contract.upcasts?.[at.schema];
    if (!step) throw new RangeError(`${contract.kind} has no upcaster from schema ${at.schema}`);
    at = { ...at, ...step(at), schema: at.schema + 1 };
  }
  return at;
};
