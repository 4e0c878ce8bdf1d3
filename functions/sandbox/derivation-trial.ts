import type { Derivation } from '../../contracts/derivation.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import type { Source } from './derivation-expressions.ts';
import type { Derived } from './derivation-grammar.ts';
import { derive } from './derivation-grammar.ts';
import type { Cell } from './engine.ts';
import type { Parser } from './gate.ts';

/** The types of the columns that a derivation makes, and a few of its rows over invented ones. */
export type Rehearsed = { readonly types: readonly string[]; readonly rows: readonly (readonly Cell[])[] };
/** Runs a derivation over invented rows; undefined where it does not bind, end in time or make columns that a rule can use. */
export type RehearseDerivation = (derived: Derived, sources: readonly Source[]) => Promise<Rehearsed | undefined>;
/** What a derivation is tried with. */
export type DerivationTrials = { readonly parse: Parser; readonly rehearseDerivation: RehearseDerivation };

/** What becomes of an operator's text: its columns with their types, as tried over invented rows. Nothing of the data is read. */
export async function tryOut(
  { sql, layout }: Pick<Stored<typeof Derivation>['data'], 'sql' | 'layout'>,
  sources: readonly Source[],
  { parse, rehearseDerivation }: DerivationTrials,
) {
  const derived = await derive(sql, sources, parse);
  if ('refused' in derived) return derived;
  const sample = await rehearseDerivation(derived, sources);
  if (sample === undefined) return { refused: 'derivation_unfit', at: null } as const;
  const foreign = layout.find((name) => !derived.columns.some((column) => column.name === name));
  return foreign === undefined ? { derived, sample } : ({ refused: 'layout_column_unknown', at: null } as const);
}
