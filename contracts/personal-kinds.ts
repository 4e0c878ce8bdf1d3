/**
 * What the scan of a column may find. All but `credit_code` are personal information in the sense of the Personal Information Protection Law
 * art. 4; a unified social credit code identifies an organisation, which may be a single trader.
 */
export const personalKinds = [
  'resident_id',
  'credit_code',
  'mobile',
  'bank_card',
  'plate',
  'email',
  'name',
  'phone',
  'address',
  'birth',
] as const;

export type PersonalKind = (typeof personalKinds)[number];

/** Of a column in which the scan found nothing, but which its source declared personal in the catalogue. */
export const declaredPersonal = 'declared';
