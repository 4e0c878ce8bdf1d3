import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { breaches, ends } from '../../shared/kernel/laws.ts';
import { processOf, type Process } from '../../shared/kernel/process.ts';
import { holder, role, system } from '../../shared/kernel/seats.ts';

const nothing = z.strictObject({});
const Permit = {
  kind: 'permit',
  plural: 'permits',
  title: ['许可', 'Permit'],
  schema: 1,
  live: ['given'],
  refs: {},
  states: { asked: nothing, given: nothing, closed: nothing },
  inputs: { create: nothing, give: nothing, close: nothing, late: nothing },
} as const;
const { create, action, define } = processOf(Permit);

/** A table that keeps every law; each test breaks one. */
const sound = define({
  create: create({
    by: holder('buyer.agent'),
    to: 'asked',
    links: () => ({}),
    becomes: () => ({ status: 'asked', data: {} }),
    publish: 'nothing',
  }),
  actions: {
    give: action('give', {
      from: ['asked'],
      to: ['given'],
      by: role('authority.lead'),
      becomes: () => ({ status: 'given', data: {} }),
      publish: 'nothing',
    }),
    close: action('close', {
      from: ['given'],
      to: ['closed'],
      by: role('authority.lead'),
      becomes: () => ({ status: 'closed', data: {} }),
      publish: 'nothing',
    }),
    late: action('late', {
      from: ['asked'],
      to: ['asked'],
      by: system('clock'),
      becomes: () => ({ status: 'asked', data: {} }),
      publish: 'nothing',
    }),
  },
  sees: { roles: [] },
  card: () => '',
  queue: { asked: { role: 'authority.lead', of: 'region' } },
  clocks: { reply: { runs: ['asked'], due: (r) => ({ from: r.since, workingDays: 5 }), takes: 'late' } },
});
const withRow = (name: string, change: object): Process =>
  ({ ...sound, actions: { ...sound.actions, [name]: { ...(sound.actions[name as never] as object), ...change } } }) as unknown as Process;
const withClock = (change: object): Process =>
  ({ ...sound, clocks: { reply: { ...sound.clocks['reply'], ...change } } }) as unknown as Process;

describe('a law can be broken', () => {
  it('by no table that keeps them all', () => {
    expect(breaches(sound)).toEqual([]);
    expect(ends(sound)).toEqual(['closed']);
  });

  it.each<readonly [string, Process, readonly string[]]>([
    ['a state that nothing leads to', withRow('close', { to: ['given'] }), ['permit: closed is unreachable']],
    [
      'states reached only from one another',
      withRow('give', { from: ['closed'] }),
      ['permit: given is unreachable', 'permit: closed is unreachable'],
    ],
    ['a verdict of a person with two outcomes', withRow('give', { to: ['given', 'closed'] }), ["permit: a person's give has two outcomes"]],
    [
      'one of whose seats is a person',
      withRow('give', { to: ['given', 'closed'], by: [system('worker'), role('authority.lead')] }),
      ["permit: a person's give has two outcomes"],
    ],
    [
      'a clock that nobody but a person answers',
      withRow('late', { by: role('authority.lead') }),
      ['permit: clock reply cannot fire in every state in which it runs'],
    ],
    [
      'a clock that runs where its action cannot be taken',
      withClock({ runs: ['asked', 'given'] }),
      ['permit: clock reply cannot fire in every state in which it runs'],
    ],
    ['a clock without an action', withClock({ takes: 'never' }), ['permit: clock reply cannot fire in every state in which it runs']],
    ["a clock that ends another's file", withRow('late', { to: ['closed'] }), ["permit: clock reply ends another's file"]],
    [
      'a queue for those who can do nothing',
      { ...sound, queue: { closed: { role: 'auditor', of: 'region' } } } as unknown as Process,
      ['permit: closed waits for someone who can do nothing'],
    ],
    [
      'an input without action',
      { ...sound, contract: { ...Permit, inputs: { ...Permit.inputs, appeal: nothing } } },
      ['permit: appeal has an input and no action'],
    ],
  ])('by %s', (_what, broken, told) => {
    expect(breaches(broken)).toEqual(told);
  });

  it('by no delay of the owner, which may end the owner’s own file', () => {
    const lapsing = withRow('late', { to: ['closed'] });
    expect(breaches({ ...lapsing, clocks: { reply: { ...lapsing.clocks['reply'], own: true } } } as unknown as Process)).toEqual([]);
  });

  it('and a dead end is seen for an end', () => {
    expect(ends(withRow('close', { from: ['asked'] }))).toEqual(['given', 'closed']);
  });
});
