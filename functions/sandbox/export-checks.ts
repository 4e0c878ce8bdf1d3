import type { AnalysisRule } from '../../contracts/analysis-rule.ts';
import type { Check } from '../../contracts/export.ts';
import type { ReviewedFile } from './export-file.ts';

/** Most rows and bytes of a file, and most of its cells below the threshold: more nobody can judge. */
export const exportLimits = { rows: 100_000, bytes: 4_000_000, smallCells: 1_000 } as const;

type Looked = {
  readonly file: ReviewedFile;
  readonly rule: Pick<AnalysisRule, 'minEntities'>;
  /** Whether the dataset holds personal information. */
  readonly isPersonal: boolean;
  readonly compared: number;
  readonly surplus: number | null;
};

const levelOf = (blocks: boolean, warns: boolean): Check['level'] => (blocks ? 'BLOCK' : warns ? 'WARN' : 'PASS');

/**
 * What is found of a file before any person sees it; what blocks ends the request. Small and dominated cells are for people to judge, a single
 * person's cell is not, nor a column of personal information, nor what the file would tell together with earlier releases. Counts, never values.
 */
export function checksOf({ file, rule, isPersonal, compared, surplus }: Looked): readonly Check[] {
  const cells = file.entities.length;
  const small = file.entities.filter((count) => count < rule.minEntities).length;
  const single = file.entities.filter((count) => count <= 1).length;
  const personal = file.columns.filter((column) => column.personal !== null).length;
  const bytes = Buffer.byteLength(file.csv);
  const smallest = file.entities.reduce((least, count) => Math.min(least, count), Infinity);
  return [
    { test: 'SMALL_CELLS', level: levelOf(small > exportLimits.smallCells, small > 0), affected: small, among: cells },
    { test: 'DOMINANCE', level: levelOf(false, file.dominated > 0), affected: file.dominated, among: cells },
    {
      test: 'RE_IDENTIFICATION',
      level: levelOf(isPersonal && single > 0, single > 0),
      affected: single,
      among: cells,
      ...(Number.isFinite(smallest) ? { smallest } : {}),
    },
    { test: 'PERSONAL_INFORMATION', level: levelOf(personal > 0, false), affected: personal, among: file.columns.length },
    { test: 'DIFFERENCING', level: levelOf(surplus !== 0, false), ...(surplus === null ? {} : { affected: surplus }), among: compared },
    { test: 'SIZE', level: levelOf(bytes > exportLimits.bytes, false), affected: bytes, among: exportLimits.bytes },
    // What the platform has written itself is not sent to a scanner.
    { test: 'MALWARE', level: 'NOT_RUN' },
  ];
}
