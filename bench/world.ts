import reactionMap from '../contracts/generated/reactions.json' with { type: 'json' };
import { contexts } from '../functions/index.ts';
import { reactionsTo } from '../shared/edge/belt.ts';
import { openDoor, type Request } from '../shared/edge/door.ts';
import { stateCouncil } from '../shared/kernel/calendars/state-council.ts';
import type { Person, Stored } from '../shared/kernel/process.ts';
import { openRecords } from '../shared/store/records.ts';
import type { Table } from '../shared/store/table.ts';

/** A door over a table, and what a resource needs before it can be submitted. */
export const openWorld = (table: Table) => {
  const records = openRecords(table, { reactionsTo: reactionsTo(reactionMap) });
  const processes = new Map(contexts.flatMap((c) => c.processes).map((p) => [p.contract.kind, p]));
  return openDoor({
    records,
    processes,
    secret: 'bench',
    now: () => new Date(),
    calendars: async () => stateCouncil,
    wake: () => undefined,
  });
};
const bootstrap = { type: 'system', id: 'bootstrap' } as const;
const administrators = ['a', 'b'].map((person) => ({ person, name: person, email: `${person}@example.cn` }));
const application = {
  name: { zh: '交通局', en: 'Transport' },
  type: 'ADMIN_ORGAN',
  region: '3212',
  creditCode: '11321200PDY00001XK',
  administrators,
};
const entry = {
  code: 'BUS-1',
  name: { zh: '公交刷卡', en: 'Bus cards' },
  summary: '公交刷卡记录',
  origin: 'STATUTORY_DUTY',
  updateFrequency: 'DAILY',
  format: 'TABLE',
  grade: 'GENERAL_2',
  legalBasis: '办法第八条',
  sharing: { attribute: 'UNCONDITIONAL', citations: [] },
  opening: { attribute: 'UNCONDITIONAL' },
  fields: [{ name: 'line', title: '线路', personal: false }],
};

/** Founds an institution and has its steward draft a resource, each step by `act`. */
export const draftResource = async (act: (request: Request) => Promise<Stored>) => {
  const { id: org } = await act({ kind: 'organisation', action: 'create', input: application, actor: bootstrap, key: 'organisation' });
  await act({ kind: 'organisation', action: 'found', id: org, input: {}, actor: bootstrap, key: 'found' });
  const steward: Person = { type: 'person', id: 'steward', org, orgType: 'ADMIN_ORGAN', region: '3212', roles: ['source.steward'] };
  const officer: Person = { ...steward, id: 'officer', org: 'bureau', orgType: 'DATA_AUTHORITY', roles: ['authority.case'] };
  const { id } = await act({
    kind: 'resource',
    action: 'create',
    input: { ...entry, organisation: org, stateSecret: false },
    actor: steward,
    key: 'create-1',
  });
  return { id, steward, officer };
};
