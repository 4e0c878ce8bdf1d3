import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openCheckpoint, requireCosignatures } from '../../verifier/checkpoint.js';
import { parseVerifierKey } from '../../verifier/note.js';
import { freshFolder } from '../support/host.ts';
import { checkpoint, checkpointText, consistencyProof, naiveKey, signedNote, type Data } from '../support/naive-log.ts';
import { startWitness, type WitnessProcess } from '../support/witness.ts';

const { folder, remove } = freshFolder();
const state = join(folder, 'state');
const key = naiveKey('log.example/log');
const next = naiveKey('log.example/log');
const quiet = naiveKey('log.example/quiet');
const settings = {
  name: 'witness.example/w1',
  folder: state,
  port: 0,
  logs: [
    { origin: key.name, keys: [key.vkey, next.vkey] },
    { origin: quiet.name, keys: [quiet.vkey] },
  ],
};

let witness: WitnessProcess;
const config = join(folder, 'witness.json');
beforeAll(async () => {
  writeFileSync(config, JSON.stringify(settings));
  witness = await startWitness(['--config', config]);
});
afterAll(async () => {
  await witness.stop('SIGTERM');
  remove();
});

const entriesTo = (size: number, from = 0): Data => Array.from({ length: size }, (_, n) => Buffer.from(`entry ${from + n}`));
const post = async (body: string) => {
  const response = await fetch(`${witness.url}/add-checkpoint`, { method: 'POST', body });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
};
const bodyWith = (old: number | string, proof: readonly Uint8Array[], note: string): string =>
  [`old ${old}`, ...proof.map((hash) => Buffer.from(hash).toString('base64')), '', note].join('\n');
/** What a log sends that grew from an old size to these entries. */
const grown = (old: number, d: Data, log = key): string => bodyWith(old, consistencyProof(old, d), checkpoint(d, [log]));
/** The latest size that a witness says it cosigned of a log, which it tells to whoever is wrong about it. */
const latest = async (log = key): Promise<number> => {
  const page = await (await fetch(witness.url)).text();
  return Number(
    page
      .split('\n')
      .find((line) => line.startsWith(`${log.name}  `))
      ?.split('  ')[1],
  );
};

describe('a witness', () => {
  it('cosigns a log as it grows, from nothing on', async () => {
    let old = 0;
    for (const size of [0, 1, 2, 3, 7, 8, 8, 100, 255, 256, 257, 300]) {
      const d = entriesTo(size);
      const { status, text } = await post(grown(old, d));
      expect(status).toBe(200);
      const keys = [await parseVerifierKey(key.vkey)];
      const witnesses = [await parseVerifierKey(witness.vkey)];
      const opened = await openCheckpoint(Uint8Array.from(Buffer.from(checkpoint(d, [key]) + text)), { keys, witnesses });
      requireCosignatures(opened, witnesses);
      expect(opened.cosignedBy[0]?.time).toBeGreaterThan(1_700_000_000);
      old = size;
    }
    expect(await latest()).toBe(300);
  });
  it('cosigns by the new key after a change of keys, and by both', async () => {
    const d = entriesTo(301);
    expect(await post(bodyWith(300, consistencyProof(300, d), checkpoint(d, [key, next])))).toMatchObject({ status: 200 });
    expect(await post(grown(301, entriesTo(302), next))).toMatchObject({ status: 200 });
  });
  it('tells whoever is wrong about the latest size, and refuses to go back', async () => {
    const answer = { status: 409, type: 'text/x.tlog.size', text: '302\n' };
    expect(await post(grown(0, entriesTo(303)))).toEqual(answer);
    expect(await post(grown(301, entriesTo(303)))).toEqual(answer);
    expect(await post(grown(0, entriesTo(5)))).toEqual(answer);
    expect(await post(grown(5, entriesTo(6)))).toEqual(answer);
    expect(await latest()).toBe(302);
  });
  it.each([
    ['a rewritten history', () => grown(302, entriesTo(310, 1)), 422],
    ['the same size with another root', () => grown(302, entriesTo(302, 1)), 422],
    [
      'a proof that is too short',
      () => bodyWith(302, consistencyProof(302, entriesTo(310)).slice(1), checkpoint(entriesTo(310), [key])),
      422,
    ],
    ['a proof for the same size', () => bodyWith(302, [Buffer.alloc(32)], checkpoint(entriesTo(302), [key])), 422],
    ['a proof from nothing', () => bodyWith(0, [Buffer.alloc(32)], checkpoint(entriesTo(3), [quiet])), 422],
    [
      'an empty log with a root',
      () => bodyWith(0, [], signedNote(checkpointText(quiet.name, entriesTo(1)).replace('\n1\n', '\n0\n'), [quiet])),
      422,
    ],
    ['an old size beyond the checkpoint', () => bodyWith(302, [], checkpoint(entriesTo(301), [key])), 400],
    ['a log that it does not know', () => grown(0, entriesTo(3), naiveKey('log.example/other')), 404],
    ['a stranger’s signature', () => grown(302, entriesTo(303), naiveKey(key.name)), 403],
    ['a spoilt signature', () => grown(302, entriesTo(303)).replace(/\n303\n/, '\n304\n'), 403],
    ['one good and one spoilt signature', () => `${grown(302, entriesTo(303))}${checkpoint(entriesTo(304), [next]).split('\n\n')[1]}`, 403],
    ['a log’s key signing for another log', () => bodyWith(0, [], signedNote(checkpointText(quiet.name, entriesTo(1)), [key])), 403],
  ])('does not cosign %s', async (_what, body, status) => {
    expect((await post(body())).status).toBe(status);
    expect(await latest()).toBe(302);
    expect(await latest(quiet)).toBe(0);
  });
  it.each([
    ['nothing', () => ''],
    ['words', () => 'words'],
    ['a size with a leading zero', () => bodyWith('0302', [], checkpoint(entriesTo(302), [key]))],
    ['a size with a sign', () => bodyWith('+302', [], checkpoint(entriesTo(302), [key]))],
    ['no old size', () => checkpoint(entriesTo(302), [key])],
    ['a hash that is short', () => bodyWith(302, [Buffer.alloc(31)], checkpoint(entriesTo(302), [key]))],
    [
      'too many hashes',
      () =>
        bodyWith(
          302,
          Array.from({ length: 64 }, () => Buffer.alloc(32)),
          checkpoint(entriesTo(302), [key]),
        ),
    ],
    ['carriage returns', () => grown(302, entriesTo(302)).replaceAll('\n', '\r\n')],
    ['a checkpoint without its final newline', () => grown(302, entriesTo(302)).slice(0, -1)],
    ['a checkpoint whose size has a leading zero', () => grown(302, entriesTo(302)).replace('\n302\n', '\n0302\n')],
    ['no checkpoint', () => 'old 302\n\n'],
  ])('answers 400 to %s', async (_what, body) => {
    expect((await post(body())).status).toBe(400);
  });
  it('lets one of two requests win that come at once, and tells the other what it missed', async () => {
    for (let old = 302; old < 322; old += 2) {
      const answers = await Promise.all([post(grown(old, entriesTo(old + 1))), post(grown(old, entriesTo(old + 2)))]);
      expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 409]);
      const won = answers[0]?.status === 200 ? old + 1 : old + 2;
      expect(answers.find(({ status }) => status === 409)?.text).toBe(`${won}\n`);
      if (won === old + 1) expect((await post(grown(old + 1, entriesTo(old + 2)))).status).toBe(200);
    }
    expect(await latest()).toBe(322);
  });
  it('shows its latest checkpoint with its own signature and that of the log', async () => {
    const hash = createHash('sha256').update(key.name).digest('hex');
    const response = await fetch(`${witness.url}/${hash}/checkpoint`);
    const trust = { keys: [await parseVerifierKey(key.vkey)], witnesses: [await parseVerifierKey(witness.vkey)] };
    const opened = await openCheckpoint(new Uint8Array(await response.arrayBuffer()), trust);
    expect(opened.checkpoint.size).toBe(322);
    requireCosignatures(opened, trust.witnesses);
    const never = createHash('sha256').update(quiet.name).digest('hex');
    expect((await fetch(`${witness.url}/${never}/checkpoint`)).status).toBe(404);
  });
  it('tells who it is on its page', async () => {
    const page = await (await fetch(witness.url)).text();
    expect(page).toContain('witness.example/w1');
    expect(page).toContain(witness.vkey);
  });
  it('takes only what it is asked to take', async () => {
    expect((await fetch(`${witness.url}/add-checkpoint`)).status).toBe(405);
    expect((await fetch(`${witness.url}/elsewhere`)).status).toBe(404);
    expect((await fetch(witness.url, { method: 'POST', body: 'words' })).status).toBe(404);
    expect((await post('x'.repeat(129 * 1024))).status).toBe(413);
  });
});

describe('what a witness keeps', () => {
  it('is its key, which only it may read', () => {
    expect(statSync(join(state, 'key')).mode & 0o777).toBe(0o600);
    expect(statSync(state).mode & 0o777).toBe(0o700);
  });
  it('survives a kill at any moment: no log is rolled back by it', async () => {
    const { vkey } = witness;
    for (let round = 0; round < 3; round += 1) {
      const size = await latest();
      const under = post(grown(size, entriesTo(size + 1))).catch(() => undefined);
      if (round > 0) await under;
      await witness.stop('SIGKILL');
      const answered = await under;
      witness = await startWitness(['--config', config]);
      expect(witness.vkey).toBe(vkey);
      const kept = await latest();
      // What was answered was kept before; what was not may have been.
      expect(answered?.status === 200 ? [size + 1] : [size, size + 1]).toContain(kept);
      expect(await post(grown(0, entriesTo(3)))).toEqual({ status: 409, type: 'text/x.tlog.size', text: `${kept}\n` });
    }
  });
  it('is shared with no second witness', async () => {
    await expect(startWitness(['--config', config])).rejects.toThrow('is a witness over this folder');
  });
  it('is never taken for new where it cannot be read', async () => {
    await witness.stop('SIGTERM');
    const path = join(state, `${createHash('sha256').update(key.name).digest('hex')}.checkpoint`);
    const kept = readFileSync(path);
    writeFileSync(path, kept.subarray(0, -1));
    await expect(startWitness(['--config', config])).rejects.toThrow('checkpoint_malformed');
    writeFileSync(path, kept);
    witness = await startWitness(['--config', config]);
    expect(await latest()).toBeGreaterThan(322);
  });
  it('can be told by the environment alone', async () => {
    const other = await startWitness([], {
      WITNESS_NAME: 'witness.example/w2',
      WITNESS_FOLDER: join(folder, 'other'),
      WITNESS_PORT: '0',
      WITNESS_LOGS: `${key.vkey} ${quiet.vkey}`,
    });
    expect(await (await fetch(other.url)).text()).toContain(`${quiet.name}  0`);
    await other.stop('SIGTERM');
  });
  it.each([
    ['no name', { WITNESS_LOGS: key.vkey }],
    ['no log', { WITNESS_NAME: 'witness.example/w3' }],
    ['a name with a space', { WITNESS_NAME: 'my witness', WITNESS_LOGS: key.vkey, WITNESS_FOLDER: join(folder, 'spaced') }],
    ['the key of a witness for that of a log', { WITNESS_NAME: 'w', WITNESS_LOGS: naiveKey('w', 4).vkey }],
  ])('is not begun with %s', async (_what, env) => {
    await expect(startWitness([], env)).rejects.toThrow('ended with 2');
  });
});
