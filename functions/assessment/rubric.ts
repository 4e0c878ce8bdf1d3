import type { Parameters, Share } from '../../contracts/parameters.ts';
import {
  itemCodes,
  rubricItems,
  vetoCodes,
  vetoItems,
  type ItemCode,
  type Outcome,
  type ScoreSheet,
  type Tally,
  type VetoCode,
} from '../../contracts/rubric.ts';
import { gwetAc2, krippendorffAlpha } from './agreement.ts';

/** One point in the hundredths that tallies are kept in. */
const point = 100;
const best = 4;

/** The quartile `quarter` (2 is the median) of ascending scores, in hundredths: linear between neighbours (Hyndman and Fan 1996, type 7). */
const quartile = (ascending: readonly number[], quarter: number): number => {
  const place = (ascending.length - 1) * quarter;
  const below = ascending[Math.floor(place / 4)] ?? 0;
  const above = ascending[Math.ceil(place / 4)] ?? 0;
  return point * below + ((point * (place % 4)) / 4) * (above - below);
};

const spread = (scores: readonly number[]): Tally['items'][ItemCode] => {
  if (scores.length === 0) return null;
  const ascending = scores.toSorted((a, b) => a - b);
  return {
    scored: scores.length,
    median: quartile(ascending, 2),
    iqr: quartile(ascending, 3) - quartile(ascending, 1),
    range: quartile(ascending, 4) - quartile(ascending, 0),
  };
};

/** Weighted medians as a percentage of the best, in hundredths rounded down. Where no item of the dimension was scored nothing is shown: 0. */
const scoreOf = (dimension: 'compliance' | 'security', items: Tally['items']): number => {
  let reached = 0;
  let possible = 0;
  for (const code of itemCodes) {
    const item = items[code];
    if (rubricItems[code].dimension !== dimension || !item) continue;
    reached += rubricItems[code].weight * item.median;
    possible += rubricItems[code].weight * best * point;
  }
  return possible === 0 ? 0 : Math.floor((reached * 100 * point) / possible);
};

const reaches = (count: number, all: number, share: Share): boolean => count * share.of >= all * share.part;

const isSplit = (items: Tally['items'], ac2: number, alpha: number, { secondRound }: Parameters['assessment']): boolean => {
  const scored = Object.values(items).filter((item) => item !== null);
  return (
    ac2 < secondRound.ac2Permille ||
    (alpha < secondRound.alphaPermille && scored.some(({ iqr }) => iqr > secondRound.iqr * point)) ||
    scored.some(({ range }) => range >= secondRound.range * point)
  );
};

/**
 * What the opened sheets of a panel come to (requirements §4). `confirmedElsewhere` are vetoes that need no vote of the panel: a security
 * office's written objection, or what the authority's or the cyberspace office's lawyers have confirmed. An item counts unless nobody scored
 * it; that the chair consented is for whoever takes the sheets to see. All numbers are exact integers, and the order of the sheets is nothing.
 * Throws a RangeError without sheets.
 */
export const tally = (
  sheets: readonly ScoreSheet[],
  { assessment, panel }: Pick<Parameters, 'assessment' | 'panel'>,
  confirmedElsewhere: readonly VetoCode[] = [],
): Tally => {
  if (sheets.length === 0) throw new RangeError('a tally needs sheets');
  const units = itemCodes.map((code) => sheets.map(({ items }) => items[code].score).filter((score) => score !== null));
  const items = Object.fromEntries(itemCodes.map((code, at) => [code, spread(units[at] ?? [])])) as Tally['items'];
  const raised = vetoCodes
    .map((code) => ({ code, by: sheets.filter(({ vetoes }) => vetoes.some((veto) => veto.code === code)).length }))
    .filter(({ by }) => by > 0);
  const voted = raised.filter(({ by }) => reaches(by, sheets.length, assessment.vetoConfirmation)).map(({ code }) => code);
  const comparable = sheets.length >= panel.min;
  const ac2 = comparable ? gwetAc2(units) : null;
  const alpha = comparable ? krippendorffAlpha(units) : null;
  const votesFor = (recommendation: ScoreSheet['recommendation']): number =>
    sheets.filter((sheet) => sheet.recommendation === recommendation).length;
  return {
    sheets: sheets.length,
    items,
    compliance: scoreOf('compliance', items),
    security: scoreOf('security', items),
    votes: {
      approve: votesFor('approve'),
      approveWithConditions: votesFor('approveWithConditions'),
      rectify: votesFor('rectify'),
      reject: votesFor('reject'),
    },
    raised,
    confirmed: vetoCodes.filter((code) => voted.includes(code) || confirmedElsewhere.includes(code)),
    ac2,
    alpha,
    secondRoundNeeded: ac2 !== null && alpha !== null && isSplit(items, ac2, alpha, assessment),
  };
};

/** What the rules make of a tally: the outcome, and the weak items, which are its conditions precedent or its gaps. */
export type Verdict = { readonly outcome: Outcome; readonly weak: readonly ItemCode[] };

/**
 * The outcome that the table of requirements §4 gives, for the deciders to follow or to depart from with reasons. Total: what no row covers is
 * RECTIFY_RESUBMIT, and the last permitted failure REJECTED. `earlierFailures` counts the times this scenario was sent back before.
 */
export const outcome = (result: Tally, { assessment }: Pick<Parameters, 'assessment'>, earlierFailures: number): Verdict => {
  const { compliance, security, votes, confirmed, sheets, items } = result;
  const below = (floor: number): readonly ItemCode[] => itemCodes.filter((code) => (items[code]?.median ?? Infinity) < floor * point);
  const weak = below(assessment.itemFloor);
  const bothReach = (score: number): boolean => Math.min(compliance, security) >= score * point;
  const approved = bothReach(assessment.approveScore) && weak.length === 0 && reaches(votes.approve, sheets, assessment.votes);
  const conditional =
    bothReach(assessment.conditionalScore) &&
    !weak.some((code) => rubricItems[code].core) &&
    below(assessment.conditionFloor).length === 0 &&
    reaches(votes.approve + votes.approveWithConditions, sheets, assessment.votes);

  if (confirmed.some((code) => !vetoItems[code].curable)) return { outcome: 'REJECTED', weak };
  if (confirmed.length === 0 && approved) return { outcome: 'APPROVED', weak };
  if (confirmed.length === 0 && conditional) return { outcome: 'APPROVED_WITH_CONDITIONS', weak };
  return { outcome: earlierFailures + 1 >= assessment.failures ? 'REJECTED' : 'RECTIFY_RESUBMIT', weak };
};
