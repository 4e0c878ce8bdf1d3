import * as z from 'zod';
import { Because, CreditCode, Email, Id, Line, Name, Nothing, PersonId } from './fields.ts';
import { kinds } from './kinds.ts';
import { OrganisationType, Region, Role } from './roles.ts';

const Administrator = z.strictObject({ person: PersonId, name: Line, email: Email });
/** A venue is an exchange only where a province has approved it: 国发〔2011〕38号, 国办发〔2012〕37号. */
const Licence = z.strictObject({ type: z.enum(['EXCHANGE', 'SERVICE_CENTRE', 'BRANCH_OF_PROVINCIAL']), approval: Line });
const application = z.strictObject({
  name: Name,
  type: OrganisationType,
  region: Region,
  creditCode: CreditCode,
  administrators: z.array(Administrator).length(2),
  licence: Licence.optional(),
});

/** A party: public management and service institutions of the Measures art. 3, and the trading side. */
export const Organisation = {
  ...kinds.organisation,
  refs: {},
  states: {
    applied: application,
    rejected: application.extend({ reason: Line }),
    verified: application,
    suspended: application.extend({ reason: Line }),
  },
  inputs: {
    create: application,
    resubmit: application,
    verify: Nothing,
    found: Nothing,
    reject: z.strictObject({ reason: Line }),
    suspend: z.strictObject({ reason: Line }),
    reinstate: Nothing,
    overdue: Nothing,
  },
} as const;

const appointment = z.strictObject({ organisation: Id, person: PersonId, name: Line, email: Email, roles: z.array(Role).min(1).max(10) });
const member = appointment.extend({ proposedBy: z.string().max(100) });

/** What a person may do for an organisation. Its id is `<organisation>:<person>`. */
export const Membership = {
  ...kinds.membership,
  refs: { organisation: Organisation },
  states: {
    proposed: member,
    active: member,
    changing: member.extend({ wanted: z.array(Role).min(1).max(10) }),
    ended: member.extend({ reason: Line }),
  },
  inputs: {
    create: appointment,
    admit: Nothing,
    confirm: Nothing,
    decline: Because,
    propose: z.strictObject({ roles: z.array(Role).min(1).max(10) }),
    confirmChange: Nothing,
    declineChange: Nothing,
    end: Because,
    renew: z.strictObject({ roles: z.array(Role).min(1).max(10) }),
  },
} as const;

/** Held while a person serves a venue: its staff may not trade, under whichever membership. Requirements §5, hard rule (5). */
export const venueStaffClaim = (person: string): string => `venue-staff#${person}`;
