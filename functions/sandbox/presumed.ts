import type { AnalysisRule, Dimension } from '../../contracts/analysis-rule.ts';
import type { Column } from './form.ts';

/** A grain says what a column is; without one, what literals it takes is for the data to say. */
const typeOf = ({ grain }: Dimension): string => (grain === undefined ? 'ANY' : typeof grain === 'string' ? 'TIMESTAMP' : 'DOUBLE');

/** The columns of a table of which nothing is known but its rule: the strictest reading of each grain, and measures of floating point. */
export function presumeColumns({ dimensions, measures, entity, joinable = [] }: AnalysisRule): readonly Column[] {
  const known = [
    ...dimensions.map((dimension) => ({ name: dimension.column, type: typeOf(dimension) })),
    ...measures.map(({ column }) => ({ name: column, type: 'DOUBLE' })),
    ...(entity === null ? [] : [{ name: entity, type: 'ANY' }]),
  ];
  const more = joinable.filter((column) => !known.some(({ name }) => name === column));
  return [...known, ...more.map((name) => ({ name, type: 'ANY' }))];
}
