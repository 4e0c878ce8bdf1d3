import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { Logger } from '@aws-lambda-powertools/logger';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { enqueue } from '../../functions/disclosure/ledger.ts';
import { cosignature, keyId, signatureLine, verifierKey } from '../../functions/disclosure/note.ts';
import { openSequencer } from '../../functions/disclosure/sequencer.ts';
import { openWitnessing } from '../../functions/disclosure/witnessing.ts';
import { openLedgerKeys } from '../../infra/local/ledger-keys.ts';
import type { WitnessAddress } from '../../shared/edge/ledger.ts';
import { openFiles } from '../../shared/blobs/files.ts';
import { openPublicFolder } from '../../shared/blobs/public-files-folder.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';
import { openCheckpoint } from '../../verifier/checkpoint.js';
import { parseVerifierKey } from '../../verifier/note.js';
import { until } from '../../infra/local/journey/client.ts';
import { freshFolder } from '../support/host.ts';

const { folder, remove } = freshFolder();
const sqlite = openSqlite({ file: ':memory:' });
const table = sqlite.table('disclosure');
const files = openPublicFolder({ folder: join(folder, 'log') });
const { signers } = openLedgerKeys(folder);
const log = { origin: 'log.example/log', url: '', base: 0, files };
const staging = openFiles({ folder: join(folder, 'objects') });
const sequencer = openSequencer({ table, staging, ledger: { log, earlier: [], signers }, now: () => new Date() });
const logger = new Logger({ logLevel: 'SILENT' });

type Answers = (text: string, response: ServerResponse) => void;
const servers: { readonly close: () => void }[] = [];
/** Whoever answers for a witness, and all that was submitted to it. */
const serve = async (answers: Answers) => {
  const submitted: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await textOf(request);
    submitted.push(body);
    answers(body.slice(body.indexOf('\n\n') + 2, body.lastIndexOf('\n\n') + 1), response);
  };
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push({ close: () => (server.closeAllConnections(), server.close()) });
  return { submitted, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
};
const makeKey = (name: string) => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  /** A cosignature of a text at a time, in seconds. */
  const cosign = (text: string, time = 1_770_000_000n): string => {
    const stamp = Buffer.alloc(8);
    stamp.writeBigUInt64BE(time);
    const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), privateKey);
    return signatureLine(name, keyId(name, cosignature, raw), Buffer.concat([stamp, signature]));
  };
  return { vkey: verifierKey(name, raw, cosignature), cosign };
};

const published = async (): Promise<string> => Buffer.from((await files.get('checkpoint'))?.body ?? '').toString();
/** By whom the published checkpoint is cosigned, as a strict reader who knows these witnesses finds it. */
const cosigners = async (...witnesses: readonly string[]): Promise<readonly string[]> => {
  const keys = signers.map(({ publicKey }) => verifierKey(log.origin, publicKey));
  const trust = { keys: await Promise.all(keys.map(parseVerifierKey)), witnesses: await Promise.all(witnesses.map(parseVerifierKey)) };
  return (await openCheckpoint(new TextEncoder().encode(await published()), trust)).cosignedBy.map(({ key }) => key.text);
};
const openFor = (...witnesses: readonly WitnessAddress[]) =>
  openWitnessing({
    tables: { disclosure: table },
    ledger: { log, earlier: [], signers, witnesses, wake: () => undefined },
    log: logger,
  });
let entered = 0;
const grow = async (): Promise<void> => {
  entered += 1;
  await enqueue(table, { event: `thing.t.${entered}`, at: new Date().toISOString(), text: JSON.stringify({ n: entered }) });
  while (await sequencer.round());
};

beforeAll(grow);
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await grow();
});
afterAll(() => {
  sqlite.close();
  remove();
});

describe('the cosignature of a witness', () => {
  it('is published once, however many lines its answer holds: a hundred signatures make no note', async () => {
    const { vkey, cosign } = makeKey('w');
    const { url } = await serve((text, response) =>
      response.end(Array.from({ length: 80 }, (_, n) => cosign(text, 1_770_000_000n + BigInt(n))).join('')),
    );
    await openFor({ key: vkey, url }).cosign();
    expect(await cosigners(vkey)).toEqual([vkey]);
    expect((await published()).match(/^— /gm)).toHaveLength(2);
  });

  it('is published as strict readers take it, however loosely it was written', async () => {
    const { vkey, cosign } = makeKey('witness.example/loose');
    const { url } = await serve((text, response) => response.end(cosign(text).replace('==', '')));
    await openFor({ key: vkey, url }).cosign();
    expect(await cosigners(vkey)).toEqual([vkey]);
  });

  it.each<readonly [string, (text: string, own: ReturnType<typeof makeKey>) => string]>([
    ['of no time', (text, { cosign }) => cosign(text, 0n)],
    ['of a time beyond what a witness may say', (text, { cosign }) => cosign(text, 1n << 63n)],
    ['of another checkpoint', (text, { cosign }) => cosign(text.replace('\n', '\n9'))],
    ['by another key of its name', (text) => makeKey('witness.example/w').cosign(text)],
    ['in the name of another', (text) => makeKey('witness.example/other').cosign(text)],
    ['among what is no signature', () => `${'— '.repeat(3000)}\n`],
    ['that is no text at all', () => '\u0000'.repeat(200)],
  ])('is not published where it is %s', async (_what, lie) => {
    const own = makeKey('witness.example/w');
    const { url } = await serve((text, response) => response.end(lie(text, own)));
    const before = await published();
    await openFor({ key: own.vkey, url }).cosign();
    expect(await published()).toBe(before);
  });

  it.each(['-1\n', 'NaN\n', '1e9\n', '99999999999999999999\n', '999999999999999\n', '0x1\n', '', '0\n'])(
    'is asked for twice at most where the witness claims %j',
    async (size) => {
      const { vkey } = makeKey('witness.example/w');
      const { url, submitted } = await serve((_text, response) => response.writeHead(409).end(size));
      await openFor({ key: vkey, url }).cosign();
      expect(submitted.length).toBeLessThanOrEqual(2);
      expect(await cosigners(vkey)).toEqual([]);
    },
  );

  it('is not asked for behind a redirection, nor read without end', async () => {
    const { vkey, cosign } = makeKey('witness.example/w');
    const behind = await serve((text, response) => response.end(cosign(text)));
    const before = await serve((_text, response) => response.writeHead(307, { location: `${behind.url}/add-checkpoint` }).end());
    const endless = await serve((_text, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('— x\n'.repeat(4096)));
      };
      response.on('drain', more);
      more();
    });
    await openFor({ key: vkey, url: before.url }, { key: makeKey('witness.example/v').vkey, url: endless.url }).cosign();
    expect(behind.submitted).toEqual([]);
    expect(await cosigners(vkey)).toEqual([]);
  });
});

describe('a witness that keeps its answer back', () => {
  it('keeps neither the others nor the ledger waiting, and is heard once it answers', async () => {
    const [slow, quick] = [makeKey('witness.example/slow'), makeKey('witness.example/quick')];
    const held: (() => void)[] = [];
    let isGivenUp = false;
    const late = await serve((text, response) => {
      response.on('close', () => (isGivenUp ||= !response.writableEnded));
      held.push(() => response.end(slow.cosign(text)));
    });
    const prompt = await serve((text, response) => response.end(quick.cosign(text)));
    const { cosign } = openFor({ key: slow.vkey, url: late.url }, { key: quick.vkey, url: prompt.url });
    await cosign();
    await cosign(); // whoever is asked already is not asked again
    expect({ isGivenUp, asked: held.length }).toEqual({ isGivenUp: false, asked: 1 });
    expect(await cosigners(slow.vkey, quick.vkey)).toEqual([quick.vkey]);
    for (const answer of held) answer();
    const both = await until('the slow one is heard', async () => {
      const found = await cosigners(slow.vkey, quick.vkey);
      return found.length > 1 ? found : undefined;
    });
    expect(both).toEqual([quick.vkey, slow.vkey]);
  });

  it('has cosigned nothing of a checkpoint that a larger one has replaced meanwhile', async () => {
    const { vkey, cosign } = makeKey('witness.example/slow');
    const held: (() => void)[] = [];
    const { url } = await serve((text, response) => void held.push(() => response.end(cosign(text))));
    const witnessing = openFor({ key: vkey, url });
    await witnessing.cosign();
    await grow();
    for (const answer of held.splice(0)) answer();
    const next = until('it is asked again', async () => (await witnessing.cosign(), held.length > 0 ? held : undefined));
    expect(await cosigners(vkey)).toEqual([]);
    for (const answer of await next) answer();
    expect(await until('it is heard', async () => ((await cosigners(vkey)).length > 0 ? true : undefined))).toBe(true);
  });
});
