import { printBin } from './bins.ts';
import type { Cut, Literal, Predicate } from './form.ts';

export const quote = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;

/** Text inside single quotes; DuckDB knows no other escape there than the doubled quote. */
export const quoteText = (value: string): string => `'${value.replaceAll("'", "''")}'`;

const literals: Readonly<Record<Literal['kind'], (text: string) => string>> = {
  integer: (text) => text,
  decimal: (text) => text,
  double: (text) => text,
  boolean: (text) => text,
  text: quoteText,
  date: (text) => `DATE ${quoteText(text)}`,
  timestamp: (text) => `TIMESTAMP ${quoteText(text)}`,
};

export const printLiteral = ({ kind, text }: Literal): string => literals[kind](text);

export function printCut({ column, grain }: Cut): string {
  if (grain === null) return quote(column);
  if (typeof grain === 'string') return `date_trunc('${grain}', ${quote(column)})`;
  return printBin(quote(column), grain);
}

/** The view over a version of a list, with one column `key`, in which no value stands twice. */
export const viewOf = (version: number): string => `list_${version}`;

/** A condition on the rows of `data`, as `printForm` prints it. */
export function printPredicate(predicate: Predicate): string {
  if (predicate.kind === 'listed') {
    const view = viewOf(predicate.version);
    return `CAST(${printCut(predicate.cut)} AS VARCHAR) IN (SELECT ${view}.key FROM ${view})`;
  }
  if (predicate.kind === 'compare') return `(${printCut(predicate.cut)}) ${predicate.by} ${printLiteral(predicate.value)}`;
  if (predicate.kind === 'in') return `(${printCut(predicate.cut)}) IN (${predicate.values.map(printLiteral).join(', ')})`;
  return `(${predicate.of.map(printPredicate).join(predicate.kind === 'and' ? ' AND ' : ' OR ')})`;
}
