import type { Privacy } from '../../contracts/analysis-rule.ts';
import type { Statistic } from './budget.ts';
import { nameOf, statisticsOf } from './budget.ts';
import type { Place } from './domains.ts';
import { decimalOf, wholeOf } from './domains.ts';
import type { Cell, QueryResult } from './engine.ts';
import type { Form, Ground, Ordering, Output } from './form.ts';
import { same } from './form.ts';
import type { Chance } from './noise.ts';
import { addNoise } from './noise.ts';
import { endsOf, measureOf, scaleOf } from './printing-private.ts';

/** What one entity changes in one statistic of one cell at most, in the units that it is counted in. */
export function sensitivityOf(statistic: Statistic, ground: Ground, privacy: Privacy): bigint {
  if (statistic.kind === 'entities' || (ground.rule.entity === null && statistic.kind !== 'sum')) return 1n;
  if (statistic.kind !== 'sum') return BigInt(privacy.rowsPerCell);
  const { min, max } = endsOf(measureOf(statistic.column, ground), ground);
  return -min > max ? -min : max;
}

/** A value to show and what it is ordered by. */
type Shown = { readonly cell: Cell; readonly by: bigint | string | number | null };

const extraDigits = 6;

/** Shows one output of a cell from its noised statistics. An average of no values, as far as the noise lets one see, is NULL. */
function show(output: Exclude<Output, { kind: 'dimension' }>, noised: ReadonlyMap<string, bigint>, ground: Ground): Shown {
  const of = (statistic: Statistic): bigint => noised.get(nameOf(statistic)) ?? 0n;
  if (output.kind === 'rows' || output.kind === 'entities') return { cell: wholeOf(of(output)), by: of(output) };
  const scale = scaleOf(measureOf(output.column, ground), ground);
  const sum = of({ kind: 'sum', column: output.column });
  if (output.kind === 'sum') return { cell: scale === 0 ? wholeOf(sum) : decimalOf(sum, scale), by: sum };
  const values = of({ kind: 'values', column: output.column });
  if (values <= 0n) return { cell: null, by: null };
  const mean = (sum * 10n ** BigInt(extraDigits)) / values;
  return { cell: decimalOf(mean, scale + extraDigits), by: mean };
}

function compare(a: readonly Shown[], b: readonly Shown[], order: readonly Ordering[]): number {
  for (const { output, descending, nullsFirst } of order) {
    const [left, right] = [a[output]?.by ?? null, b[output]?.by ?? null];
    if (left === right) continue;
    if (left === null || right === null) return (left === null) === nullsFirst ? -1 : 1;
    return left < right === descending ? 1 : -1;
  }
  return 0;
}

const typeOf = (output: Output, ground: Ground): string => {
  if (output.kind === 'rows' || output.kind === 'entities') return 'BIGINT';
  if (output.kind === 'dimension') return ground.columns.find(({ name }) => name === output.cut.column)?.type ?? 'VARCHAR';
  const scale = scaleOf(measureOf(output.column, ground), ground) + (output.kind === 'avg' ? extraDigits : 0);
  return `DECIMAL(38,${scale})`;
};

/**
 * The answer that is released, from what the engine found by `printPrivate`: every cell of the public grid, in it or not, each statistic with
 * noise of its own, drawn once and shared by all outputs that tell of it. Then order and limit, on what is shown only.
 */
export function noise(
  form: Form,
  ground: Ground & { readonly privacy: Privacy },
  grid: readonly (readonly Place[])[],
  truth: QueryResult,
  chance: Chance,
): QueryResult {
  const statistics = statisticsOf(form);
  const keys = form.groups.length;
  const keyOf = (cells: readonly Cell[]): string => JSON.stringify(cells.map(String));
  const found = new Map(truth.rows.map((row) => [keyOf(row.slice(0, keys)), row.slice(keys)]));
  const rows = grid.map((places) => {
    const held = found.get(keyOf(places.map(({ key }) => key)));
    const noised = new Map(
      statistics.map((statistic, index) => [
        nameOf(statistic),
        addNoise(chance, BigInt(String(held?.[index] ?? 0)), sensitivityOf(statistic, ground, ground.privacy), ground.privacy.epsilonMicro),
      ]),
    );
    return form.outputs.map(({ output }): Shown => {
      if (output.kind !== 'dimension') return show(output, noised, ground);
      const { key, shown } = places[form.groups.findIndex((group) => same(group, output.cut))] ?? { key: '', shown: null };
      const isNumber = typeof shown === 'number' || typeof (output.cut.grain ?? '') === 'object';
      return { cell: shown, by: isNumber ? Number(shown) : key };
    });
  });
  const ordered = rows.toSorted((a, b) => compare(a, b, form.order)).slice(0, form.limit ?? rows.length);
  return {
    columns: form.outputs.map(({ label, output }) => ({ name: label, type: typeOf(output, ground) })),
    rows: ordered.map((row) => row.map(({ cell }) => cell)),
  };
}
