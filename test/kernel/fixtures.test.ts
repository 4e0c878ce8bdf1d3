import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type * as z from 'zod';
import { contracts, type Kind } from '../../contracts/index.ts';
import { upcast } from '../../shared/kernel/live.ts';
import type { Contract, Stored } from '../../shared/kernel/process.ts';
import { becomes, claimsOf, refusal, when } from '../support/decisions.ts';
import { people } from '../support/people.ts';

const folder = new URL('../fixtures/', import.meta.url);
const kinds = Object.keys(contracts) as readonly Kind[];
const contractOf = (kind: string): Contract => contracts[kind as Kind];
/** Records as an earlier release stored them, written by hand: `<kind>.<schema>.json`. */
const stored = (name: string): readonly Stored[] => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as readonly Stored[];
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
const past = kinds.flatMap((kind) => Array.from({ length: contractOf(kind).schema - 1 }, (_, n) => `${kind}.${n + 1}.json`));
const records = names.flatMap((name) =>
  stored(name).map((record) => [`${record.kind} ${record.id} of schema ${record.schema}`, record] as const),
);

describe('a record that an earlier release stored', () => {
  it('is kept of every past schema of every kind', () => {
    expect(past.length).toBeGreaterThan(0);
    expect(names.filter((name) => past.includes(name)).toSorted()).toEqual(past.toSorted());
    for (const name of names) for (const { kind, schema } of stored(name)) expect(`${kind}.${schema}.json`).toBe(name);
  });

  it('is kept of the present schema in every state, so that no schema changes without being raised', () => {
    const kept = kinds.map((kind) => stored(`${kind}.${contractOf(kind).schema}.json`).map(({ status }) => status));
    expect(kept).toEqual(kinds.map((kind) => Object.keys(contractOf(kind).states)));
  });

  it.each(records)('%s loads as one of the present schema', (_name, record) => {
    const contract = contractOf(record.kind);
    const { schema, status, data, ...envelope } = upcast(contract, record);
    expect(schema).toBe(contract.schema);
    expect(Object.keys(contract.states)).toContain(status);
    expect((contract.states[status] as z.ZodObject).parse(data)).toEqual(data);
    expect({ ...record, ...envelope }).toEqual(record); // an upcaster touches the state, and nothing of the envelope
  });

  it.each(records)('%s does not load as it is: its schema was raised for a reason', (_name, record) => {
    const present = contractOf(record.kind).states[record.status] as z.ZodObject;
    expect(present.safeParse(record.data).success).toBe(record.schema === contractOf(record.kind).schema);
  });

  it.each(records)('%s is brought there once: a record of the present schema stays what it is', (_name, record) => {
    const contract = contractOf(record.kind);
    const present = upcast(contract, record);
    expect(upcast(contract, present)).toEqual(present);
  });

  it('whose way is not known is refused, never read as something else', () => {
    const [record] = stored('organisation.1.json');
    expect(() => upcast(contracts.organisation as Contract, { ...record, schema: 0 } as Stored)).toThrow(RangeError);
  });
});

describe('a dataset of schema 1, which knew no inspection', () => {
  const present = stored('dataset.1.json').map((record) => [record.status, upcast(contracts.dataset, record)] as const);

  it('is deposited again where it was not loaded, and stays what it is where it was', () => {
    expect(Object.fromEntries(present.map(([was, { status }]) => [was, status]))).toEqual({
      deposited: 'refused',
      checked: 'refused',
      loading: 'refused',
      refused: 'refused',
      loaded: 'loaded',
      sealed: 'sealed',
    });
    for (const [was, record] of present.filter(([, { status }]) => status === 'refused'))
      expect([was, refusal(when(people.steward, 'deposit', record))]).toEqual([was, undefined]);
  });
});

describe('an organisation of schema 1, which knew its name in Chinese only', () => {
  const present = (id: string): Stored => {
    const record = stored('organisation.1.json').find((r) => r.id === id);
    if (!record) throw new RangeError(`no fixture ${id}`);
    return upcast(contracts.organisation, record);
  };
  const lead = people['lead of the city'];

  it('shows that name in both languages, and holds its credit code', () => {
    expect(present('taizhou-exchange').data).toMatchObject({ name: { zh: '泰州数据交易服务中心', en: '泰州数据交易服务中心' } });
    expect(claimsOf(present('taizhou-exchange'))).toEqual(['credit-code#91321200MB0X000031']);
  });

  it('goes on with its life', () => {
    expect(becomes(when(lead, 'verify', present('taizhou-housing')))).toMatchObject({ status: 'verified', schema: 2 });
    expect(refusal(when({ ...lead, id: 'zhou-min' }, 'verify', present('taizhou-housing')))).toBe('own_work');
  });

  it('keeps the signature that one had given before', () => {
    expect(becomes(when(lead, 'reinstate', present('jiangyan-analytics'), { input: {} }))).toMatchObject({
      status: 'verified',
      signed: {},
    });
  });
});
