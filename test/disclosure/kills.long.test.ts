import { afterAll, describe, expect, it } from '@jest/globals';
import { freshFolder } from '../support/host.ts';
import { problemsIn, publishedIn } from './model/found.ts';
import { live } from './model/killing.ts';

const { folder, remove } = freshFolder();
afterAll(remove);
/** Each life discloses as many, and finishes what the one before it left. */
const each = 8;
/** Just below a full tile, so that some life dies while it fills one. */
const beginning = 200;
/** Some thirty processes, one after the other, are slow where the machine is busy. */
const patienceMs = 240_000;

describe('a sequencer on a real disk', () => {
  it(
    'may be killed before and after every step that it takes, and another goes on where it was',
    async () => {
      let to = beginning;
      expect(await live({ folder, from: 1, to })).toMatchObject({ isKilled: false, problems: [] });
      const deaths: string[] = [];
      let size = beginning;
      for (let step = 1, isKilled = true; isKilled; step += 1, to += each) {
        const death = await live({ folder, from: to, to: to + each, recover: true, step });
        const published = publishedIn(folder);
        expect([...death.problems, ...published.problems]).toEqual([]);
        expect(published.size).toBeGreaterThanOrEqual(size);
        ({ size } = published);
        ({ isKilled } = death);
        deaths.push(death.at);
      }
      expect(problemsIn(folder, to)).toEqual([]);
      expect(size).toBe(to);
      const steps = ['staging.put', 'table.transact', 'signer.sign', 'files.create', 'files.replace', 'staging.remove'];
      for (const step of steps) expect(deaths).toEqual(expect.arrayContaining([`before ${step}`, `after ${step}`]));
    },
    patienceMs,
  );
});
