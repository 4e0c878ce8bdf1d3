import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { tightened } from '../../contracts/analysis-rule.ts';
import { personalKinds } from '../../contracts/personal-kinds.ts';
import { refusal, when, whenCreating } from '../support/decisions.ts';
import { inputOf, liveOf, recordOf, rules } from '../support/fixtures.ts';
import { people } from '../support/people.ts';
import { after } from '../support/stories.ts';

const agent = people['operator agent'];
const officer = people['case of the district'];
const lead = people['lead of the district'];
type Column = { readonly name: string; readonly type: string; readonly personal: string | null; readonly unique?: boolean };
const dataset = (columns: readonly Column[]) =>
  liveOf('dataset', {
    id: 'dataset-1',
    data: { columns: columns.map((one) => ({ nullPermille: 0, unique: false, ...one })) },
  });
const { rule: simple } = inputOf('product', 'create') as { readonly rule: object };
const ruleOf = (over: object) => {
  const { minEntities, dominancePercent, maxRows } = rules.sandbox;
  return { ...simple, entity: null, minEntities, dominancePercent, maxRows, ...over };
};
const make = (rule: object, columns: readonly Column[] = []) =>
  whenCreating(agent, 'product', {
    input: { scenario: 'scenario-1', dataset: 'dataset-1', rule },
    refs: { dataset: dataset(columns), scenario: liveOf('scenario', { id: 'scenario-1' }) },
  });

describe('the analysis rule of a product', () => {
  const column: fc.Arbitrary<Column> = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    type: fc.constantFrom('VARCHAR', 'DATE', 'INTEGER', 'DECIMAL(18,3)', 'DOUBLE'),
    personal: fc.option(fc.constantFrom(...personalKinds), { freq: 3 }),
  });
  const columns = fc.uniqueArray(column, { minLength: 3, maxLength: 5, selector: ({ name }) => name });
  const named = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 3 });

  it('names only columns there are, and none with personal information as a dimension or a measure', () => {
    fc.assert(
      fc.property(columns, named, named, fc.option(fc.constantFrom('a', 'b', 'f')), (all, dimensions, measures, entity) => {
        const by = new Map(all.map((one) => [one.name, one]));
        const used = [...dimensions, ...measures];
        const unknown = [...used, ...(entity === null ? [] : [entity])].some((name) => !by.has(name));
        const personal = used.some((name) => by.get(name)?.personal !== null);
        const text = measures.some((name) => ['VARCHAR', 'DATE'].includes(by.get(name)?.type ?? ''));
        const rows = entity === null && all.some((one) => one.personal !== null); // ten rows of one person would pass for ten people
        const due = unknown
          ? 'column_unknown'
          : personal
            ? 'column_personal'
            : text
              ? 'column_not_numeric'
              : rows
                ? 'rule_too_weak'
                : undefined;
        const rule = ruleOf({
          entity,
          dimensions: dimensions.map((one) => ({ column: one })),
          measures: measures.map((one) => ({ column: one })),
        });
        expect(refusal(make(rule, all))).toBe(due);
      }),
      { numRuns: 500 },
    );
  });

  it('may protect the very persons whose column no answer may show', () => {
    expect(
      refusal(make(ruleOf({ entity: 'id', dimensions: [], measures: [] }), [{ name: 'id', type: 'VARCHAR', personal: 'resident_id' }])),
    ).toBeUndefined();
  });

  it('counts persons, not rows: it names an entity that is not each row’s own, unless each row is one person’s', () => {
    const open = (entity: string | null, unique: readonly string[]) =>
      refusal(
        make(
          ruleOf({ entity, dimensions: [], measures: [] }),
          ['id', 'card', 'row'].map((name) => ({
            name,
            type: 'VARCHAR',
            personal: name === 'row' ? null : 'resident_id',
            unique: unique.includes(name),
          })),
        ),
      );
    expect(open(null, [])).toBe('rule_too_weak');
    expect(open('row', ['row'])).toBe('rule_too_weak');
    expect(open('id', ['row'])).toBeUndefined();
    expect(open(null, ['card'])).toBeUndefined();
  });

  it('counts persons where there are any: by an entity, unless each row is one person’s, and by none that is each row’s own', () => {
    const column = (name: string, personal: string | null, unique: boolean) => ({
      name,
      type: 'VARCHAR',
      personal,
      unique,
      nullPermille: 0,
    });
    const told = (entity: string | null, mobileIsUnique: boolean) => {
      const columns = [column('visit', null, true), column('patient', null, false), column('mobile', 'mobile', mobileIsUnique)];
      const refs = {
        dataset: liveOf('dataset', { id: 'dataset-1', links: { scenario: 'scenario-1' }, data: { columns } }),
        scenario: liveOf('scenario', { id: 'scenario-1' }),
      };
      const input = { scenario: 'scenario-1', dataset: 'dataset-1', rule: ruleOf({ entity, dimensions: [], measures: [] }) };
      return refusal(whenCreating(agent, 'product', { input, refs }));
    };
    expect([told(null, false), told('visit', false)]).toEqual(['rule_too_weak', 'rule_too_weak']);
    expect([told('patient', false), told('mobile', false), told(null, true), told('visit', true)]).toEqual(Array(4).fill(undefined));
  });

  it('is never weaker than the floor of the rule base, at first and by no edit', () => {
    const { minEntities, dominancePercent, maxRows } = rules.sandbox;
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 50 }),
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 5000 }),
        (entities, dominance, rows) => {
          const weak = entities < minEntities || dominance > dominancePercent || rows > maxRows;
          const rule = ruleOf({ minEntities: entities, dominancePercent: dominance, maxRows: rows, dimensions: [], measures: [] });
          expect(refusal(make(rule))).toBe(weak ? 'rule_too_weak' : undefined);
          expect(
            refusal(
              when(agent, 'edit', recordOf('product', 'draft'), {
                input: { rule },
                refs: { dataset: dataset([]), scenario: liveOf('scenario') },
              }),
            ),
          ).toBe(weak ? 'rule_too_weak' : undefined);
        },
      ),
    );
  });
});

describe('the conditions of the scenario (Measures art. 19)', () => {
  const floors = fc.record(
    {
      minEntities: fc.integer({ min: 2, max: 60 }),
      dominancePercent: fc.integer({ min: 1, max: 100 }),
      maxRows: fc.integer({ min: 1, max: 5000 }),
      privacy: fc.constant('REQUIRED' as const),
    },
    { requiredKeys: [] },
  );
  const under = (rule: object, floor: object) =>
    whenCreating(agent, 'product', {
      input: { scenario: 'scenario-1', dataset: 'dataset-1', rule },
      refs: { dataset: dataset([]), scenario: liveOf('scenario', { id: 'scenario-1', data: { floor } }) },
    });

  it('bind every rule under it as the rule base does, and never loosen that', () => {
    const { minEntities, dominancePercent, maxRows } = rules.sandbox;
    fc.assert(
      fc.property(floors, fc.integer({ min: 2, max: 60 }), fc.integer({ min: 1, max: 5000 }), (floor, entities, rows) => {
        const rule = ruleOf({ minEntities: entities, dominancePercent, maxRows: rows, dimensions: [], measures: [] });
        const weak =
          entities < Math.max(minEntities, floor.minEntities ?? 0) ||
          dominancePercent > (floor.dominancePercent ?? 100) ||
          rows > Math.min(maxRows, floor.maxRows ?? maxRows) ||
          floor.privacy === 'REQUIRED';
        expect(refusal(under(rule, floor))).toBe(weak ? 'rule_too_weak' : undefined);
      }),
    );
  });

  it('tighten a rule that was approved before they rose, and leave a stricter one as it is', () => {
    fc.assert(
      fc.property(floors, fc.integer({ min: 2, max: 60 }), fc.integer({ min: 1, max: 100 }), (floor, entities, dominance) => {
        const rule = { minEntities: entities, dominancePercent: dominance, maxRows: 1000 };
        const now = tightened(rule, floor);
        expect(now.minEntities).toBe(Math.max(entities, floor.minEntities ?? 0));
        expect(now.dominancePercent).toBe(Math.min(dominance, floor.dominancePercent ?? 100));
        expect(now.maxRows).toBe(Math.min(1000, floor.maxRows ?? 1000));
        expect(tightened(now, floor)).toEqual(now);
      }),
    );
  });

  it('may demand noise of every product', () => {
    const noise = { epsilonMicro: 1, cellsPerEntity: 1, rowsPerCell: 1, datasetBudgetMicro: 1, buyerBudgetMicro: 1 };
    const floor = { privacy: 'REQUIRED' };
    expect(refusal(under(ruleOf({ dimensions: [], measures: [] }), floor))).toBe('rule_too_weak');
    expect(refusal(under(ruleOf({ dimensions: [], measures: [], privacy: noise }), floor))).toBeUndefined();
  });
});

describe('a product', () => {
  const submitted = (useClass: string) => recordOf('product', 'submitted', { data: { useClass } });

  it('is made of the data of its own scenario', () => {
    const decision = whenCreating(agent, 'product', { input: { scenario: 'scenario-2' }, refs: { dataset: dataset([]) } });
    expect(refusal(decision)).toBe('resource_outside_scenario');
  });

  it('stays with its scenario and dataset when it is edited', () => {
    const edited = after(recordOf('product', 'draft'), [
      'edit',
      agent,
      { input: { title: { zh: '新名', en: 'New' }, rule: ruleOf({ dimensions: [], measures: [] }) } },
    ]);
    expect(edited.data).toMatchObject({
      title: { zh: '新名' },
      scenario: recordOf('product', 'draft').data['scenario'],
      dataset: recordOf('product', 'draft').data['dataset'],
    });
  });

  it('for governance or welfare is free; for industry the ceiling is what both sign', () => {
    expect(refusal(when(officer, 'approve', submitted('GOVERNANCE_WELFARE'), { input: { ceilingFen: 1 } }))).toBe('welfare_must_be_free');
    expect(refusal(when(officer, 'approve', submitted('GOVERNANCE_WELFARE'), { input: { ceilingFen: 0 } }))).toBeUndefined();
    const approved = after(
      submitted('INDUSTRY'),
      ['approve', officer, { input: { ceilingFen: 990 } }],
      ['approve', lead, { input: { ceilingFen: 990 } }],
    );
    expect(approved).toMatchObject({ status: 'approved', data: { ceilingFen: 990 } });
  });

  it('is approved only while all that it rests on is live', () => {
    const link = { kind: 'grant', id: 'grant-1' };
    expect(when(lead, 'approve', submitted('INDUSTRY'), { broken: { dataset: link } })).toMatchObject({
      refused: { code: 'authority_broken', about: link },
    });
  });

  it('is halted at once by one, its operator included, and comes back only by two of the authority', () => {
    for (const one of [lead, people.cyberspace, people['operator signatory']]) {
      const halted = after(recordOf('product', 'approved'), ['suspend', one]);
      expect(after(halted, ['resume', officer]).status).toBe('suspended');
      expect(after(halted, ['resume', officer], ['resume', lead]).status).toBe('approved');
    }
  });

  it('no longer tells its ceiling once it is retired', () => {
    expect(after(recordOf('product', 'approved'), ['retire', agent], ['retire', officer]).data).not.toHaveProperty('ceilingFen');
  });
});
