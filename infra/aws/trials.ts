import { rehearseDerivation } from '../../functions/sandbox/derivation-rehearsal.ts';
import { openParser } from '../../functions/sandbox/parser.ts';
import type { Trials } from '../../functions/sandbox/preview-route.ts';
import { rehearse } from '../../functions/sandbox/rehearsal.ts';

/** What questions and derivations are tried with: DuckDB's parser, and empty databases for invented rows. */
export const openTrials = async (): Promise<Trials> => ({ parse: (await openParser()).parse, rehearse, rehearseDerivation });
