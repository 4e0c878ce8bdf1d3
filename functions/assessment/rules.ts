import type { Assessment, Sheet } from '../../contracts/assessment.ts';
import type { vetoItems } from '../../contracts/rubric.ts';
import { type Outcome } from '../../contracts/rubric.ts';
import type { Refusal } from '../../contracts/refusals.ts';
import type { Ctx, Seen } from '../../shared/kernel/process.ts';

type A = typeof Assessment;
type Proposal = Ctx<A, 'awaitingPanel', 'proposePanel', 'scenario'>;
const fields = ['LAW', 'PRIVACY', 'SECURITY', 'SECTOR', 'ECONOMICS'] as const;

/** An odd panel of the size that the rule base allows: requirements §4. */
export const panelIsOdd = ({ input: { panel }, rules }: Proposal): Refusal | undefined =>
  panel.length % 2 === 1 && panel.length >= rules.panel.min && panel.length <= rules.panel.max ? undefined : 'panel_size';
export const panelCoversFields = ({ input: { panel } }: Proposal): Refusal | undefined =>
  fields.every((field) => panel.some((seat) => seat.field === field)) ? undefined : 'panel_fields';
/** Employers are as the secretary states them; who made the file, and who chooses the panel, is known. */
export const panelIsIndependent = ({ input: { panel }, record: { data }, refs: { scenario }, actor }: Proposal): Refusal | undefined => {
  const persons = new Set(panel.map((seat) => seat.person));
  const makers = ['create', 'edit', 'file'].flatMap((action) => scenario.did[action] ?? []);
  const own = [...makers, actor.id].some((person) => persons.has(person));
  const conflicted = own || panel.some((seat) => seat.employer === data.operator || data.sources.includes(seat.employer));
  return persons.size < panel.length || conflicted ? 'panel_conflict' : undefined;
};
export const panelIsBalanced = ({ input: { panel } }: Proposal): Refusal | undefined =>
  panel.filter((seat) => seat.authoritySide).length * 3 > panel.length ? 'panel_one_sided' : undefined;

/** Any interest declared means recusal: requirements §4, COI. */
export const hasNoInterest = ({ input }: Ctx<typeof Sheet, 'awaited', 'declare', 'scenario'>): Refusal | undefined =>
  Object.values(input).some((held) => held) ? 'interest_conflict' : undefined;

const submitted = (sheets: readonly Seen<typeof Sheet>[]) => sheets.filter((sheet) => sheet.isLive);
/** Opened only when all are in; quorum is two thirds of those appointed and the smallest panel. */
export const sheetsAreIn = ({ refs: { sheets }, rules }: Ctx<A, 'scoring', 'open', 'sheets'>): Refusal | undefined => {
  const sealed = submitted(sheets).length;
  const waiting = sheets.some((sheet) => sheet.status === 'awaited' || sheet.status === 'declared');
  return waiting || sealed * 3 < sheets.length * 2 || sealed < rules.panel.min ? 'sheets_missing' : undefined;
};
export const scoreSheets = (sheets: readonly Seen<typeof Sheet>[]) =>
  submitted(sheets).flatMap((sheet) => ('sheet' in sheet.data ? [sheet.data.sheet] : []));

type Deciding = {
  readonly record: {
    readonly data: { readonly tally: { readonly confirmed: readonly (keyof typeof vetoItems)[] }; readonly advised: Outcome };
  };
  readonly input: { readonly reasons?: string | undefined };
};
/** Departing from the committee needs written reasons, under both signatures: requirements §4. */
export const followsOrReasons =
  (outcome: Outcome) =>
  ({ record, input }: Deciding): Refusal | undefined =>
    record.data.advised === outcome || input.reasons !== undefined ? undefined : 'reasons_required';
export const noVetoStands = ({ record }: Deciding): Refusal | undefined =>
  record.data.tally.confirmed.length > 0 ? 'veto_stands' : undefined;
