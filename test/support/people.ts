import type { Role } from '../../contracts/roles.ts';
import type { OrganisationType } from '../../contracts/roles.ts';
import type { Person, System } from '../../shared/kernel/process.ts';
import { district, maker } from './fixtures.ts';

const city = '3212';
const elsewhere = '321203';
const member = (id: string, org: string, region: string, role: Role, orgType?: OrganisationType): Person => ({
  type: 'person',
  id,
  org,
  region,
  roles: [role],
  ...(orgType === undefined ? {} : { orgType }),
});
const alone = (id: string): Person => ({ type: 'person', id, org: '', region: '', roles: [] });

/**
 * One of each kind of person of requirements §5. The records of the tests belong to `source-a`, `operator-a`, `buyer-a` and to a district of
 * the city: "other" is a member of another such organisation, "of another district" one whose region does not cover that district.
 */
export const people = {
  visitor: alone(''),
  newcomer: alone('newcomer'),
  applicant: alone(maker),
  appointee: alone('member'),
  steward: member('steward', 'source-a', district, 'source.steward', 'PUBLIC_INSTITUTION'),
  'other steward': member('steward-b', 'source-b', district, 'source.steward', 'PUBLIC_INSTITUTION'),
  cdo: member('cdo', 'source-a', district, 'source.cdo', 'PUBLIC_INSTITUTION'),
  'other cdo': member('cdo-b', 'source-b', district, 'source.cdo', 'PUBLIC_INSTITUTION'),
  admin: member('admin', 'source-a', district, 'org.admin', 'PUBLIC_INSTITUTION'),
  'other admin': member('admin-b', 'source-b', district, 'org.admin', 'PUBLIC_INSTITUTION'),
  'case of the city': member('case', 'authority-city', city, 'authority.case', 'DATA_AUTHORITY'),
  'case of the district': member('case-d', 'authority-district', district, 'authority.case', 'DATA_AUTHORITY'),
  'case of another district': member('case-e', 'authority-elsewhere', elsewhere, 'authority.case', 'DATA_AUTHORITY'),
  'lead of the city': member('lead', 'authority-city', city, 'authority.lead', 'DATA_AUTHORITY'),
  'lead of the district': member('lead-d', 'authority-district', district, 'authority.lead', 'DATA_AUTHORITY'),
  'lead of another district': member('lead-e', 'authority-elsewhere', elsewhere, 'authority.lead', 'DATA_AUTHORITY'),
  grantor: member('grantor', 'government', city, 'granting.officer', 'GRANTING_BODY'),
  'grantor of another district': member('grantor-e', 'government-elsewhere', elsewhere, 'granting.officer', 'GRANTING_BODY'),
  implementing: member('implementer', 'implementing', city, 'implementing.officer', 'IMPLEMENTING_INSTITUTION'),
  'implementing of another district': member(
    'implementer-e',
    'implementing-e',
    elsewhere,
    'implementing.officer',
    'IMPLEMENTING_INSTITUTION',
  ),
  cyberspace: member('cyber', 'cyberspace', city, 'cyberspace.officer', 'CYBERSPACE'),
  'cyberspace of another district': member('cyber-e', 'cyberspace-e', elsewhere, 'cyberspace.officer', 'CYBERSPACE'),
  police: member('police', 'public-security', city, 'police.officer', 'PUBLIC_SECURITY'),
  security: member('security', 'state-security', city, 'security.officer', 'STATE_SECURITY'),
  'operator agent': member('agent', 'operator-a', city, 'operator.agent', 'OPERATOR'),
  'other operator agent': member('agent-b', 'operator-b', city, 'operator.agent', 'OPERATOR'),
  'operator signatory': member('signatory', 'operator-a', city, 'operator.signatory', 'OPERATOR'),
  'other operator signatory': member('signatory-b', 'operator-b', city, 'operator.signatory', 'OPERATOR'),
  expert: member('expert-a', 'committee', city, 'expert', 'EXPERT_COMMITTEE'),
  'other expert': member('expert-b', 'committee', city, 'expert', 'EXPERT_COMMITTEE'),
  secretary: member('secretary', 'committee', city, 'committee.secretary', 'EXPERT_COMMITTEE'),
  'secretary of another district': member('secretary-e', 'committee-e', elsewhere, 'committee.secretary', 'EXPERT_COMMITTEE'),
  'venue reviewer': member('reviewer', 'venue', city, 'venue.reviewer', 'TRADING_VENUE'),
  'venue lead': member('venue-lead', 'venue', city, 'venue.lead', 'TRADING_VENUE'),
  'venue cashier': member('cashier', 'venue', city, 'venue.cashier', 'TRADING_VENUE'),
  'venue lead of another district': member('venue-lead-e', 'venue-e', elsewhere, 'venue.lead', 'TRADING_VENUE'),
  'buyer agent': member('buyer', 'buyer-a', city, 'buyer.agent', 'BUYER'),
  'other buyer agent': member('buyer-b', 'buyer-b', city, 'buyer.agent', 'BUYER'),
  'buyer signatory': member('buyer-sign', 'buyer-a', city, 'buyer.signatory', 'BUYER'),
  'other buyer signatory': member('buyer-sign-b', 'buyer-b', city, 'buyer.signatory', 'BUYER'),
  assessor: member('assessor', 'third-party', city, 'thirdparty.assessor', 'THIRD_PARTY'),
  auditor: member('auditor', 'audit', city, 'auditor', 'AUDITOR'),
  'auditor of another district': member('auditor-e', 'audit-e', elsewhere, 'auditor', 'AUDITOR'),
  sre: member('sre', 'platform', city, 'sre', 'PLATFORM'),
} as const satisfies Record<string, Person>;

export const systems = {
  'system bootstrap': { type: 'system', id: 'bootstrap' },
  'system clock': { type: 'system', id: 'clock' },
  'system reaction': { type: 'system', id: 'reaction' },
  'system webhook': { type: 'system', id: 'webhook' },
  'system worker': { type: 'system', id: 'worker' },
} as const satisfies Record<string, System>;

export const actors = { ...people, ...systems };
export type Who = keyof typeof actors;
/** Another person of the same seat. */
export const colleague = (person: Person): Person => ({ ...person, id: `${person.id}-2` });
