import { csvOf, type CsvCell } from '../../shared/edge/csv.ts';
import type { Indexed } from './register.ts';
import type { Disclosed, Register, Standing } from './standing.ts';

/** One cell of whatever was disclosed: a list of texts by its members, anything else that is no text or number as JSON. */
const plain = (value: unknown): CsvCell => {
  if (value === undefined || value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value.join('; ') : JSON.stringify(value);
};
/** A column is a field, or a part of one: `title.zh` is a text in Chinese, or in no language of its own. */
const column = (disclosed: Disclosed, name: string): CsvCell => {
  const [field = '', part] = name.split('.');
  const value = disclosed[field];
  if (part === undefined) return plain(value);
  return plain(typeof value === 'object' && value !== null ? (value as Disclosed)[part] : value);
};

const entryColumns = ['index', 'event', 'kind', 'record', 'action', 'seat', 'at', 'region'] as const;
export const entriesCsv = (entries: readonly Indexed[]): string =>
  csvOf(
    [...entryColumns, 'disclosed', 'commitments'],
    entries.map((entry) => [
      ...entryColumns.map((name) => entry[name]),
      JSON.stringify(entry.disclosed),
      JSON.stringify(entry.commitments),
    ]),
  );

const standingColumns = ['first', 'index', 'kind', 'record', 'region', 'since', 'at', 'action', 'overdue'] as const;
const term = ['purposes', 'sectors', 'termStart', 'termEnd'];
/** What each register shows of what was disclosed. */
const columns: Readonly<Record<Register, readonly string[]>> = {
  authorisations: ['status', 'title', 'operator', 'source', 'agreement', 'resource', 'resources', ...term],
  scenarios: ['status', 'title', 'operator', 'purpose', 'grants', 'scenario', 'outcome', 'compliance', 'security'],
  products: ['status', 'title.zh', 'title.en', 'operator', 'summary', 'scenario', 'product', 'useClass', 'ceilingFen', 'priceFen'],
  prices: ['status', 'product', 'priceFen'],
  organisations: ['name.zh', 'name.en', 'type', 'creditCode'],
  reports: [
    'status',
    'type',
    'role',
    'organisation',
    'period.from',
    'period.to',
    'version',
    'publishedAt',
    'late',
    'corrects',
    'totals',
    'digest',
  ],
};
export const registerCsv = (register: Register, standings: readonly Standing[]): string =>
  csvOf(
    [...standingColumns, ...columns[register]],
    standings.map((one) => [...standingColumns.map((name) => one[name]), ...columns[register].map((name) => column(one.disclosed, name))]),
  );
