import type { Entry } from '../../contracts/disclosure.ts';

export const registers = ['authorisations', 'scenarios', 'products', 'prices', 'organisations', 'reports'] as const;
export type Register = (typeof registers)[number];
export type Disclosed = Readonly<Record<string, unknown>>;
export type Name = { readonly zh: string; readonly en: string };

/** What has been disclosed of a record until now: the latest word on each of its fields. */
export type Standing = {
  readonly kind: string;
  readonly record: string;
  /** The index of its first entry, by which registers are in order, and of its latest. */
  readonly first: number;
  readonly index: number;
  readonly since: string;
  readonly at: string;
  readonly region: string;
  readonly action: string;
  readonly organisations: readonly string[];
  readonly disclosed: Disclosed;
  /** When a deadline passed unkept, the last time. */
  readonly overdue?: string;
};

type Concern = {
  readonly register?: Register;
  /** The fields that hold the organisations whom an entry concerns; `record` is the record itself. */
  readonly organisations?: readonly string[];
  /** The fields that hold records, whose organisations it concerns too. */
  readonly through?: readonly string[];
};
/** Which register a kind stands in, and whom its entries concern: after what the tables publish. */
const concerns: Readonly<Record<string, Concern>> = {
  organisation: { register: 'organisations', organisations: ['record'] },
  resource: { organisations: ['owner'] },
  agreement: { register: 'authorisations', organisations: ['operator'] },
  grant: { register: 'authorisations', organisations: ['operator', 'source'] },
  scenario: { register: 'scenarios', organisations: ['operator'] },
  assessment: { register: 'scenarios', organisations: ['operator'] },
  dataset: { through: ['resource', 'scenario'] },
  product: { register: 'products', organisations: ['operator'] },
  listing: { register: 'products', organisations: ['operator'] },
  order: { register: 'prices', through: ['product'] },
  disclosureDuty: { organisations: ['organisation'] },
  disclosureRecord: { register: 'reports', organisations: ['organisation'] },
};
/** Of which kind a record is that a field names. */
const kindOfField: Readonly<Record<string, string>> = {
  operator: 'organisation',
  source: 'organisation',
  owner: 'organisation',
  organisation: 'organisation',
  resource: 'resource',
  resources: 'resource',
  agreement: 'agreement',
  scenario: 'scenario',
  product: 'product',
};

const mostOrganisations = 20;
const idsIn = (value: unknown): readonly string[] =>
  [value].flat().filter((id): id is string => typeof id === 'string' && id !== '' && id.length <= 120);

export const registerOf = (kind: string): Register | undefined => concerns[kind]?.register;
export const refKey = (kind: string, id: string): string => `${kind}#${id}`;

/** The records that fields name, as `<kind>#<id>`. */
export const refsIn = (disclosed: Disclosed, fields: readonly string[] = Object.keys(kindOfField)): readonly string[] =>
  fields.flatMap((field) => {
    const kind = kindOfField[field];
    return kind === undefined ? [] : idsIn(disclosed[field]).map((id) => refKey(kind, id));
  });
/** The records whose organisations an entry of a kind concerns too, as `<kind>#<id>`. */
export const throughOf = (kind: string, disclosed: Disclosed): readonly string[] => refsIn(disclosed, concerns[kind]?.through ?? []);

/**
 * What stands of a record after one more entry: later words replace earlier ones, field by field. That a deadline passed is a mark beside it.
 * @param through the standings of the records that `throughOf` names
 */
export const standingAfter = (entry: Entry, index: number, before: Standing | undefined, through: readonly Standing[]): Standing => {
  const { kind, record, at, action, region } = entry;
  const { overdue: late, ...told }: Disclosed = entry.disclosed;
  const disclosed = { ...before?.disclosed, ...told };
  const own = (concerns[kind]?.organisations ?? []).flatMap((field) => (field === 'record' ? [record] : idsIn(disclosed[field])));
  const organisations = [...new Set([...own, ...through.flatMap((one) => one.organisations)])].toSorted().slice(0, mostOrganisations);
  const overdue = late === undefined ? before?.overdue : at;
  return {
    kind,
    record,
    first: before?.first ?? index,
    index,
    since: before?.since ?? at,
    at,
    region,
    action,
    organisations,
    disclosed,
    ...(overdue === undefined ? {} : { overdue }),
  };
};
/** Whether anything is known of a record but that it is there, and late. */
export const isTold = ({ disclosed }: Standing): boolean => Object.keys(disclosed).some((field) => field !== 'id');

const nameIn = (value: unknown): Name | undefined => {
  if (typeof value === 'string') return { zh: value, en: value };
  const { zh, en } = (value ?? {}) as { readonly zh?: unknown; readonly en?: unknown };
  return typeof zh === 'string' && typeof en === 'string' ? { zh, en } : undefined;
};
/** What a record is called in public; undefined where it has no name of its own. */
export const nameOf = ({ disclosed }: Standing): Name | undefined => nameIn(disclosed['name']) ?? nameIn(disclosed['title']);

const leaves = (value: unknown): readonly string[] =>
  typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [];
/** The text by which a record is found: all that was disclosed of it, and what the records are called that it names. */
export const textOf = (standing: Standing, names: readonly Name[]): string =>
  [standing.record, ...leaves(standing.disclosed), ...names.flatMap(({ zh, en }) => [zh, en])].join(' ');
/** The tags by which a search is narrowed. */
export const tagsOf = ({ kind, region, organisations }: Standing): readonly string[] => {
  const register = registerOf(kind);
  return [
    `kind=${kind}`,
    ...(region === '' ? [] : [`region=${region}`]),
    ...organisations.map((id) => `organisation=${id}`),
    ...(register === undefined ? [] : [`register=${register}`]),
  ];
};
