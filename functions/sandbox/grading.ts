import type * as z from 'zod';
import type { Resource } from '../../contracts/catalogue.ts';
import { declaredPersonal } from '../../contracts/personal-kinds.ts';
import type { Dataset } from '../../contracts/sandbox.ts';
import { declaring } from './declared.ts';

type Inspection = z.output<(typeof Dataset)['states']['inspected']>['inspection'];
type Finding = Inspection['findings'][number];
type Entry = Pick<z.output<(typeof Resource)['states']['published']>, 'fields' | 'grade'>;

/** From the lowest to the highest: the levels of GB/T 43697, general data with the four of its Annex H. */
const grades = ['GENERAL_1', 'GENERAL_2', 'GENERAL_3', 'GENERAL_4', 'IMPORTANT', 'CORE'] as const satisfies readonly Entry['grade'][];
/** Sensitive personal information is of the fourth level at least, other personal information of the second: GB/T 43697-2024, Annex H. */
const sensitive = new Set(['resident_id', 'bank_card']);
/** It identifies an organisation, not a person. */
const impersonal = 'credit_code';
const leastOf = (personal: string): Entry['grade'] => (sensitive.has(personal) ? 'GENERAL_4' : 'GENERAL_2');

/**
 * Where a file disagrees with its entry in the catalogue: personal information in a column that the entry does not declare, and a grade lower
 * than what a column demands. The scan is a warning system: a finding is for an officer to judge. Measures arts. 8, 22; GB/T 43697-2024.
 */
export const findingsOf = (columns: Inspection['columns'], { fields, grade }: Entry): Finding[] => {
  const isDeclared = declaring(fields);
  return columns.flatMap(({ name: column, personal: found }): Finding[] => {
    const personal = found ?? (isDeclared(column) ? declaredPersonal : impersonal);
    if (personal === impersonal) return [];
    const isTooLow = grades.indexOf(grade) < grades.indexOf(leastOf(personal));
    return [
      ...(isDeclared(column) ? [] : [{ column, personal, finding: 'UNDECLARED' } as const]),
      ...(isTooLow ? [{ column, personal, finding: 'GRADE_TOO_LOW' } as const] : []),
    ];
  });
};
