import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { Opening } from '../../contracts/disclosure.ts';
import type { Call, Route } from '../../shared/edge/context.ts';
import { parse } from '../../shared/edge/parse.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import { isInside, isNamedTo } from '../../shared/edge/view.ts';
import type { Event } from '../../shared/kernel/decide.ts';
import type { Digest } from '../../shared/kernel/digest.ts';
import type { Person, Stored } from '../../shared/kernel/process.ts';
import type { Item, Json, Key, Table } from '../../shared/store/table.ts';
import { commitmentOf, sealedOf, type Commitment } from './entry.ts';

/** A commitment with what opens it; or, once that is erased, with the instant at which it was. */
export type Kept = Commitment & ({ readonly salt: string; readonly value: Json } | { readonly erasedAt: string });

const saltBytes = 32;
const mostFields = 100;
const partition = (event: string): string => `opening#${event}`;
const keyOf = (event: string, field: string): Key => ({ pk: partition(event), sk: field });
const keptOf = (item: Item): Kept => {
  const { sk: field, salt, value, commitment, erasedAt } = item as Item & Record<'salt' | 'erasedAt', string> & { value: Json };
  if (erasedAt !== undefined) return { field, commitment: commitment as Digest, erasedAt };
  return { field, commitment: commitmentOf({ field, salt, value }), salt, value };
};

/** The openings of an event that are kept. */
export const openingsOf = async (table: Table, event: string): Promise<readonly Kept[]> =>
  (await table.query({ key: partition(event), limit: mostFields })).map(keptOf);

/**
 * The openings of an event's sealed fields, made once: whoever is first decides the salts, and whatever is repeated is answered with those, so
 * that the event has one entry. An erased one has its commitment still, and is never made again.
 */
export const openingsFor = async (table: Table, event: Event): Promise<readonly Kept[]> => {
  const fields = Object.entries(sealedOf(event));
  if (fields.length === 0) return [];
  const kept = await openingsOf(table, event.id);
  if (kept.length > 0) return kept;
  await table.transact(
    fields.map(([field, value]) => ({
      put: { ...keyOf(event.id, field), salt: randomBytes(saltBytes).toString('base64url'), value },
      if: { absent: true },
    })),
  );
  return openingsOf(table, event.id);
};

/**
 * Deletes the salt and the value of one field, so that its commitment tells nobody what the field was (PIPL art. 47); twice is once.
 * @returns whether the event has such a field
 */
export const eraseOpening = async (table: Table, event: string, field: string, at: string): Promise<boolean> => {
  const key = keyOf(event, field);
  const [item] = await table.get([key]);
  if (!item) return false;
  const kept = keptOf(item);
  if ('salt' in kept)
    await table.transact([{ put: { ...key, commitment: kept.commitment, erasedAt: at }, if: { equals: { salt: kept.salt } } }]);
  return true;
};

/** The parts of an event's id: `<kind>.<record>.<n>`. */
const eventId = /^([A-Za-z]{1,40})\.([A-Za-z0-9][A-Za-z0-9._:-]{0,119})\.([1-9]\d{0,6})$/;
export const OpeningsQuery = z.strictObject({ event: z.string().max(170).regex(eventId) });

const disclosed = async ({ records, door }: Ports, id: string): Promise<{ record: Stored; event: Event } | undefined> => {
  const [, kind, record, n] = eventId.exec(id) ?? [];
  if (kind === undefined || record === undefined) return undefined;
  const ref = { kind, id: record };
  const [[found], [out]] = await Promise.all([door.load([ref]), records.history(ref, Number(n) - 1, 1)]);
  return found && out?.event.id === id && out.event.public ? { record: found, event: out.event } : undefined;
};
/** Who acted in a seat is told to those to whom a timeline names them; every other field to all who are inside the record. */
const mayOpen = ({ by, org, seat, region, signers = {} }: Event, field: string, actor: Person): boolean => {
  if (!field.startsWith('by:')) return true;
  const signer = { ...signers, [seat]: { by, org } }[field.slice('by:'.length)] ?? { by: '', org: '' };
  return isNamedTo({ ...signer, region }, actor);
};

type Asking = Pick<Call, 'actor' | 'ports'>;
/** What an actor may read of an event's openings; undefined where they may read none, or there is no such disclosure. */
const keptFor = async ({ actor, ports }: Asking, id: string): Promise<readonly Kept[] | undefined> => {
  const { record, event } = (await disclosed(ports, id)) ?? {};
  const process = record && ports.processes.get(record.kind);
  if (!process || !event || !isInside(process, record, actor)) return undefined;
  return (await openingsOf(ports.tables.openings, id)).filter(({ field }) => mayOpen(event, field, actor));
};

/** The openings of an event that an actor is entitled to and that are not erased; none for all others. */
export const entitledOpenings = async (asking: Asking, event: string): Promise<readonly Opening[]> =>
  ((await keptFor(asking, event)) ?? []).flatMap((kept) =>
    'salt' in kept ? [{ field: kept.field, salt: kept.salt, value: kept.value as Opening['value'] }] : [],
  );

export const openingsRoute: Route = {
  method: 'GET',
  path: '/v1/disclosure/openings',
  operation: 'listOpenings',
  summary: ['承诺字段的开启值', 'What opens the commitments of a disclosed event, for those entitled'],
  open: false,
  query: OpeningsQuery,
  refusals: ['unauthenticated', 'invalid_input', 'not_found'],
  answers: async ({ query, ...call }) => {
    const { event } = parse(OpeningsQuery, query);
    const items = await keptFor(call, event);
    if (!items) throw new RefusalError('not_found');
    return { status: 200, body: { event, items } };
  },
};
