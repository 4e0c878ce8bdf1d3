import type * as z from 'zod';
import type { Agreement } from '../../contracts/authorisation.ts';
import { beforeTradeOf, type DisclosureGround, type DisclosureRecord } from '../../contracts/report.ts';
import type { Reaction, Take } from '../../shared/edge/context.ts';
import type { Door } from '../../shared/edge/door.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import { dueAtDate, shanghaiDate } from '../../shared/kernel/calendar.ts';
import type { Event } from '../../shared/kernel/decide.ts';
import type { Refused, Stored } from '../../shared/kernel/process.ts';
import type { Table } from '../../shared/store/table.ts';
import { figuresOf, under, type Indexed } from './figures.ts';
import { entriesOfOrganisation } from './register.ts';
import { dutyOf, idOf, yearTo, type Covering, type Begun } from './rules.ts';

const agreementOf = (record: Stored) => record as unknown as Stored<typeof Agreement>;
const reportOf = (record: Stored) => record as unknown as Stored<typeof DisclosureRecord>;
const since = '2023-09-01T00:00:00.000Z'; // the Measures came into force: nothing of theirs is older

/** What must be told at once, by the event that is it. Requirements §3.2 (P); who operates is told by the record. */
const grounds: Readonly<Record<string, z.output<typeof DisclosureGround>>> = {
  'listing.suspend': 'APPROVAL_SUSPENDED',
  'listing.delist': 'SCOPE_OR_PRICE_CHANGE',
  'product.suspend': 'APPROVAL_SUSPENDED',
  'product.retire': 'SCOPE_OR_PRICE_CHANGE',
  'scenario.suspend': 'APPROVAL_SUSPENDED',
  'agreement.suspend': 'APPROVAL_SUSPENDED',
  'agreement.terminate': 'APPROVAL_SUSPENDED',
  'grant.suspend': 'SOURCE_INTERRUPTION',
  'grant.revoke': 'SOURCE_INTERRUPTION',
  'dataset.seal': 'QUALITY_DEFECT',
};
/** Of an agreement the operator is the other side; all that rests on it is the operator's own. */
const operatorOf = ({ kind, owner, party }: Stored): string => (kind === 'agreement' ? (party ?? '') : owner);

const about = (record: Stored, told: Pick<Begun, 'matter' | 'type' | 'period' | 'occurredAt'> & Partial<Pick<Begun, 'ground'>>): Begun => ({
  organisation: operatorOf(record),
  role: 'OPERATOR',
  agreements: [],
  region: record.region,
  version: 1,
  statements: [],
  redactions: [],
  subject: { kind: record.kind, id: record.id },
  ...told,
});
const beforeTrade = ({ at }: Event, record: Stored): Begun =>
  about(record, { matter: beforeTradeOf(record.id), type: 'BEFORE_TRADE', period: yearTo(shanghaiDate(at)), occurredAt: at });

const sidesOf = (record: Stored): readonly (readonly [organisation: string, role: Begun['role']])[] => {
  const { owner, party = '' } = agreementOf(record);
  return [
    [party, 'OPERATOR'],
    [owner, 'IMPLEMENTING'],
  ];
};
const coveringOf = (record: Stored): Covering => ({ id: record.id, operator: record.party ?? '', region: record.region });

/** The entries that a disclosure is counted from: the operator's own, or those of the operators under the agreements that it organised. */
const entriesFor = async (table: Table, { role, organisation, agreements, period }: Stored<typeof DisclosureRecord>['data']) => {
  const ends = dueAtDate(period.to);
  const operators = role === 'OPERATOR' ? [organisation] : [...new Set(agreements.map(({ operator }) => operator))];
  const entries: Indexed[] = [];
  for (const one of operators) entries.push(...(await entriesOfOrganisation(table, one, since, ends)));
  return role === 'OPERATOR' ? entries : under(entries, agreements);
};

const fill = async (door: Pick<Door, 'act'>, id: string, input: object, key: string): Promise<Refused | undefined> => {
  try {
    await door.act({ kind: 'disclosureRecord', action: 'fill', id, input, actor: { type: 'system', id: 'reaction' }, key });
    return undefined;
  } catch (error) {
    if (error instanceof RefusalError && error.refused.code === 'wrong_state') return error.refused;
    throw error;
  }
};

export const duties: readonly Reaction[] = [
  {
    name: 'disclosure.oblige',
    on: ['agreement.activate'],
    takes: (_event, record) =>
      sidesOf(record).flatMap(([organisation, role]): Take[] => {
        const agreement = coveringOf(record);
        return [
          { kind: 'disclosureDuty', action: 'create', input: { organisation, role, agreement } },
          { kind: 'disclosureDuty', action: 'join', id: dutyOf(organisation), input: { agreement } },
        ];
      }),
    refused: {
      nothing: 'of beginning a schedule and joining it only one can be: an organisation has one, which holds each agreement once',
    },
  },
  {
    name: 'disclosure.release',
    on: ['agreement.terminate', 'agreement.expire'],
    takes: ({ at }, record) =>
      sidesOf(record).map(([organisation]) => ({
        kind: 'disclosureDuty',
        action: 'leave',
        id: dutyOf(organisation),
        input: { agreement: record.id, lastDay: shanghaiDate(at) },
      })),
    refused: { nothing: 'the schedule has ended already' },
  },
  {
    name: 'disclosure.finish',
    on: ['disclosureDuty.openYear'],
    takes: (_event, record) => [{ kind: 'disclosureDuty', action: 'finish', id: record.id, input: {} }],
    refused: { nothing: 'agreements still stand, or ended after the year that was told' },
  },
  {
    name: 'disclosure.beforeTrade',
    on: ['listing.submit'],
    takes: (event, record) => {
      const input = beforeTrade(event, record);
      return [
        { kind: 'disclosureRecord', action: 'create', input },
        { kind: 'disclosureRecord', action: 'reopen', id: idOf(input), input: { occurredAt: input.occurredAt, period: input.period } },
      ];
    },
    refused: {
      nothing: 'of beginning it and reopening it only one can be; what was published before stands, and is corrected by its owner',
    },
  },
  {
    name: 'disclosure.dropBeforeTrade',
    on: ['listing.reject', 'listing.withdraw'],
    takes: (_event, record) => [
      {
        kind: 'disclosureRecord',
        action: 'drop',
        id: beforeTradeOf(record.id),
        input: { reason: '挂牌申请已退回或撤回 / The application to list was sent back or withdrawn' },
      },
    ],
    refused: { nothing: 'it was published before, or never begun' },
  },
  {
    name: 'disclosure.adHoc',
    on: Object.keys(grounds),
    takes: ({ id, kind, action, at }, record) => {
      const day = shanghaiDate(at);
      const ground = grounds[`${kind}.${action}`];
      const input = about(record, {
        matter: `ad-hoc:${id}`,
        type: 'AD_HOC',
        period: { from: day, to: day },
        occurredAt: at,
        ...(ground === undefined ? {} : { ground }),
      });
      // What was withdrawn before it was ever in force has interrupted nothing.
      return action === 'retire' && !record.did['approve'] ? [] : [{ kind: 'disclosureRecord', action: 'create', input }];
    },
    refused: { nothing: 'nothing refuses a disclosure of what has happened' },
  },
  {
    name: 'disclosure.count',
    on: ['disclosureRecord.create', 'disclosureRecord.complete', 'disclosureRecord.regenerate', 'disclosureRecord.reopen'],
    runs: async (event, record, { tables, door }) => {
      const { data } = reportOf(record);
      if (record.status !== 'draft') return undefined;
      const figures = figuresOf(await entriesFor(tables.disclosure, data), data.period);
      const sources = [...new Set(figures.resources.map(({ source }) => source))].filter((source) => source !== '');
      return fill(door, record.id, { figures, sources }, `${event.id}/disclosure.count`);
    },
    refused: { nothing: 'a draft that has moved on meanwhile is counted when it comes back' },
  },
  {
    name: 'disclosure.supersede',
    on: ['disclosureRecord.publish'],
    takes: (_event, record) => {
      const { corrects } = reportOf(record).data;
      return corrects === undefined ? [] : [{ kind: record.kind, action: 'supersede', id: corrects, input: { supersededBy: record.id } }];
    },
    refused: { nothing: 'it was superseded already' },
  },
];
