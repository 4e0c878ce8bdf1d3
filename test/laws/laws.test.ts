import { describe, expect, it } from '@jest/globals';
import type { Role } from '../../contracts/roles.ts';
import { refusals, type Refusal } from '../../contracts/refusals.ts';
import { offered, seatsOf } from '../../shared/kernel/decide.ts';
import { breaches, diagram, ends } from '../../shared/kernel/laws.ts';
import type { Person, Process, Seat, Waits } from '../../shared/kernel/process.ts';
import { sees } from '../../shared/kernel/seats.ts';
import type { Kind } from '../../contracts/index.ts';
import { contracts } from '../../contracts/index.ts';
import { district, recordOf } from '../support/fixtures.ts';
import { processes } from './registry.ts';

/** Where a life is meant to end. A record that rests in another state waits for someone, or is held for the next step. */
const final: Readonly<Record<Kind, readonly string[]>> = {
  organisation: [],
  membership: [],
  resource: ['retired'],
  secretStub: ['recorded'],
  agreement: ['ended'],
  grant: ['declined', 'revoked', 'expired'],
  scenario: ['rejected', 'withdrawn', 'expired'],
  assessment: ['decided'],
  sheet: ['opened', 'recused'],
  dataset: [],
  derivation: ['retired'],
  job: ['done', 'failed', 'cancelled'],
  product: ['retired'],
  listing: ['withdrawn', 'delisted'],
  order: ['settled', 'cancelled', 'refunded'],
  contract: ['declined', 'terminated', 'expired'],
  entitlement: ['revoked', 'expired'],
  template: ['retired'],
  accessKey: ['revoked', 'expired'],
  joinList: ['retired'],
  usageBill: ['settled'],
  query: ['released', 'refused', 'withheld', 'cancelled'],
  exportRequest: ['rejected', 'withdrawn', 'revoked', 'expired'],
  exportReview: ['opened', 'dropped'],
  calendar: ['adopted'],
  disclosureDuty: [],
  disclosureRecord: ['superseded'],
  erasure: ['rejected', 'erased', 'failed'],
};

type AnyRow = { readonly by: Seat | readonly Seat[]; readonly notBy?: readonly unknown[] };
const rowsOf = (process: Process) => Object.entries(process.actions) as unknown as readonly (readonly [string, AnyRow])[];
const waitsOf = (process: Process): readonly (readonly [string, Waits])[] =>
  Object.entries(process.queue).flatMap(([state, waits]) => [waits as Waits | readonly Waits[]].flat().map((one) => [state, one] as const));
const officer = (role: Role): Person => ({ type: 'person', id: 'officer', org: 'office', region: district, roles: [role] });

describe('every table of the registry', () => {
  it('is that of a contract, and every contract has one', () => {
    expect(processes.map(({ contract }) => contract.kind).toSorted()).toEqual(Object.keys(contracts).toSorted());
    for (const { contract } of processes) expect(contract).toBe(contracts[contract.kind as Kind]);
  });

  it.each(processes.map((process) => [process.contract.kind, process] as const))('%s breaks no law', (_kind, process) => {
    expect(breaches(process)).toEqual([]);
  });

  it.each(processes.map((process) => [process.contract.kind, process] as const))('%s ends only where it is meant to', (kind, process) => {
    expect(ends(process)).toEqual(final[kind as Kind]);
  });

  it('draws a diagram in which every state stands', () => {
    for (const process of processes) for (const state of Object.keys(process.contract.states)) expect(diagram(process)).toContain(state);
  });

  it('calls live only states that it has', () => {
    for (const { contract } of processes) for (const state of contract.live) expect(Object.keys(contract.states)).toContain(state);
  });

  it('refuses only with codes that are in the list', () => {
    const codes = processes.flatMap((process) =>
      [process.create, ...Object.values(process.actions)].flatMap((row) =>
        Object.values((row as { live?: Record<string, Refusal> }).live ?? {}),
      ),
    );
    expect(codes.filter((code) => !(code in refusals))).toEqual([]);
  });

  it('pins, rests on, probes and asks the standing only of what it reads', () => {
    for (const { create, actions } of processes)
      for (const row of [create, ...Object.values(actions)]) {
        const {
          reads = [],
          live = {},
          pins = [],
          rests = [],
          probes = [],
        } = row as unknown as Record<string, readonly string[] | undefined>;
        for (const name of [...Object.keys(live), ...pins, ...rests, ...probes]) expect(reads).toContain(name);
      }
  });

  it('bars only actions that it has, of itself or of a record that it reads', () => {
    const unknown = processes.flatMap((process) =>
      rowsOf(process).flatMap(([name, row]) =>
        (row.notBy ?? []).flatMap((past) => {
          const [of, action] = Array.isArray(past)
            ? [[process.contract.refs[past[0]]].flat()[0] as { kind: string }, past[1]]
            : [process.contract, past];
          return action in (contracts[of.kind as Kind].inputs as object) ? [] : [`${process.contract.kind}.${name}: ${String(past)}`];
        }),
      ),
    );
    expect(unknown).toEqual([]);
  });

  it('takes by a clock every action that belongs to the clock', () => {
    const idle = processes.flatMap((process) => {
      const taken = new Set<string>(Object.values(process.clocks).map(({ takes }) => takes));
      const clocks = rowsOf(process).filter(([, row]) => seatsOf(row).some((seat) => 'system' in seat && seat.system === 'clock'));
      return clocks.filter(([name]) => !taken.has(name)).map(([name]) => `${process.contract.kind}.${name}`);
    });
    expect(idle).toEqual([]);
  });

  it('shows whoever a queue waits for in a region the record that waits', () => {
    const waiting = processes.flatMap((process) => waitsOf(process).map(([state, waits]) => ({ process, state, waits })));
    const blind = waiting.filter(({ process, state, waits }) => {
      const record = recordOf(process.contract.kind as Kind, state, { region: district });
      return waits.of === 'region' && !sees(process, officer(waits.role), record);
    });
    expect(blind.map(({ process, state, waits }) => `${waits.role} cannot see ${process.contract.kind} ${state}`)).toEqual([]);
    expect(waiting.length).toBeGreaterThan(30);
  });

  it('waits only for those who can do something about it', () => {
    const idle = processes.flatMap((process) =>
      waitsOf(process).flatMap(([state, { role, of }]) => {
        const record = recordOf(process.contract.kind as Kind, state, { region: district });
        const org = { region: 'office', owner: record.owner, party: record.party ?? '' }[of];
        const actor = { ...officer(role), org, id: org.replace('person:', '') };
        return offered(process, record, actor).length > 0 ? [] : [`${role} waits for ${process.contract.kind} ${state}`];
      }),
    );
    // The secretary acts on the assessment that the filing began.
    expect(idle).toEqual(['committee.secretary waits for scenario filed']);
  });
});
