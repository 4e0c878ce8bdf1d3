import type { Ref, Stored } from '../../shared/kernel/process.ts';

/** Where the parts of a deposited file wait until it has passed its checks. Each attempt has a place of its own. */
export const quarantineFolder = (dataset: string): string => `quarantine/${dataset}/`;
export const attemptFolder = (dataset: string, attempt: number): string => `${quarantineFolder(dataset)}${attempt}/`;
export const quarantineKey = (dataset: string, attempt: number, part: number): string =>
  `${attemptFolder(dataset, attempt)}${String(part).padStart(4, '0')}`;
/** The number of an attempt and of a part, from a key. */
export const placeIn = (key: string): { readonly attempt: number; readonly part: number } => {
  const [part, attempt] = key.split('/').toReversed().map(Number);
  return { attempt: attempt ?? Number.NaN, part: part ?? Number.NaN };
};

export const sandboxFolder = (dataset: string): string => `sandbox/${dataset}/`;
export const parquetKey = (dataset: string, attempt: number): string => `${sandboxFolder(dataset)}${attempt}.parquet`;
export const resultKey = (query: string): string => `results/${query}.json`;

/** One job for each attempt: whoever sees a dataset knows where its progress is told. */
export const jobId = ({ task, subject, round }: { readonly task: string; readonly subject: Ref; readonly round: number }): string =>
  `${task}:${subject.id}:${round}`;

/** The attempt that a deposit would begin now. */
export const nextAttempt = (record: Stored): number => ('attempt' in record.data ? Number(record.data['attempt']) + 1 : 1);

/** The files of one request: named by their content, so that what was reviewed is what is delivered, whoever examined it again. */
export const exportFolder = (request: string): string => `exports/${request}/`;
/** A file before any buyer's fingerprint. */
export const exportKey = (request: string, digest: string): string => `${exportFolder(request)}${digest.replace(':', '-')}.csv`;
/** On how many entities each of its rows rests, which never leaves. */
export const entitiesKey = (object: string): string => object.replace(/csv$/, 'entities.json');
/** The name of a file's place in the memory of releases, apart from those of queries. */
export const exportRelease = (request: string): string => `export/${request}`;
