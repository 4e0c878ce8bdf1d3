import * as z from 'zod';
import { choices } from '../../contracts/choices.ts';
import { organisationTypes, regions, roles, rolesOf } from '../../contracts/roles.ts';
import { rubricItems, vetoItems } from '../../contracts/rubric.ts';
import { words } from '../../contracts/words.ts';
import type { Context } from '../../shared/edge/context.ts';
import { isPersonal, personalActions } from '../../shared/edge/routes.ts';
import type { Contract, Entrance, Process } from '../../shared/kernel/process.ts';
import { labelsOf, rowOf } from './rows.ts';
import type { Title } from './titles.ts';

type Label = { readonly zh: string; readonly en: string };
const titles = (labels: Readonly<Record<string, Label>>): Readonly<Record<string, Title>> =>
  Object.fromEntries(Object.entries(labels).map(([name, { zh, en }]) => [name, [zh, en]]));

/** What a form needs of an input. */
const formOf = (contract: Contract, action: string): object => {
  const input = contract.inputs[action];
  if (!input) throw new RangeError(`${contract.kind} has no ${action}`);
  const { $schema: _dialect, ...schema } = z.toJSONSchema(input, { io: 'input' });
  return schema;
};
const kindOf = (target: Contract | readonly [Contract]): string => ('kind' in target ? target.kind : target[0].kind);
const refsOf = ({ refs }: Contract): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(refs).map(([name, target]) => [name, kindOf(target)]));

const actionOf = (process: Process, name: string): object => {
  const row = rowOf(process, name);
  return { seats: labelsOf(row), ifMatch: row.ifMatch === true, schema: formOf(process.contract, name) };
};
const creationOf = (process: Process): object => ({
  by: [process.create.by].flat().flatMap((entrance: Entrance) => ('person' in entrance ? entrance.label.split('|') : [])),
  schema: formOf(process.contract, 'create'),
});
const kind = (process: Process): object => {
  const { contract, queue, sees } = process;
  return {
    plural: contract.plural,
    title: contract.title,
    live: contract.live,
    states: Object.keys(contract.states),
    sees: sees.roles,
    waits: Object.values(queue).flat(),
    refs: refsOf(contract),
    ...(isPersonal(process) ? { create: creationOf(process) } : {}),
    actions: Object.fromEntries(personalActions(process).map((name) => [name, actionOf(process, name)])),
  };
};

/** Fields that name a record although no reference of a table bears their name. */
const otherReferences = {
  agreement: 'agreement',
  assessment: 'assessment',
  buyer: 'organisation',
  employer: 'organisation',
  institution: 'organisation',
  seller: 'organisation',
  sources: 'organisation',
  unit: 'organisation',
  venue: 'organisation',
};
const rubric = Object.fromEntries(
  Object.entries(rubricItems).map(([code, { zh, en, weight, core }]) => [
    code,
    [`${code} ${zh}（权重 ${weight}${core ? '，核心项' : ''}）`, `${code} ${en} (weight ${weight}${core ? ', core' : ''})`],
  ]),
);
const vetoes = Object.fromEntries(Object.entries(vetoItems).map(([code, { zh, en }]) => [code, [`${code} ${zh}`, `${code} ${en}`]]));

/** All that the portal knows of the registry: kinds with their forms, and the words for what it shows. One file, fetched once. */
export const portal = (contexts: readonly Context[]): object => {
  const processes = contexts.flatMap((context) => context.processes);
  return {
    kinds: Object.fromEntries(processes.map((process) => [process.contract.kind, kind(process)])),
    references: { ...otherReferences, ...Object.assign({}, ...processes.map(({ contract }) => refsOf(contract))) },
    words,
    choices: { ...choices, ...rubric, ...vetoes },
    roles: titles(roles),
    rolesOf,
    organisationTypes: titles(organisationTypes),
    regions: titles(regions),
  };
};
