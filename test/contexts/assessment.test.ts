import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { reactions } from '../../functions/assessment/reactions.ts';
import type { Event } from '../../shared/kernel/decide.ts';
import type { Seen } from '../../shared/kernel/process.ts';
import { sheet as scoreSheet } from '../assessment/sheets.ts';
import { processOf } from '../laws/registry.ts';
import { becomes, done, refusal, when } from '../support/decisions.ts';
import { recordOf, seenOf } from '../support/fixtures.ts';
import { actors, people } from '../support/people.ts';

const { secretary, expert, cyberspace } = people;
const lead = people['lead of the city'];
const fields = ['LAW', 'PRIVACY', 'SECURITY', 'SECTOR', 'ECONOMICS'] as const;
type Member = { readonly person: string; readonly employer: string; readonly field: string; readonly authoritySide: boolean };
const member = (n: number, over: Partial<Member> = {}): Member => ({
  person: `expert-${n}`,
  employer: `employer-${n}`,
  field: fields[n % 5] ?? 'LAW',
  authoritySide: false,
  ...over,
});
const panel = (size: number): readonly Member[] => Array.from({ length: size }, (_, n) => member(n));
const awaiting = recordOf('assessment', 'awaitingPanel', { data: { operator: 'operator-a', sources: ['source-a'] } });
const propose = (members: readonly Member[]) => refusal(when(secretary, 'proposePanel', awaiting, { input: { panel: members } }));

describe('a panel', () => {
  it.each([
    [4, 'panel_size'],
    [5, undefined],
    [6, 'panel_size'],
    [7, undefined],
    [8, 'panel_size'],
    [9, 'panel_size'],
  ])('of %i members: %s', (size, code) => {
    expect(propose(panel(size))).toBe(code);
  });

  it.each(fields)('lacks no field: not %s', (missing) => {
    const without = panel(7).map((m) => (m.field === missing ? { ...m, field: missing === 'LAW' ? 'SECTOR' : 'LAW' } : m));
    expect(propose(without)).toBe('panel_fields');
  });

  it('has no member of the operator or of a source, and none twice', () => {
    expect(propose([...panel(6), member(6, { employer: 'operator-a' })])).toBe('panel_conflict');
    expect(propose([...panel(6), member(6, { employer: 'source-a' })])).toBe('panel_conflict');
    expect(propose([...panel(6), member(6, { person: 'expert-0' })])).toBe('panel_conflict');
  });

  it('is proposed exactly when it is odd, five to seven, covers five fields, independent and at most a third from the authority’s side', () => {
    const anyMember = fc.record({
      person: fc.integer({ min: 0, max: 40 }).map((n) => `expert-${n}`),
      employer: fc.constantFrom(...Array.from({ length: 12 }, (_, n) => `employer-${n}`), 'operator-a', 'source-a'),
      field: fc.constantFrom<string>(...fields),
      authoritySide: fc.boolean(),
    });
    const mostlyGood = fc
      .tuple(fc.constantFrom(5, 7), fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }))
      .map(([size, sides]) => panel(size).map((m, n) => ({ ...m, authoritySide: sides[n] ?? false })));
    fc.assert(
      fc.property(fc.oneof(fc.array(anyMember, { minLength: 1, maxLength: 9 }), mostlyGood), (members) => {
        const sound =
          [5, 7].includes(members.length) &&
          new Set(members.map((m) => m.field)).size === 5 &&
          new Set(members.map((m) => m.person)).size === members.length &&
          !members.some((m) => ['operator-a', 'source-a'].includes(m.employer)) &&
          members.filter((m) => m.authoritySide).length <= members.length / 3;
        expect(propose(members) === undefined).toBe(sound);
      }),
    );
  });

  it('is confirmed by another person than the one who proposed it, and each member gets a sheet', () => {
    const proposed = recordOf('assessment', 'panelProposed', {
      data: { panel: panel(5) },
      did: { create: ['system:reaction'], proposePanel: [lead.id] },
    });
    expect(refusal(when(lead, 'confirmPanel', proposed))).toBe('own_work');
    const { next, effects } = done(when(people['lead of the district'], 'confirmPanel', proposed));
    expect(effects.map((e) => ('spawn' in e ? (e.input as { readonly expert: string }).expert : ''))).toEqual(
      panel(5).map((m) => m.person),
    );
    expect(next.links).toMatchObject({ sheets: effects.map((e) => ('spawn' in e ? e.id : '')) });
  });

  it('is dissolved by two, so that a change after sealing is never one person’s', () => {
    const scoring = recordOf('assessment', 'scoring', { data: { panel: panel(5) } });
    const half = becomes(when(secretary, 'dissolvePanel', scoring));
    expect(half.status).toBe('scoring');
    expect(becomes(when(lead, 'dissolvePanel', half))).toMatchObject({ status: 'awaitingPanel', links: { sheets: [] } });
  });
});

describe('a score sheet', () => {
  it('is begun only by an expert without any interest', () => {
    const interests = ['employment', 'shares', 'paidAdvice', 'kin', 'coAuthor', 'competitor', 'licence', 'supervised'];
    fc.assert(
      fc.property(fc.subarray(interests), (held) => {
        const input = Object.fromEntries(held.map((name) => [name, true]));
        expect(refusal(when(expert, 'declare', recordOf('sheet', 'awaited'), { input }))).toBe(
          held.length === 0 ? undefined : 'interest_conflict',
        );
      }),
    );
  });

  it('is read by nobody but its expert until all are opened', () => {
    const view = (status: string, who: keyof typeof actors) => processOf('sheet').view?.(actors[who], recordOf('sheet', status)) ?? {};
    for (const who of ['secretary', 'lead of the city', 'cyberspace', 'auditor', 'case of the city'] as const) {
      expect(Object.keys(view('sealed', who)).toSorted()).toEqual(['assessment', 'round', 'title']);
      expect(view('opened', who)).toHaveProperty('sheet');
    }
    expect(view('sealed', 'expert')).toHaveProperty('sheet');
  });

  it('shows an expert the file only once interests are declared', () => {
    expect(recordOf('sheet', 'awaited').data).not.toHaveProperty('file');
    expect(becomes(when(expert, 'declare', recordOf('sheet', 'awaited'), { input: {} })).data['file']).toHaveProperty('purpose');
  });
});

describe('sheets are opened together', () => {
  const scoring = recordOf('assessment', 'scoring', { data: { panel: panel(5), round: 1 } });
  const sheets = (states: readonly string[]): readonly Seen[] =>
    states.map((status) => seenOf(recordOf('sheet', status, status === 'sealed' ? { data: { sheet: scoreSheet(3) } } : {})));
  const open = (states: readonly string[]) => when(actors['system reaction'], 'open', scoring, { refs: { sheets: sheets(states) } });

  it('when none is awaited, two thirds of those appointed are in, and at least five', () => {
    const states = fc.array(fc.constantFrom('sealed', 'sealed', 'sealed', 'recused', 'awaited', 'declared'), {
      minLength: 1,
      maxLength: 9,
    });
    const inOnly = fc.array(fc.constantFrom('sealed', 'sealed', 'recused'), { minLength: 5, maxLength: 9 });
    fc.assert(
      fc.property(fc.oneof(states, inOnly), (list) => {
        const sealed = list.filter((s) => s === 'sealed').length;
        const all = !list.some((s) => s === 'awaited' || s === 'declared');
        expect(refusal(open(list))).toBe(all && sealed >= 5 && sealed / list.length >= 2 / 3 ? undefined : 'sheets_missing');
      }),
    );
  });

  it('and are tallied with what the committee’s own table comes to', () => {
    expect(becomes(open(['sealed', 'sealed', 'sealed', 'sealed', 'sealed'])).data).toMatchObject({
      advised: 'APPROVED_WITH_CONDITIONS',
      tally: { sheets: 5, compliance: 7500, security: 7500 },
    });
  });
});

describe('the decision', () => {
  const verdicts = {
    approve: 'APPROVED',
    approveWithConditions: 'APPROVED_WITH_CONDITIONS',
    rectify: 'RECTIFY_RESUBMIT',
    reject: 'REJECTED',
  } as const;
  type Verdict = keyof typeof verdicts;
  const tally = recordOf('assessment', 'opened').data as { readonly tally: object };
  const opened = (advised: string, confirmed: readonly string[] = []) =>
    recordOf('assessment', 'opened', { data: { advised, tally: { ...tally.tally, confirmed } } });
  const conditions = [{ text: '完成渗透测试', kind: 'PRECEDENT', owner: '运营机构', due: '2027-01-31', verifier: '网信部门' }];
  const input = (verdict: Verdict, reasons?: string) => ({
    ...(verdict === 'approveWithConditions' ? { conditions } : {}),
    ...(reasons === undefined ? {} : { reasons }),
  });
  const names = Object.keys(verdicts) as Verdict[];

  it('that departs from the committee needs written reasons; one that follows it does not', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.constantFrom(...names), fc.boolean(), (advised, taken, reasoned) => {
        const decision = when(cyberspace, taken, opened(verdicts[advised]), {
          input: input(taken, reasoned ? '风险可控，理由如下' : undefined),
        });
        expect(refusal(decision)).toBe(advised === taken || reasoned ? undefined : 'reasons_required');
      }),
    );
  });

  it('is never an approval over a confirmed veto, reasons or not', () => {
    for (const verdict of ['approve', 'approveWithConditions'] as const)
      expect(refusal(when(lead, verdict, opened('APPROVED', ['V8']), { input: input(verdict, '理由充分') }))).toBe('veto_stands');
    for (const verdict of ['rectify', 'reject'] as const)
      expect(refusal(when(lead, verdict, opened('REJECTED', ['V8']), { input: input(verdict, '理由充分') }))).toBeUndefined();
  });

  it('is the authority’s and the cyberspace office’s together, in the same words', () => {
    const half = becomes(when(cyberspace, 'approve', opened('APPROVED'), { input: { reasons: '同意' } }));
    expect(half.status).toBe('opened');
    expect(becomes(when(lead, 'approve', half, { input: { reasons: '另有说明' } })).status).toBe('opened');
    expect(becomes(when(lead, 'approve', half, { input: { reasons: '同意' } }))).toMatchObject({
      status: 'decided',
      data: { outcome: 'APPROVED', conditions: [], reasons: '同意' },
    });
  });

  it('may set a floor for every analysis rule under the scenario, in which both sign the same', () => {
    const floor = { minEntities: 30, privacy: 'REQUIRED' };
    const half = becomes(when(cyberspace, 'approve', opened('APPROVED'), { input: { floor } }));
    expect(becomes(when(lead, 'approve', half, { input: {} })).status).toBe('opened');
    const decided = becomes(when(lead, 'approve', half, { input: { floor } }));
    expect(decided).toMatchObject({ status: 'decided', data: { floor } });
    const carry = reactions.find(({ name }) => name === 'assessment.carryDecision');
    const taken = carry && 'takes' in carry ? carry.takes({} as Event, decided) : [];
    expect(taken).toMatchObject([{ kind: 'scenario', action: 'approve', input: { floor } }]);
  });

  it('discloses outcome and scores, and no name', () => {
    const record = { ...opened('REJECTED'), data: { ...opened('REJECTED').data, panel: panel(5) } };
    const half = becomes(when(cyberspace, 'reject', record, { input: {} }));
    const { event } = done(when(lead, 'reject', half, { input: {} }));
    expect(event.public).toMatchObject({ outcome: 'REJECTED' });
    expect(JSON.stringify(event.public)).not.toMatch(/expert-\d|employer/);
  });

  it('is not taken by whoever proposed the panel', () => {
    const record = { ...opened('APPROVED'), did: { proposePanel: [lead.id] } };
    expect(refusal(when(lead, 'approve', record, { input: {} }))).toBe('own_work');
  });
});
