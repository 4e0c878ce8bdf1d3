import type { Role } from '../../contracts/roles.ts';
import type { Actor, Entrance, Person, Process, Seat, Stored, System } from './process.ts';

/** City covers its districts: 3212 covers 321202. */
export const covers = (region: string, of: string): boolean => region !== '' && of.startsWith(region);
const holds = (actor: Person, roles: readonly Role[]): boolean => roles.some((role) => actor.roles.includes(role));
/** The names under which an actor owns records: the organisation acted for, and oneself. */
export const names = (actor: Person): readonly string[] => (actor.org === '' ? [`person:${actor.id}`] : [actor.org, `person:${actor.id}`]);

/** Holders of a role whose region covers the record's. */
export const role = (role: Role): Seat => ({ label: role, person: (actor, r) => holds(actor, [role]) && covers(actor.region, r.region) });
/** Holders of a role in the record's own organisation. */
export const ownerAs = (role: Role): Seat => ({
  label: `owner:${role}`,
  person: (actor, r) => actor.org === r.owner && holds(actor, [role]),
});
/** Holders of a role in the organisation on the other side of the record. */
export const partyAs = (role: Role): Seat => ({
  label: `party:${role}`,
  person: (actor, r) => actor.org === r.party && holds(actor, [role]),
});
/** The person to whom the record belongs. */
export const oneself: Seat = { label: 'oneself', person: (actor, r) => r.owner === `person:${actor.id}` };
/** Whoever fits one of these seats: one signature, not several. */
export const either = (...seats: readonly [Seat, Seat, ...Seat[]]): Seat => ({
  label: seats.map((s) => s.label).join('|'),
  person: (actor, r) => seats.some((s) => 'person' in s && s.person(actor, r)),
});
export const system = (id: System['id']): Seat => ({ label: `system:${id}`, system: id });

/** Holders of one of these roles may create. */
export const holder = (...roles: readonly [Role, ...Role[]]): Entrance => ({
  label: roles.join('|'),
  person: (actor) => holds(actor, roles),
});
/** Anyone who has signed in, whether or not for an organisation. */
export const anyone: Entrance = { label: 'anyone', person: (actor) => actor.id !== '' };
export const only = (...ids: readonly [System['id'], ...System['id'][]]): Entrance => ({ label: `system:${ids.join('|')}`, system: ids });

/** Whether a record exists for this actor. What one may not see is not found: in detail, lists, history, counts and search alike. */
export const sees = (process: Process, actor: Actor, record: Stored): boolean => {
  if (actor.type === 'system') return true;
  const { roles, public: open, also } = process.sees;
  const own = names(actor);
  return (
    own.includes(record.owner) ||
    (record.party !== undefined && own.includes(record.party)) ||
    (holds(actor, roles) && covers(actor.region, record.region)) ||
    (open?.includes(record.status) ?? false) ||
    (also?.(actor, record) ?? false)
  );
};
