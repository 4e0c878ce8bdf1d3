import type { Stored } from '../../shared/kernel/process.ts';

/** Where a deposited file waits until it has passed its checks. Each attempt has a place of its own. */
export const quarantineKey = (dataset: string, attempt: number): string => `quarantine/${dataset}/${attempt}.csv`;
export const parquetKey = (dataset: string, attempt: number): string => `sandbox/${dataset}/${attempt}.parquet`;
export const resultKey = (query: string): string => `results/${query}.json`;

/** The attempt that a deposit would begin now. */
export const nextAttempt = (record: Stored): number => ('attempt' in record.data ? Number(record.data['attempt']) + 1 : 1);
