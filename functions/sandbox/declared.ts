import type * as z from 'zod';
import type { Resource } from '../../contracts/catalogue.ts';
import { declaredPersonal } from '../../contracts/personal-kinds.ts';
import type { Column } from '../../contracts/sandbox.ts';

type Columns = readonly z.output<typeof Column>[];
type Fields = z.output<(typeof Resource)['states']['published']>['fields'];

const folded = (name: string): string => name.trim().toLowerCase();

/** Whether the catalogue declares a column personal; case and spaces around its name aside. */
export const declaring = (fields: Fields): ((name: string) => boolean) => {
  const personal = new Set(fields.filter((f) => f.personal).map((f) => folded(f.name)));
  return (name) => personal.has(folded(name));
};

/**
 * The columns of a file with what their source has declared of them in the catalogue: the scan is a warning system, so what it finds adds to
 * the declaration and never overrules it. Measures arts. 8, 19(2).
 */
export const withDeclared = (columns: Columns, fields: Fields): z.output<typeof Column>[] => {
  const isDeclared = declaring(fields);
  return columns.map((c) => ({ ...c, personal: c.personal ?? (isDeclared(c.name) ? declaredPersonal : null) }));
};
