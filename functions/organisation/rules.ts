import { kinds } from '../../contracts/kinds.ts';
import { venueStaffClaim, type Membership, type Organisation } from '../../contracts/organisation.ts';
import { rolesOf, type Role } from '../../contracts/roles.ts';
import type { Refusal } from '../../contracts/refusals.ts';
import { checkCreditCode } from '../../shared/kernel/identifiers.ts';
import type { Actor, Claim, Creating, Seen, Stored, Verdict } from '../../shared/kernel/process.ts';
import type * as z from 'zod';

export type Application = z.output<(typeof Organisation)['inputs']['create']>;
type Org = Seen<typeof Organisation>;

/** GB 32100-2015: the eighteenth character is a check digit. */
export const creditCodeHolds = ({ input }: { input: Application }): Refusal | undefined =>
  checkCreditCode(input.creditCode) ? undefined : 'credit_code_invalid';

/** Four eyes begin with two persons: requirements §5, privilege grant. */
export const twoAdministrators = ({ input: { administrators } }: { input: Application }): Refusal | undefined =>
  administrators[0]?.person === administrators[1]?.person ? 'administrators_same' : undefined;

export const applicantAdministers = ({ input, actor }: { input: Application; actor: Actor }): Refusal | undefined =>
  actor.type === 'system' || input.administrators.some((a) => a.person === actor.id) ? undefined : 'administrator_must_apply';

/** An application stays with the authority that it was sent to: what its members may reach is told by its region. */
export const sameRegion = ({ record, input }: { record: { region: string }; input: Application }): Verdict =>
  input.region === record.region ? undefined : { code: 'invalid_input', about: { region: record.region } };

/** Nobody verifies an organisation that they are to administer: requirements §5, privilege grant. */
export const notAdministrator = ({ record, actor }: { record: { data: Application }; actor: Actor }): Refusal | undefined =>
  actor.type === 'person' && record.data.administrators.some((a) => a.person === actor.id) ? 'own_work' : undefined;

/** A venue states its licence: 国发〔2011〕38号, 国办发〔2012〕37号; requirements §0(8). */
export const venueIsLicensed = ({ input }: { input: Application }): Refusal | undefined =>
  input.type === 'TRADING_VENUE' && input.licence === undefined ? 'venue_licence_required' : undefined;

export const rolesFit = (org: Org, roles: readonly Role[]): Refusal | undefined =>
  roles.every((role) => rolesOf[org.data.type].includes(role)) ? undefined : 'role_not_of_type';

export const appointmentFits = ({ input, refs }: Creating<typeof Membership, 'organisation'>): Refusal | undefined =>
  rolesFit(refs.organisation, input.roles);

/** Who proposed the standing change may not confirm it: requirements §5, privilege grant. */
export const notProposer = ({ record, actor }: { record: { data: { proposedBy: string } }; actor: Actor }): Refusal | undefined =>
  actor.type === 'person' && record.data.proposedBy === actor.id ? 'own_work' : undefined;

/** One venue at a time, and no trading meanwhile. */
export const venueStaff = ({ status, data: { person, roles } }: Pick<Stored<typeof Membership>, 'status' | 'data'>): readonly Claim[] =>
  kinds.membership.live.some((live) => live === status) && roles.some((role) => role.startsWith('venue.'))
    ? [{ value: venueStaffClaim(person), or: 'already_exists' }]
    : [];

export const nameOf = (actor: Actor): string => (actor.type === 'person' ? actor.id : `system:${actor.id}`);
