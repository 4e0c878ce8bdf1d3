import type * as z from 'zod';
import { lacksPrivacy, tightened } from '../../contracts/analysis-rule.ts';
import type { Derivation } from '../../contracts/derivation.ts';
import type { Product } from '../../contracts/product.ts';
import type { Parameters } from '../../contracts/parameters.ts';
import type { Dataset } from '../../contracts/sandbox.ts';
import type { Scenario } from '../../contracts/scenario.ts';
import type { Verdict, Seen } from '../../shared/kernel/process.ts';

type Offer = Pick<z.output<(typeof Product)['inputs']['create']>, 'rule' | 'useClass'>;
type Tables = { readonly dataset: Seen<typeof Dataset>; readonly derivation: readonly Seen<typeof Derivation>[] };
type Given = { readonly input: Offer; readonly refs: Tables; readonly rules: Parameters };

type OfScenario = { readonly refs: { readonly scenario: Seen<typeof Scenario> } };

/** What a product was made of at its creation and stays made of. */
export const foundation = ({
  scenario,
  dataset,
  derivation,
}: Pick<z.output<(typeof Product)['inputs']['create']>, 'scenario' | 'dataset' | 'derivation'>) => ({
  scenario,
  dataset,
  ...(derivation === undefined ? {} : { derivation }),
});

/** The columns of the table that is asked: that of the derivation where there is one, else that of the dataset. */
const columnsOf = ({ dataset, derivation: [derivation] }: Tables) => {
  const { data } = derivation?.status === 'ready' ? derivation : dataset;
  return new Map('columns' in data ? data.columns.map((c) => [c.name, c]) : []);
};
const numeric = /^(?:TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT|DOUBLE|FLOAT|DECIMAL.*)$/;

/** Every column that a rule names exists, and none that holds personal information is a dimension or a measure. sandbox.md; Measures art. 19(2). */
export const ruleFitsColumns = ({ input: { rule }, refs }: Given): Verdict => {
  const columns = columnsOf(refs);
  const named = [...rule.dimensions.map((d) => d.column), ...rule.measures.map((m) => m.column)];
  const unknown = [...named, ...(rule.entity === null ? [] : [rule.entity])].find((name) => !columns.has(name));
  if (unknown !== undefined) return { code: 'column_unknown', about: { column: unknown } };
  const personal = named.find((name) => columns.get(name)?.personal !== null);
  if (personal !== undefined) return { code: 'column_personal', about: { column: personal } };
  const text = rule.measures.find((m) => !numeric.test(columns.get(m.column)?.type ?? ''));
  return text === undefined ? undefined : { code: 'column_not_numeric', about: { column: text.column } };
};

/**
 * Cells count persons, not rows: where a dataset holds personal information its rule names an entity, and none that is each row's own unless
 * each row is one person's. Otherwise ten rows of one person would pass for ten people.
 */
export const entityIsNamed = ({ input: { rule }, refs }: Given): Verdict => {
  const columns = [...columnsOf(refs).values()];
  const personal = columns.filter((c) => c.personal !== null);
  const [first] = personal;
  if (!first || personal.some((c) => c.unique)) return undefined;
  const countsRows = rule.entity === null || columns.some((c) => c.name === rule.entity && c.unique);
  return countsRows ? { code: 'rule_too_weak', about: { entity: 'required', personal: first.name } } : undefined;
};

/**
 * A derivation can leave out whoever it likes, so that answers over it and over what it was made from would tell of the difference, which no
 * comparison of questions sees: only noise paid for from the budgets of all its resources holds. Entities are those that the derivation kept.
 */
export const ruleFitsDerivation = ({ input: { rule }, refs: { derivation } }: Given): Verdict => {
  const [made] = derivation;
  if (!made) return undefined;
  if (rule.privacy === undefined) return { code: 'rule_too_weak', about: { privacy: 'required' } };
  const entity = 'entity' in made.data ? made.data.entity : null;
  return rule.entity === entity ? undefined : { code: 'rule_too_weak', about: { entity: entity ?? 'none' } };
};

/** A rule may be stricter than the rule base and than the conditions of its scenario (Measures art. 19), never weaker. */
export const ruleIsStrong = ({ input: { rule }, refs: { scenario }, rules: { sandbox } }: Given & OfScenario): Verdict => {
  const floor = 'floor' in scenario.data ? scenario.data.floor : undefined;
  const { minEntities, dominancePercent, maxRows } = tightened(sandbox, floor);
  const weak = rule.minEntities < minEntities || rule.dominancePercent > dominancePercent || rule.maxRows > maxRows;
  if (weak) return { code: 'rule_too_weak', about: { minEntities, dominancePercent, maxRows } };
  return lacksPrivacy(rule, floor) ? { code: 'rule_too_weak', about: { privacy: 'required' } } : undefined;
};

/** 发改价格〔2025〕65号: for governance and welfare free, for industry within the ceiling. */
export const welfareIsFree = ({
  record,
  input,
}: {
  readonly record: { readonly data: { readonly useClass: string } };
  readonly input: { readonly ceilingFen: number };
}): Verdict => (record.data.useClass === 'GOVERNANCE_WELFARE' && input.ceilingFen > 0 ? 'welfare_must_be_free' : undefined);
