import type { Organisation, Membership } from '../../contracts/organisation.ts';
import { kinds } from '../../contracts/kinds.ts';
import { isLive } from '../kernel/live.ts';
import type { Person, Stored } from '../kernel/process.ts';
import type { Ports } from './ports.ts';
import { RefusalError } from './refusal.ts';

/** Who has not signed in: sees what is public, may do nothing. */
export const visitor: Person = { type: 'person', id: '', org: '', region: '', roles: [] };

/** The token of an Authorization header (RFC 6750, 2.1). */
export const bearerOf = (authorization: string | undefined): string | undefined =>
  /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization ?? '')?.[1];

/**
 * The person behind a request. Roles come from the membership record and are read at every request, so a revoked role is gone at once.
 * @throws RefusalError unauthenticated, not_a_member
 */
export const actorOf = async (headers: Readonly<Record<string, string | undefined>>, { verify, door, now }: Ports): Promise<Person> => {
  const authorization = headers['authorization'];
  const organisation = headers['harbour-organisation'] ?? '';
  if (!/^[A-Za-z0-9-]{0,80}$/.test(organisation)) throw new RefusalError('not_a_member');
  if (authorization === undefined) return visitor;
  const token = bearerOf(authorization);
  const verified = token === undefined ? undefined : await verify(token);
  if (!verified) throw new RefusalError('unauthenticated');
  if (organisation === '') return { ...visitor, id: verified.person };
  return memberAs(verified.person, organisation, { door, now });
};

/** A person as a member of an organisation, by the membership as it is now. @throws RefusalError not_a_member */
export const memberAs = async (person: string, organisation: string, { door, now }: Pick<Ports, 'door' | 'now'>): Promise<Person> => {
  const [membership, org] = await door.load([
    { kind: 'membership', id: `${organisation}:${person}` },
    { kind: 'organisation', id: organisation },
  ]);
  const at = now().toISOString();
  if (!membership || !org || !isLive(kinds.membership.live, membership, at) || !isLive(kinds.organisation.live, org, at))
    throw new RefusalError('not_a_member');
  const { roles } = (membership as unknown as Stored<typeof Membership>).data;
  const { type } = (org as unknown as Stored<typeof Organisation>).data;
  return { ...visitor, id: person, org: organisation, orgType: type, region: org.region, roles };
};
