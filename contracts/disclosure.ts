import * as z from 'zod';
import { Digest, Id, Instant } from './fields.ts';

/** Raised with every change of an entry's shape; entries of every earlier schema stay in the log as they were. */
export const entrySchema = 1;

/**
 * An entry of the public ledger, as its canonical JSON (RFC 8785) stands in the log: one action of one record made public. It holds what the
 * action chose to disclose; what is personal or secret stands in it as the digest of a salted opening, and never as itself.
 */
export const Entry = z
  .strictObject({
    schema: z.literal(entrySchema),
    /** The event that was disclosed: `<kind>.<record>.<version>`. */
    event: z.string().max(250),
    kind: z.string().max(40),
    record: Id,
    action: z.string().max(60),
    /** From which place the action was taken, such as the authority's lead; never who took it. */
    seat: z.string().max(300),
    at: Instant,
    /** The city or district whose matter it is, as its administrative division code. */
    region: z.string().max(12),
    disclosed: z.looseObject({}),
    /** By field: the digest of the canonical JSON of its opening. `by:<seat>` is the person who acted in that seat, `org:<seat>` for whom. */
    commitments: z.record(z.string().max(80), Digest),
  })
  .meta({ id: 'LedgerEntry' });
export type Entry = z.output<typeof Entry>;

/**
 * What opens a commitment: its canonical JSON (RFC 8785) has the digest that stands in the entry. The salt is 32 random bytes in base64url;
 * once it is deleted nobody can tell what the field was, nor try out what it might have been.
 */
export const Opening = z
  .strictObject({ field: z.string().max(80), salt: z.string().regex(/^[A-Za-z0-9_-]{43}$/), value: z.json() })
  .meta({ id: 'LedgerOpening' });
export type Opening = z.output<typeof Opening>;
