import { entrySchema, type Entry } from '../../contracts/disclosure.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import type { Event } from '../../shared/kernel/decide.ts';
import { digest, type Digest } from '../../shared/kernel/digest.ts';
import type { Json } from '../../shared/store/table.ts';

/** What stands in an entry for a field that is not shown. */
export type Commitment = { readonly field: string; readonly commitment: Digest };
type Opening = { readonly field: string; readonly salt: string; readonly value: Json };

/** The digest of the canonical JSON (RFC 8785) of an opening: hiding because its salt is random, binding because SHA-256 is. */
export const commitmentOf = ({ field, salt, value }: Opening): Digest => digest(canonical({ field, salt, value }));

/**
 * All that an event commits to, by field: what its table names, and of each person who took the action or signed it the name (`by:<seat>`)
 * and the organisation (`org:<seat>`).
 */
export const sealedOf = ({ by, org, seat, sealed = {}, signers = {} }: Event): Readonly<Record<string, Json>> => {
  const acted = by.startsWith('system:') ? signers : { ...signers, [seat]: { by, org } };
  const named = Object.entries(acted).flatMap(([label, signer]) => [
    [`by:${label}`, signer.by],
    ...(signer.org === '' ? [] : [[`org:${label}`, signer.org]]),
  ]);
  return { ...(sealed as Readonly<Record<string, Json>>), ...(Object.fromEntries(named) as Readonly<Record<string, Json>>) };
};

/**
 * An event as it stands in the public ledger: what its action chose to disclose, and the commitments to what it did not. Its canonical JSON
 * (RFC 8785) is the leaf of the log.
 * @param commitments one for each field of `sealedOf`, always the same for one event, so that its entry is
 * @throws RangeError where a field has none
 */
export const entryOf = (event: Event, commitments: readonly Commitment[]): Entry => {
  const { id, kind, record, action, seat, at, region, public: disclosed = {} } = event;
  const byField = Object.fromEntries(commitments.map(({ field, commitment }) => [field, commitment]));
  if (Object.keys(sealedOf(event)).some((field) => !(field in byField))) throw new RangeError('a sealed field has no commitment');
  return {
    schema: entrySchema,
    event: id,
    kind,
    record,
    action,
    seat,
    at,
    region,
    disclosed: disclosed as Entry['disclosed'],
    commitments: byField,
  };
};
