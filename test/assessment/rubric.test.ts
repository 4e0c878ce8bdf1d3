import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ruleBases } from '../../contracts/parameters.ts';
import { itemCodes, rubricItems, ScoreSheet, Tally, vetoCodes, vetoItems, type ItemCode, type Outcome } from '../../contracts/rubric.ts';
import { outcome, tally } from '../../functions/assessment/rubric.ts';
import { panels, scored, sheet } from './sheets.ts';

const rules = ruleBases['2026-1'];
const decided = (panel: readonly ScoreSheet[], confirmed: Parameters<typeof tally>[2] = [], earlierFailures = 0) =>
  outcome(tally(panel, rules, confirmed), rules, earlierFailures);
const seven = (one: ScoreSheet): readonly ScoreSheet[] => Array.from({ length: 7 }, () => one);
/** A panel of seven that all score alike, but for one item on which they score as listed. */
const scoring = (base: number, code: ItemCode, listed: readonly (number | null)[]): readonly ScoreSheet[] =>
  listed.map((score) => sheet(base, { except: { [code]: score } }));
const weightOf = (dimension: string) =>
  Object.values(rubricItems)
    .filter((item) => item.dimension === dimension)
    .reduce((sum, item) => sum + item.weight, 0);
const onC2 = (listed: readonly (number | null)[]) => tally(scoring(3, 'C2', listed), rules).items.C2;
const raisedBy = (count: number) => Array.from({ length: 7 }, (_, n) => sheet(3, { vetoes: n < count ? ['V8'] : [] }));
const votesFor = (approving: number) =>
  Array.from({ length: 7 }, (_, n) => sheet(4, { recommendation: n < approving ? 'approve' : 'rectify' }));

describe('the rubric', () => {
  it('weighs 50 in each dimension', () => {
    expect([weightOf('compliance'), weightOf('security')]).toEqual([50, 50]);
    expect(itemCodes).toHaveLength(14);
  });

  it('holds C1, C4, S2 and S3 for its core', () => {
    expect(itemCodes.filter((code) => rubricItems[code].core)).toEqual(['C1', 'C4', 'S2', 'S3']);
  });

  it('lets V3 to V6, V8 and V11 be cured, and V13 be raised by an office only', () => {
    expect(vetoCodes.filter((code) => vetoItems[code].curable)).toEqual(['V3', 'V4', 'V5', 'V6', 'V8', 'V11']);
    expect(vetoCodes.filter((code) => vetoItems[code].by === 'office')).toEqual(['V13']);
    expect(vetoCodes).toHaveLength(13);
  });
});

describe('a score sheet', () => {
  const good = sheet(3, { except: { C1: 4, C5: null, S7: 1 }, vetoes: ['V6'] });
  const withItem = (code: ItemCode, item: object): object => ({ ...good, items: { ...good.items, [code]: item } });

  it('is accepted when every item is scored as the rubric asks', () => {
    expect(ScoreSheet.safeParse(good)).toMatchObject({ success: true });
    expect(ScoreSheet.safeParse(withItem('C2', { score: 2, evidence: 'ev-2', note: '另见附件' }))).toMatchObject({ success: true });
  });

  it.each([
    ['a 0 without evidence', withItem('C1', { score: 0 })],
    ['a 1 without evidence', withItem('C1', { score: 1 })],
    ['a 4 without evidence', withItem('C1', { score: 4 })],
    ['no score without a reason', withItem('C1', { score: null })],
    ['a score of 5', withItem('C1', { score: 5, evidence: 'ev-1' })],
    ['half a point', withItem('C1', { score: 2.5 })],
    ['a member that the rubric does not know', withItem('C1', { score: 3, weight: 50 })],
    ['an item that the rubric does not know', { ...good, items: { ...good.items, C8: { score: 3 } } }],
    ['an item missing', { ...good, items: Object.fromEntries(Object.entries(good.items).slice(1)) }],
    ['a veto twice', { ...good, vetoes: [...good.vetoes, ...good.vetoes] }],
    ['the veto of a security office', { ...good, vetoes: [{ code: 'V13', reason: '有关机关已书面反对' }] }],
    ['a veto without reason', { ...good, vetoes: [{ code: 'V6', reason: '' }] }],
    ['no recommendation', { ...good, recommendation: undefined }],
  ])('is refused with %s', (_what, changed) => {
    expect(ScoreSheet.safeParse(changed).success).toBe(false);
  });
});

describe('a tally', () => {
  it('by hand: all 3 is 75 in both dimensions', () => {
    const result = tally(seven(sheet(3)), rules);
    expect(result).toMatchObject({ sheets: 7, compliance: 7500, security: 7500, ac2: 1000, alpha: 1000, secondRoundNeeded: false });
    expect(result.items.C1).toEqual({ scored: 7, median: 300, iqr: 0, range: 0 });
  });

  it('by hand: C1 at 4 adds 12 points of 200, S2 at 1 takes 20', () => {
    const result = tally(seven(sheet(3, { except: { C1: 4, S2: 1 } })), rules);
    expect([result.compliance, result.security]).toEqual([8100, 6500]);
  });

  it('by hand: median, quartiles and range of seven, of six and of two scores', () => {
    expect(onC2([0, 1, 2, 3, 3, 4, 4])).toEqual({ scored: 7, median: 300, iqr: 200, range: 400 });
    expect(onC2([1, 2, 2, 3, 4, 4, null])).toEqual({ scored: 6, median: 250, iqr: 175, range: 300 });
    expect(onC2([2, 3, null, null, null, null, null])).toEqual({ scored: 2, median: 250, iqr: 50, range: 100 });
  });

  it('by hand: half a point of a median counts, and scores are rounded down to the hundredth', () => {
    // C2 at 2.5 takes 8 · 0.5 of 200 points: 75 − 2. Without C7 it takes them of 188: (141 − 4) / 188 = 72.872…
    const halves = [2, 2, 2, 3, 3, 3].map((score) => sheet(3, { except: { C2: score } }));
    expect(tally(halves, rules).compliance).toBe(7300);
    const without = [2, 2, 2, 3, 3, 3].map((score) => sheet(3, { except: { C2: score, C7: null } }));
    expect(tally(without, rules).compliance).toBe(7287);
  });

  it('takes the weight of an item that does not apply from its own dimension only', () => {
    const result = tally(seven(sheet(3, { except: { C1: 4, C4: null } })), rules);
    // (3 · 40 + 12) / (4 · 40)
    expect([result.compliance, result.security]).toEqual([8250, 7500]);
    expect(result.items.C4).toBeNull();
  });

  it('shows nothing for a dimension in which nothing was scored', () => {
    const none = Object.fromEntries(itemCodes.filter((code) => code.startsWith('S')).map((code) => [code, null]));
    expect(tally(seven(sheet(4, { except: none })), rules)).toMatchObject({ compliance: 10_000, security: 0 });
  });

  it('counts the recommendations', () => {
    const panel = [sheet(3), sheet(3), sheet(3, { recommendation: 'rectify' }), sheet(3, { recommendation: 'reject' }), sheet(3)];
    expect(tally(panel, rules).votes).toEqual({ approve: 3, approveWithConditions: 0, rectify: 1, reject: 1 });
  });

  it('confirms a veto that a third of the panel raises, and one that was confirmed elsewhere', () => {
    expect(tally(raisedBy(2), rules)).toMatchObject({ raised: [{ code: 'V8', by: 2 }], confirmed: [] });
    expect(tally(raisedBy(3), rules)).toMatchObject({ raised: [{ code: 'V8', by: 3 }], confirmed: ['V8'] });
    expect(tally(raisedBy(3).slice(0, 6), rules).confirmed).toEqual(['V8']);
    expect(tally(raisedBy(1), rules, ['V13', 'V8'])).toMatchObject({ confirmed: ['V8', 'V13'] });
  });

  it('calls a second round when one item is three points apart', () => {
    expect(tally(scoring(3, 'S4', [1, 3, 3, 3, 3, 3, 4]), rules).secondRoundNeeded).toBe(true);
    expect(tally(scoring(3, 'S4', [2, 3, 3, 3, 3, 3, 4]), rules).secondRoundNeeded).toBe(false);
  });

  it('calls a second round when alpha is low and an item is widely spread, but not for alpha alone', () => {
    const wide = tally(scoring(3, 'S4', [2, 2, 2, 3, 4, 4, 4]), rules);
    expect(wide.items.S4?.iqr).toBe(200);
    expect(wide).toMatchObject({ secondRoundNeeded: true });
    const narrow = tally(scoring(3, 'S4', [3, 3, 3, 3, 4, 4, 4]), rules);
    expect(narrow.alpha).toBeLessThan(667);
    expect(narrow).toMatchObject({ secondRoundNeeded: false });
  });

  it('calls a second round when AC2 is low, though no item is wide', () => {
    const strict = { ...rules, assessment: { ...rules.assessment, secondRound: { ...rules.assessment.secondRound, ac2Permille: 1000 } } };
    const panel = scoring(3, 'S4', [3, 3, 3, 3, 3, 3, 4]);
    expect(tally(panel, rules).secondRoundNeeded).toBe(false);
    expect(tally(panel, strict).secondRoundNeeded).toBe(true);
  });

  it('compares nobody in a panel of fewer than five', () => {
    expect(tally(scoring(3, 'S4', [0, 4, 0, 4]), rules)).toMatchObject({ ac2: null, alpha: null, secondRoundNeeded: false });
  });

  it('needs a sheet', () => {
    expect(() => tally([], rules)).toThrow(RangeError);
  });

  it('obeys its own schema, and asks nothing of the order of the experts', () => {
    const shuffled = panels.chain((panel) =>
      fc.tuple(fc.constant(panel), fc.shuffledSubarray(panel, { minLength: panel.length, maxLength: panel.length })),
    );
    fc.assert(
      fc.property(shuffled, ([panel, reordered]) => {
        const result = tally(panel, rules);
        expect(Tally.parse(result)).toEqual(result);
        expect(tally(reordered, rules)).toEqual(result);
      }),
    );
  });

  it('never falls when an expert scores an item higher', () => {
    fc.assert(
      fc.property(panels, fc.constantFrom(...itemCodes), (panel, code) => {
        const raised = panel.map((one) => {
          const { score } = one.items[code];
          return { ...one, items: { ...one.items, [code]: scored(score === null ? null : Math.min(4, score + 1)) } };
        });
        const [before, after] = [tally(panel, rules), tally(raised, rules)];
        expect(after.compliance).toBeGreaterThanOrEqual(before.compliance);
        expect(after.security).toBeGreaterThanOrEqual(before.security);
      }),
    );
  });

  it('is unmoved by an item that falls away, if the rest of its dimension are scored alike', () => {
    fc.assert(
      fc.property(fc.subarray([...itemCodes], { maxLength: 6 }), fc.integer({ min: 0, max: 4 }), (away, score) => {
        const except = Object.fromEntries(away.map((code) => [code, null]));
        expect(tally(seven(sheet(score, { except })), rules)).toMatchObject({ compliance: score * 2500, security: score * 2500 });
      }),
    );
  });
});

describe('the outcome', () => {
  it('approves at exactly 80 in both with two thirds of the votes, and not below', () => {
    // 4 is 200 points; C1, C2 and C4 at 3 take 30 of them, C5 at 2 takes 10, and C7 at 3 another 3.
    const at80 = seven(sheet(4, { except: { C1: 3, C2: 3, C4: 3, C5: 2 } }));
    expect(tally(at80, rules).compliance).toBe(8000);
    expect(decided(at80)).toEqual({ outcome: 'APPROVED', weak: [] });
    const below = seven(sheet(4, { except: { C1: 3, C2: 3, C4: 3, C5: 2, C7: 3 } }));
    expect(tally(below, rules).compliance).toBe(7850);
    expect(decided(below).outcome).toBe('APPROVED_WITH_CONDITIONS');
  });

  it('needs five votes of seven', () => {
    expect(decided(votesFor(5)).outcome).toBe('APPROVED');
    expect(decided(votesFor(4)).outcome).toBe('RECTIFY_RESUBMIT');
  });

  it('counts a vote for approval also for approval with conditions, but not the other way', () => {
    const panel = Array.from({ length: 7 }, (_, n) => sheet(4, { recommendation: n < 4 ? 'approve' : 'approveWithConditions' }));
    expect(decided(panel).outcome).toBe('APPROVED_WITH_CONDITIONS');
  });

  it('makes a weak item that is not of the core a condition precedent', () => {
    expect(decided(seven(sheet(4, { except: { S7: 1 } })))).toEqual({ outcome: 'APPROVED_WITH_CONDITIONS', weak: ['S7'] });
  });

  it.each(['C1', 'C4', 'S2', 'S3'] as const)('sends a weak %s back however good the rest is', (code) => {
    expect(decided(seven(sheet(4, { except: { [code]: 1 } })))).toEqual({ outcome: 'RECTIFY_RESUBMIT', weak: [code] });
  });

  it('sends back what is unlawful or absent, and what falls below 65 in one dimension alone', () => {
    expect(decided(seven(sheet(4, { except: { S7: 0 } })))).toEqual({ outcome: 'RECTIFY_RESUBMIT', weak: ['S7'] });
    const uneven = sheet(4, { except: Object.fromEntries(itemCodes.filter((code) => code.startsWith('S')).map((code) => [code, 2])) });
    expect(tally(seven(uneven), rules)).toMatchObject({ compliance: 10_000, security: 5000 });
    expect(decided(seven(uneven)).outcome).toBe('RECTIFY_RESUBMIT');
  });

  it.each(vetoCodes.map((code) => [code, vetoItems[code].curable ? 'RECTIFY_RESUBMIT' : 'REJECTED'] as const))(
    'of a confirmed %s is %s, however good the scores',
    (code, expected) => {
      expect(decided(seven(sheet(4)), [code]).outcome).toBe(expected);
    },
  );

  it('rejects on the third failure', () => {
    const weak = seven(sheet(2));
    expect([0, 1, 2].map((earlier) => decided(weak, [], earlier).outcome)).toEqual(['RECTIFY_RESUBMIT', 'RECTIFY_RESUBMIT', 'REJECTED']);
    expect(decided(seven(sheet(4)), [], 2).outcome).toBe('APPROVED');
  });

  it('is one of the four for every panel, and all four are met', () => {
    const met = new Set<Outcome>();
    fc.assert(
      fc.property(panels, fc.nat({ max: 3 }), (panel, earlier) => {
        met.add(decided(panel, [], earlier).outcome);
      }),
      { seed: 1, numRuns: 500 },
    );
    expect([...met].toSorted()).toEqual(['APPROVED', 'APPROVED_WITH_CONDITIONS', 'RECTIFY_RESUBMIT', 'REJECTED']);
  });

  const best: readonly Outcome[] = ['APPROVED', 'APPROVED_WITH_CONDITIONS', 'RECTIFY_RESUBMIT', 'REJECTED'];

  it('never improves through a veto, whoever raises or confirms it', () => {
    const raised = fc.constantFrom(...vetoCodes);
    fc.assert(
      fc.property(panels, fc.nat(), raised, fc.nat({ max: 3 }), (panel, who, code, earlier) => {
        const before = best.indexOf(decided(panel, [], earlier).outcome);
        expect(best.indexOf(decided(panel, [code], earlier).outcome)).toBeGreaterThanOrEqual(before);
        if (code === 'V13') return;
        const accused = panel.map((one, n) =>
          n === who % panel.length && !one.vetoes.some((veto) => veto.code === code)
            ? { ...one, vetoes: [...one.vetoes, { code, reason: '材料第三页所示' }] }
            : one,
        );
        expect(best.indexOf(decided(accused, [], earlier).outcome)).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  it('never improves through an earlier failure, nor with a confirmed veto becomes an approval', () => {
    fc.assert(
      fc.property(panels, fc.nat({ max: 3 }), (panel, earlier) => {
        expect(best.indexOf(decided(panel, [], earlier + 1).outcome)).toBeGreaterThanOrEqual(
          best.indexOf(decided(panel, [], earlier).outcome),
        );
        if (tally(panel, rules).confirmed.length > 0) expect(decided(panel, [], earlier).outcome).not.toMatch(/^APPROVED/);
      }),
    );
  });
});
