import { afterAll, describe, expect, it } from '@jest/globals';
import type { Refusal } from '../../contracts/refusals.ts';
import { decide, decideCreate, type Decision } from '../../shared/kernel/decide.ts';
import type { Process, Stored } from '../../shared/kernel/process.ts';
import { role, sees } from '../../shared/kernel/seats.ts';
import { factsOf, recordOf } from '../support/fixtures.ts';
import { actors, systems, type Who } from '../support/people.ts';
import { matrix, type Section } from './permissions.matrix.ts';
import { processes, processOf } from './registry.ts';

const everyone = Object.keys(actors) as Who[];
const nobody = new Set<Refusal>(['not_found', 'not_permitted']);
const codeOf = (decision: Decision): Refusal | undefined => ('refused' in decision ? decision.refused.code : undefined);
let cells = 0;

const recordIn = ({ kind, owner, party, data = {} }: Section, state: string): Stored =>
  recordOf(kind, state, { data, ...(owner === undefined ? {} : { owner }), ...(party === undefined ? {} : { party }) });
/** What an actor is told, as the matrix has it: nobody's business, the wrong state, or a matter of standing and guards. */
const meant = (allowed: boolean, inState: boolean) => (allowed ? (inState ? 'may' : 'wrong_state') : 'may not');
const told = (code: Refusal | undefined) => {
  if (code !== undefined && nobody.has(code)) return 'may not';
  return code === 'wrong_state' || code === 'own_work' ? code : 'may';
};
const asMeant = (cell: string, is: string, should: string): string[] => {
  cells += 1;
  return is === should ? [] : [`${cell}: ${is}, should be: ${should}`];
};

const deviationsOf = (section: Section, process: Process = processOf(section.kind)): readonly string[] => {
  const states = Object.keys(process.contract.states);
  const creating = everyone.flatMap((who) =>
    asMeant(
      `${who} creates ${section.kind}`,
      told(codeOf(decideCreate(process, 'new', factsOf(process, 'create', actors[who], { missing: 'anything' }), '2026-1'))),
      meant(section.create.includes(who), true),
    ),
  );
  const acting = states.flatMap((state) => {
    const record = recordIn(section, state);
    return Object.entries(section.may).flatMap(([action, may]) => {
      const facts = factsOf(process, action, actors.visitor);
      return everyone.flatMap((who) =>
        asMeant(
          `${who} takes ${action} on ${section.kind} ${state}`,
          told(codeOf(decide(process, action, record, { ...facts, actor: actors[who] }))),
          meant(may.by.includes(who), may.in.includes(state)),
        ),
      );
    });
  });
  return [...creating, ...acting];
};
const sightsOf = (section: Section): readonly string[] => {
  const process = processOf(section.kind);
  return Object.keys(process.contract.states).flatMap((state) => {
    const record = recordIn(section, state);
    return everyone.flatMap((who) =>
      asMeant(
        `${who} reads ${section.kind} ${state}`,
        sees(process, actors[who], record) ? 'sees' : 'does not see',
        who in systems || section.see.includes(who) || section.open.includes(state) ? 'sees' : 'does not see',
      ),
    );
  });
};

describe('the permission matrix of requirements §5', () => {
  afterAll(() => {
    process.stdout.write(`permission matrix: ${cells} cells tried\n`);
  });

  it('has a section for every kind, and a row for every action', () => {
    for (const { contract, actions } of processes) {
      const rows = matrix.filter(({ kind }) => kind === contract.kind).map(({ may }) => Object.keys(may).toSorted());
      expect([contract.kind, ...rows]).toEqual([contract.kind, ...rows.map(() => Object.keys(actions).toSorted())]);
      expect(rows.length).toBeGreaterThan(0);
    }
  });

  it.each(matrix.map((section) => [`${section.kind} of ${section.owner ?? 'its usual owner'}`, section] as const))(
    'says who may act on a %s, in every state',
    (_name, section) => {
      expect(deviationsOf(section)).toEqual([]);
    },
  );

  it.each(matrix.map((section) => [`${section.kind} of ${section.owner ?? 'its usual owner'}`, section] as const))(
    'says who may see a %s, in every state',
    (_name, section) => {
      expect(sightsOf(section)).toEqual([]);
    },
  );

  it('would tell of one seat too many, one too few, and of a state in which an action is open', () => {
    const section = matrix.find(({ kind }) => kind === 'calendar') as Section;
    const calendar = processOf('calendar');
    const changed = (change: object) =>
      deviationsOf(section, {
        ...calendar,
        actions: { ...calendar.actions, drop: { ...(calendar.actions['drop' as never] as object), ...change } },
      } as unknown as Process);
    expect(changed({})).toEqual([]);
    expect(changed({ by: role('auditor') })).toContain('auditor takes drop on calendar proposed: may, should be: may not');
    expect(changed({ by: role('auditor') })).toContain('lead of the city takes drop on calendar proposed: may not, should be: may');
    expect(changed({ from: ['proposed', 'adopted'] })).toEqual([
      'lead of the city takes drop on calendar adopted: may, should be: wrong_state',
    ]);
  });
});
