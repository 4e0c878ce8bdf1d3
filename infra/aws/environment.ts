/** What a function is told by its environment: names and addresses only, never a secret. The stacks write it, the functions read it. */
export const variables = {
  records: 'HARBOUR_RECORDS_TABLE',
  disclosure: 'HARBOUR_DISCLOSURE_TABLE',
  openings: 'HARBOUR_OPENINGS_TABLE',
  releases: 'HARBOUR_RELEASES_TABLE',
  money: 'HARBOUR_MONEY_TABLE',
  search: 'HARBOUR_SEARCH_TABLE',
  usage: 'HARBOUR_USAGE_TABLE',
  objects: 'HARBOUR_OBJECTS_BUCKET',
  secret: 'HARBOUR_SECRET_ARN',
  ledgerBucket: 'HARBOUR_LEDGER_BUCKET',
  /** Unset until the portal has a name: before that no log begins. */
  ledgerOrigin: 'HARBOUR_LEDGER_ORIGIN',
  /** A JSON list of {"key", "url"}; unset where there are none. */
  ledgerWitnesses: 'HARBOUR_LEDGER_WITNESSES',
  /** Only where the ledger is signed: the ARNs of its keys, the newest last, with commas between. */
  ledgerKeys: 'HARBOUR_LEDGER_KEYS',
  /** Only where requests of people arrive. */
  issuer: 'HARBOUR_OIDC_ISSUER',
  audience: 'HARBOUR_OIDC_AUDIENCE',
  jwks: 'HARBOUR_OIDC_JWKS',
  /** Only where events are carried on. */
  jobs: 'HARBOUR_JOBS_QUEUE',
  /** Set where the objects of quarantine are scanned and tagged. */
  malwareTags: 'HARBOUR_MALWARE_TAGS',
  /** Set by Lambda itself. */
  region: 'AWS_REGION',
} as const;
export type Setting = keyof typeof variables;

/** What this function was told, or undefined where it was told nothing. */
export const told = (name: Setting): string | undefined => process.env[variables[name]];

/** @throws Error with the name of the variable, where it is not set */
export const setting = (name: Setting): string => {
  const value = told(name);
  if (value === undefined) throw new Error(`${variables[name]} is not set`);
  return value;
};
