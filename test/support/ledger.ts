import type { Entry } from '../../contracts/disclosure.ts';
import { Fault } from '../../verifier/fault.js';
import { openLog, verifyEntries, verifySince } from '../../verifier/log.js';
import { webSource, type Source } from '../../verifier/source.js';

/** A log as a visitor reads it: its checkpoint, to be noted, and its entries. */
export type Visit = {
  readonly problems: readonly string[];
  readonly noted: readonly Uint8Array<ArrayBuffer>[];
  readonly entries: readonly Entry[];
};

/**
 * Verifies a log by its public files alone: every tile and entry gives the signed root, and every checkpoint that was noted earlier is the
 * beginning of it.
 */
export const visit = async (source: Source, earlier: Visit['noted'] = []): Promise<Visit> => {
  const noted = await source.get('checkpoint', 1_000_000);
  if (!noted) return { problems: earlier.length > 0 ? ['the checkpoint is gone'] : [], noted: [], entries: [] };
  const entries: Entry[] = [];
  try {
    const log = await openLog(source);
    await verifyEntries(log, (some) => void entries.push(...some.map((bytes) => JSON.parse(Buffer.from(bytes).toString()) as Entry)));
    for (const one of earlier) await verifySince(log, one);
    return { problems: [], noted: [...earlier, noted], entries };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { problems: [`the ledger is not whole: ${error.message}`], noted: earlier, entries };
  }
};

/** All entries of a host's log, verified, in their order; those by which the log announces its keys left out. */
export const disclosures = async (origin: string): Promise<readonly Entry[]> => {
  const { problems, entries } = await visit(webSource(`${origin}/log/`));
  if (problems.length > 0) throw new Error(problems.join('; '));
  return entries.filter(({ kind }) => kind !== 'log');
};
