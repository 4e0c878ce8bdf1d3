import type { Who } from '../support/people.ts';

// Groups of those who act, as the permission matrix names them.

export const theCase = ['case of the city', 'case of the district'] as const;
export const theLead = ['lead of the city', 'lead of the district'] as const;
export const authority = [...theCase, ...theLead] as const;
export const anyCase = [...theCase, 'case of another district'] as const;
export const source = ['steward', 'cdo', 'admin'] as const;
export const operator = ['operator agent', 'operator signatory'] as const;
export const anyOperatorAgent = ['operator agent', 'other operator agent'] as const;
export const buyer = ['buyer agent', 'buyer signatory'] as const;
export const anyBuyerAgent = ['buyer agent', 'other buyer agent'] as const;
export const reaction = ['system reaction'] as const;
export const clock = ['system clock'] as const;
export const worker = ['system worker'] as const;
/** Everyone who has signed in. */
export const signedIn: readonly Who[] = [
  ...(['newcomer', 'applicant', 'appointee', 'steward', 'other steward', 'cdo', 'other cdo', 'admin', 'other admin'] as const),
  ...(['case of the city', 'case of the district', 'case of another district'] as const),
  ...(['lead of the city', 'lead of the district', 'lead of another district'] as const),
  ...(['grantor', 'grantor of another district', 'implementing', 'implementing of another district'] as const),
  ...(['cyberspace', 'cyberspace of another district', 'police', 'security'] as const),
  ...(['operator agent', 'other operator agent', 'operator signatory', 'other operator signatory'] as const),
  ...(['expert', 'other expert', 'secretary', 'secretary of another district'] as const),
  ...(['venue reviewer', 'venue lead', 'venue cashier', 'venue lead of another district'] as const),
  ...(['buyer agent', 'other buyer agent', 'buyer signatory', 'other buyer signatory'] as const),
  ...(['assessor', 'auditor', 'auditor of another district', 'sre'] as const),
];
