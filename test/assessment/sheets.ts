import * as fc from 'fast-check';
import { itemCodes, vetoCodes, vetoItems, type ItemCode, type ScoreSheet, type VetoCode } from '../../contracts/rubric.ts';

type ItemScore = ScoreSheet['items'][ItemCode];

/** What an expert writes beside a score: evidence where it is mandatory, a reason where the item does not apply. */
export const scored = (score: number | null): ItemScore => {
  if (score === null) return { score, reason: '本场景不涉及该项' };
  return score === 2 || score === 3 ? { score } : { score: score as 0 | 1 | 4, evidence: 'ev-1' };
};

/** A sheet that gives every item the same score, except those named. */
export const sheet = (
  score: number,
  {
    except = {},
    vetoes = [],
    recommendation = 'approve',
  }: {
    readonly except?: { readonly [Code in ItemCode]?: number | null };
    readonly vetoes?: readonly VetoCode[];
    readonly recommendation?: ScoreSheet['recommendation'];
  } = {},
): ScoreSheet => ({
  items: Object.fromEntries(
    itemCodes.map((code) => [code, scored(except[code] === undefined ? score : except[code])]),
  ) as ScoreSheet['items'],
  vetoes: vetoes.map((code) => ({ code, reason: '材料第三页所示' })) as ScoreSheet['vetoes'],
  recommendation,
  comment: '已阅全部材料。',
});

const raisable = vetoCodes.filter((code) => vetoItems[code].by === 'expert');
const scores = fc.option(fc.integer({ min: 0, max: 4 }), { freq: 12 });
const anyItems = fc.tuple(...itemCodes.map(() => scores));
/** Mostly high scores, so that every outcome is met. */
const goodItems = fc.tuple(...itemCodes.map(() => fc.option(fc.integer({ min: 2, max: 4 }), { freq: 12 })));

const sheets: fc.Arbitrary<ScoreSheet> = fc
  .record({
    scores: fc.oneof(anyItems, { arbitrary: goodItems, weight: 4 }),
    vetoes: fc.oneof(fc.constant([]), fc.subarray([...raisable], { maxLength: 3 })),
    recommendation: fc.oneof(
      { arbitrary: fc.constant('approve' as const), weight: 5 },
      fc.constantFrom('approveWithConditions' as const, 'rectify' as const, 'reject' as const),
    ),
  })
  .map(({ scores, vetoes, recommendation }) =>
    sheet(3, { except: Object.fromEntries(itemCodes.map((code, n) => [code, scores[n]])), vetoes, recommendation }),
  );

export const panels = fc.array(sheets, { minLength: 1, maxLength: 7 });
