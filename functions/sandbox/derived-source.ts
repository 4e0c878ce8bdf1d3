import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { refuse } from './csv-header.ts';
import type { IngestionRefusal } from './csv-header.ts';
import type { Derive } from './ingestion.ts';
import { quote, quoteText } from './predicate-printing.ts';
import type { Workshop } from './workshop.ts';

/** What the engine may not do to a derivation: it would work out within TRY, once for all, what may fail, and do so outside. */
export const derivedSettings = ["disabled_optimizers = 'common_subexpressions'"];

/** A table that was derived, as rows of columns `c0`, `c1`… */
export type DerivedSource = { readonly names: readonly string[]; readonly types: readonly string[]; readonly relation: string };

const watchMs = 50;

/** Runs what is derived into a file of the workspace; `stop` ends the work where that grows too large meanwhile. */
export async function openDerived(
  workshop: Workshop,
  { sql, files }: Derive,
  stop: (refusal: IngestionRefusal) => void,
): Promise<DerivedSource> {
  for (const [name, path] of Object.entries(files)) {
    await workshop.run('reading', `CREATE VIEW ${quote(name)} AS FROM read_parquet(${quoteText(path)})`);
  }
  const file = join(workshop.workspace, 'derived.parquet');
  const measure = async (): Promise<void> => {
    const { size } = await stat(file).catch(() => ({ size: 0 }));
    if (size > workshop.limits.bytes) stop(refuse('csv_too_large'));
  };
  const timer = setInterval(() => void measure(), watchMs);
  await workshop
    .run('reading', `COPY (${sql}) TO ${quoteText(file)} (FORMAT parquet, COMPRESSION lz4)`)
    .finally(() => clearInterval(timer));
  const columns = await workshop.texts(`DESCRIBE SELECT * FROM read_parquet(${quoteText(file)})`);
  return {
    names: columns.map(([name = '']) => name),
    types: columns.map(([, type = '']) => type),
    relation: `read_parquet(${quoteText(file)}) AS derived(${columns.map((_, index) => `c${index}`).join(', ')})`,
  };
}
