import { seatsOf } from './decide.ts';
import type { Action, Contract, Process } from './process.ts';

type Row = Action<Contract, string, string, string, never>;
const rowsOf = (process: Process): readonly (readonly [string, Row])[] => Object.entries(process.actions) as unknown as [string, Row][];

const reachable = (process: Process): ReadonlySet<string> => {
  const rows = rowsOf(process);
  const reached = new Set<string>([process.create.to]);
  for (let grew = true; grew;) {
    grew = false;
    for (const [, { from, to }] of rows)
      for (const status of to)
        if (!reached.has(status) && from.some((f) => reached.has(f))) {
          reached.add(status);
          grew = true;
        }
  }
  return reached;
};

/** What every process obeys, told as sentences about where it does not. Run over the whole registry. */
export const breaches = (process: Process): readonly string[] => {
  const { contract, clocks, queue } = process;
  const rows = rowsOf(process);
  const states = Object.keys(contract.states);
  const reached = reachable(process);
  const unreachable = states.filter((s) => !reached.has(s)).map((s) => `${s} is unreachable`);
  const unclear = rows
    .filter(([, r]) => r.to.length > 1 && !seatsOf(r).every((s) => 'system' in s))
    .map(([name]) => `a person's ${name} has two outcomes`);
  const silent = Object.entries(clocks).flatMap(([name, clock]) => {
    const row = rows.find(([action]) => action === clock.takes)?.[1];
    const fires = row && clock.runs.every((s) => row.from.includes(s)) && seatsOf(row).some((s) => 'system' in s && s.system === 'clock');
    if (!fires) return [`clock ${name} cannot fire in every state in which it runs`];
    return clock.own || row.to.every((s) => clock.runs.includes(s)) ? [] : [`clock ${name} ends another's file`];
  });
  const unanswered = Object.keys(queue)
    .filter((s) => !rows.some(([, r]) => r.from.includes(s)))
    .map((s) => `${s} waits for someone who can do nothing`);
  const unused = Object.keys(contract.inputs)
    .filter((name) => name !== 'create' && !(name in process.actions))
    .map((name) => `${name} has an input and no action`);
  return [...unreachable, ...unclear, ...silent, ...unanswered, ...unused].map((s) => `${contract.kind}: ${s}`);
};

/** States in which a record can end its life: nothing leads out of them. Whether each is meant is written by hand in the tests. */
export const ends = (process: Process): readonly string[] => {
  const rows = rowsOf(process);
  return Object.keys(process.contract.states).filter((s) => !rows.some(([, r]) => r.from.includes(s) && r.to.some((t) => t !== s)));
};

/** The life of a record as a Mermaid state diagram. */
export const diagram = (process: Process): string => {
  const arrows = rowsOf(process).flatMap(([name, { from, to }]) => from.flatMap((f) => to.map((t) => `  ${f} --> ${t}: ${name}`)));
  return ['stateDiagram-v2', `  [*] --> ${process.create.to}`, ...arrows, ...ends(process).map((s) => `  ${s} --> [*]`)].join('\n');
};
