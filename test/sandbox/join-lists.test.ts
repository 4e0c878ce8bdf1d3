import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openLists, printPresent, versionOf } from '../../functions/sandbox/join-lists.ts';
import { openFiles } from '../../shared/blobs/files.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';
import { openAsking } from './asking.ts';

describe('a list to join with', () => {
  const names = (from: number, count: number) => Array.from({ length: count }, (_, n) => String(from + n));
  const version = (keys: readonly string[]) => versionOf('product', keys, 'secret');
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lists-'));
  });
  afterAll(async () => rm(folder, { recursive: true, force: true }));
  const asked = `SELECT 'd' AS district, 'bus' AS kind, DATE '2026-01-01' AS day, 33 AS age, person, 1 AS fare FROM (VALUES (5), (7), (999)) t(person)`;
  const lists = () => openLists(openSqlite({ file: ':memory:' }).table('releases'), openFiles({ folder }));

  it.each([
    ['with the target, then without', [names(0, 40), names(1, 39)]],
    ['without the target, then with', [names(1, 39), names(0, 40)]],
    ['with the target in place of another', [names(1, 40), names(0, 40)]],
    ['with four more', [names(0, 40), names(0, 44)]],
    ['of which only three together differ by one', [names(0, 41), names(0, 20), names(20, 20)]],
    [
      'of four that cancel but for one',
      [
        [...names(0, 1), ...names(100, 20), ...names(200, 20)],
        [...names(100, 20), ...names(300, 20)],
        [...names(200, 20), ...names(400, 20)],
        [...names(300, 20), ...names(400, 20)],
      ],
    ],
    ['of too few', [names(0, 4)]],
  ])('%s is refused for the product', async (_name, plan) => {
    const { admit } = lists();
    const numbers = [];
    for (const keys of plan) numbers.push(await admit('p1', version(keys), 5));
    expect(numbers.at(-1)).toBeUndefined();
    expect(numbers.slice(0, -1)).toEqual(plan.slice(1).map((_, index) => index + 1));
    expect(plan.length === 1 || (await admit('p2', version(plan.at(-1) ?? []), 5))).toBeTruthy();
  });

  it('is admitted where all that it changes are enough, or nothing, and after a refusal is compared with what was released only', async () => {
    const { admit } = lists();
    expect(await admit('p1', version(names(0, 40)), 5)).toBe(1);
    expect(await admit('p1', version(names(1, 39)), 5)).toBeUndefined();
    expect(await admit('p1', version(names(0, 40).toReversed()), 5)).toBe(3);
    expect(await admit('p1', version(names(5, 45)), 5)).toBe(4);
  });

  it('is one of two sent at once', async () => {
    const { admit } = lists();
    const both = await Promise.all([admit('p1', version(names(0, 40)), 5), admit('p1', version(names(1, 39)), 5)]);
    expect(both.filter((number) => number === undefined)).toHaveLength(1);
  });

  it('is not padded with keys of nobody: only those that stand in the data count', async () => {
    const asking = await openAsking(asked);
    const keys = (await asking.plain(printPresent('person', ['999', "nobody'); drop table data", '5', '5', 'x']))).map(([key]) =>
      String(key),
    );
    expect(keys.toSorted()).toEqual(['5', '999']);
    expect(await asking.plain(printPresent('person', []))).toEqual([]);
    expect(() => printPresent('person', names(0, 100_001))).toThrow(RangeError);
    asking.close();
  });
});
