import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import { logFolder } from '../../infra/local/ledger.ts';
import { until } from '../../infra/local/journey/client.ts';
import { freePort } from '../support/dynamodb.ts';
import { openCheckpoint } from '../../verifier/checkpoint.js';
import { parseVerifierKey } from '../../verifier/note.js';
import { runScript } from '../support/command.ts';
import { freshFolder, startHost, type HostProcess } from '../support/host.ts';
import { startWitness, type WitnessProcess } from '../support/witness.ts';

// Each test starts processes, which takes its time where the machine has other work.
jest.setTimeout(90_000);

const { folder: place, remove } = freshFolder();
const at = (name: string): string => join(place, name);
let cosigner = '';
let [host, witness]: [HostProcess | undefined, WitnessProcess | undefined] = [undefined, undefined];
afterEach(async () => {
  await host?.kill('SIGTERM');
  await witness?.stop('SIGTERM');
  [host, witness] = [undefined, undefined];
});
afterAll(remove);

const read = (folder: string, path: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(join(logFolder(folder), path)));
const announced = (folder: string): readonly string[] => Buffer.from(read(folder, 'verifier-keys')).toString().trim().split('\n');
const opened = async (folder: string, keys: readonly string[], witnesses: readonly string[] = []) => {
  const trust = { keys: await Promise.all(keys.map(parseVerifierKey)), witnesses: await Promise.all(witnesses.map(parseVerifierKey)) };
  return openCheckpoint(read(folder, 'checkpoint'), trust);
};
/** Starts a host over a folder, and waits until so many entries are published. */
const openOver = async (folder: string, size: number, env: Readonly<Record<string, string>> = {}): Promise<HostProcess> => {
  host = await startHost(folder, env);
  await until('the ledger is published', async () => {
    const told = (await (await fetch(`${host?.origin}/v1/disclosure/log`)).json()) as { size: number };
    return told.size >= size ? true : undefined;
  });
  return host;
};
const stop = async (): Promise<void> => {
  await host?.kill('SIGTERM');
  host = undefined;
};

describe('a witness of another organisation', () => {
  it('cosigns what the ledger publishes, also after it was away, and the ledger goes on without it', async () => {
    const folder = at('witnessed');
    const port = await freePort();
    mkdirSync(folder);
    await openOver(folder, 20);
    await stop();
    const [key = ''] = announced(folder);
    const [origin = ''] = key.split('+');
    const config = at('witness.json');
    writeFileSync(config, JSON.stringify({ name: 'witness.example/w1', folder: at('witness'), port, logs: [{ origin, keys: [key] }] }));
    witness = await startWitness(['--config', config]);
    const { vkey } = witness;
    cosigner = vkey;
    await witness.stop('SIGTERM');
    witness = undefined;

    const env = { HARBOUR_LEDGER_WITNESSES: JSON.stringify([{ key: vkey, url: `http://127.0.0.1:${port}` }]) };
    await openOver(folder, 20, env);
    expect((await opened(folder, [key], [vkey])).cosignedBy).toEqual([]);
    await stop();

    witness = await startWitness(['--config', config]);
    await openOver(folder, 20, env);
    const cosigned = await until('the witness has cosigned', async () => {
      const signed = await opened(folder, [key], [vkey]);
      return signed.cosignedBy.length > 0 ? signed : undefined;
    });
    expect(cosigned.cosignedBy).toHaveLength(1);
    expect(cosigned.signedBy).toHaveLength(1);
  });

  it('is refused at the start where it would be asked without encryption, or has no key of a witness', async () => {
    const [key = ''] = announced(at('witnessed'));
    for (const address of [
      { key, url: 'https://witness.example' },
      { key: 'witness.example+00000000+AAAA', url: 'https://witness.example' },
      { key: cosigner, url: 'http://witness.example' },
    ])
      await expect(startHost(at('refused'), { HARBOUR_LEDGER_WITNESSES: JSON.stringify([address]) })).rejects.toThrow('ended with 1');
  });
});

describe('the key of the ledger', () => {
  const rotate = async (folder: string, ...args: readonly string[]) =>
    runScript('infra/local/rotate-key.ts', args, { HARBOUR_FOLDER: folder });

  it('is followed by another, under which the ledger goes on for those who know the first', async () => {
    const folder = at('rotated');
    await openOver(folder, 20);
    expect(await rotate(folder)).toMatchObject({ code: 1 });
    await stop();
    const [first = ''] = announced(folder);

    expect(await rotate(folder)).toMatchObject({ code: 0 });
    expect(await rotate(folder, '--retire')).toMatchObject({ code: 1 });
    const before = (await opened(folder, [first])).checkpoint.size;
    await openOver(folder, before + 1);
    await stop();
    const [, second = ''] = announced(folder);
    expect(announced(folder)).toEqual([first, second]);
    expect((await opened(folder, [first])).checkpoint.size).toBe(before + 1);
    expect((await opened(folder, [second])).signedBy).toHaveLength(1);
    const entry = Buffer.from(read(folder, `tile/entries/000.p/${before + 1}`)).toString();
    expect(entry.slice(entry.lastIndexOf('"action":"changeKeys"'))).toContain(second);

    expect(await rotate(folder, '--retire')).toMatchObject({ code: 0 });
    await openOver(folder, before + 2);
    expect(announced(folder)).toEqual([second]);
    expect((await opened(folder, [second])).checkpoint.size).toBe(before + 2);
    await expect(opened(folder, [first])).rejects.toMatchObject({ code: 'unknown_key' });
  });
});
