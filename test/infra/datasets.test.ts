import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { datasets, type DatasetName } from '../../infra/local/demo/datasets.ts';
import { checkCreditCode } from '../../shared/kernel/identifiers.ts';

const names: readonly DatasetName[] = ['enterprises', 'trips', 'clinic-visits'];
const textOf = (name: DatasetName, rows: number): string => [...datasets[name](rows)].join('');
const tableOf = (name: DatasetName, rows: number): readonly (readonly string[])[] =>
  textOf(name, rows)
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
const column = (table: readonly (readonly string[])[], at: number): readonly string[] => table.map((row) => row[at] ?? '');
const districts = ['海陵区', '高港区', '姜堰区', '兴化市', '靖江市', '泰兴市'].toSorted();

/** GB 11714-1997 as the standard words it, with its table of values. */
const organisationCodeIsValid = (code: string): boolean => {
  const values = new Map(Array.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', (character, value) => [character, value]));
  const weights = [3, 7, 9, 10, 5, 8, 4, 2];
  let sum = 0;
  for (const [at, weight] of weights.entries()) sum += weight * (values.get(code[at] ?? '') ?? Number.NaN);
  const check = 11 - (sum % 11);
  const expected = check === 10 ? 'X' : check === 11 ? '0' : String(check);
  return code[8] === expected;
};

describe('the demonstration datasets', () => {
  it.each([
    ['enterprises', 'cce0ca55d9cf78fabb173afd023b79c798f676f1a675db6bce359d3dbd4bc544'],
    ['trips', 'd24ab7dbbd8b9bef3bf83c120bf242bd312672013b991ceb51859ffa75207eaf'],
    ['clinic-visits', 'b58b3c3fc73674b5644901d273d1dd77b210bae40a39c29bf13d902c47e44670'],
  ] as const)('%s are the same text every time and on every machine', (name, expected) => {
    expect(textOf(name, 2000)).toBe(textOf(name, 2000));
    expect(createHash('sha256').update(textOf(name, 2000)).digest('hex')).toBe(expected);
  });

  it.each(names)('%s have a header and as many rows as asked, of one width and without quotes', (name) => {
    const lines = [...datasets[name](500)];
    expect(lines).toHaveLength(501);
    for (const line of lines) {
      expect(line).toMatch(/^[^"\r\n]+\n$/);
      expect(line.split(',')).toHaveLength(7);
    }
    expect([...datasets[name](0)]).toHaveLength(1);
  });

  it.each(names)('%s of a number of rows that is none are refused', (name) => {
    for (const rows of [-1, 1.5, Number.NaN, 20_000_001]) expect(() => [...datasets[name](rows)]).toThrow(RangeError);
  });

  it('enterprises have valid credit codes of their district, each their own', () => {
    const table = tableOf('enterprises', 5000);
    const codes = column(table, 0);
    expect(codes.filter((code) => !checkCreditCode(code))).toEqual([]);
    expect(codes.filter((code) => !organisationCodeIsValid(code.slice(8, 17)))).toEqual([]);
    expect(new Set(codes).size).toBe(5000);
    expect(new Set(table.map((row) => `${row[2]}${row[0]?.slice(2, 8)}`)).size).toBe(6);
    expect([...new Set(column(table, 2))].toSorted()).toEqual(districts);
    for (const [, name, , , capital, employees, founded] of table) {
      expect(name).toMatch(/^泰州演示.+有限公司$/);
      expect(Number.isSafeInteger(Number(capital)) && Number(employees) >= 1).toBe(true);
      expect(new Date(founded ?? '').toISOString().slice(0, 10)).toBe(founded);
    }
  });

  it('trips have their own ids, many vehicles of which some drive far more than others, and fares that follow the distance', () => {
    const table = tableOf('trips', 10_000);
    expect(new Set(column(table, 0)).size).toBe(10_000);
    const trips = new Map<string, number>();
    for (const vehicle of column(table, 1)) trips.set(vehicle, (trips.get(vehicle) ?? 0) + 1);
    expect(trips.size).toBeGreaterThan(150);
    expect(Math.max(...trips.values())).toBeGreaterThan(4 * 40);
    expect([...new Set([...column(table, 3), ...column(table, 4)])].toSorted()).toEqual(districts);
    for (const [, , hour, , , metres, fare] of table) {
      expect(hour).toMatch(/^2026-0[1-6]-\d\d (?:[01]\d|2[0-3]):00:00$/);
      expect(Number(fare)).toBe(900 + Math.floor((Math.max(0, Number(metres) - 3000) * 22) / 100));
    }
  });

  it('a patient has one age, one district and one number in all visits, and the numbers look like mobile numbers', () => {
    const table = tableOf('clinic-visits', 9000);
    const patients = new Map<string, Set<string>>();
    for (const [patient = '', age, district, , , , mobile] of table)
      patients.set(patient, (patients.get(patient) ?? new Set()).add(`${age} ${district} ${mobile}`));
    expect(patients.size).toBeGreaterThan(2500);
    expect([...patients.values()].filter((described) => described.size > 1)).toEqual([]);
    for (const mobile of column(table, 6)) expect(mobile).toMatch(/^1[3-9]\d{9}$/);
    expect([...new Set(column(table, 2))].toSorted()).toEqual(districts);
  });

  it('a rare department has visits so few that a threshold must hide them', () => {
    const rare = tableOf('clinic-visits', 9000).filter((row) => row[3] === '感染科');
    expect(rare.length).toBeGreaterThan(0);
    expect(rare.length).toBeLessThan(50);
  });
});
