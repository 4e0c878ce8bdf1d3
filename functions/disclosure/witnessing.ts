import { createPublicKey, verify } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { LedgerWorkPorts } from '../../shared/edge/ports.ts';
import type { WitnessAddress } from '../../shared/edge/ledger.ts';
import type { Table } from '../../shared/store/table.ts';
import { consistencyPath, consistencyProof } from './merkle.ts';
import { cosignature, parseCheckpoint, parseVerifierKey, signatureLine, type Checkpoint, type VerifierKey } from './note.ts';
import { checkpointPath } from './publishing.ts';
import { readNodes } from './tiles.ts';

const patienceMs = 10_000;
/** So long the ledger waits for its witnesses, lest a busy one publish nothing that is cosigned; who takes longer is heard all the same. */
const graceMs = 1_000;
const longestAnswer = 10_000;
type Asked = { readonly status: number; readonly body: string };
type Signed = Checkpoint & { readonly text: string; readonly signatures: string };

/** Witnesses are named by their operator: HTTPS, or plainly this machine. @throws Error that says what is wrong with the address */
export const witnessAddress = ({ key, url }: WitnessAddress): WitnessAddress => {
  if (parseVerifierKey(key).type !== cosignature) throw new Error('a witness needs a key of the cosignature type');
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'https:' && !(protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)))
    throw new Error('a witness is asked by https only');
  return { key, url: url.replace(/\/$/, '') };
};

const publicKeyOf = (raw: Uint8Array) =>
  createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url') }, format: 'jwk' });

/** C2SP tlog-cosignature, and tlog-witness: the time of a cosignature is never left out. */
const isTime = (time: bigint): boolean => time > 0n && time < 1n << 63n;
/**
 * The line by which this witness cosigns the checkpoint, the first in an answer: Ed25519 over `cosignature/v1`, a time and its text. It is written
 * anew, since one line that is not written as it must be, or more than a hundred, make no note of the whole. C2SP tlog-cosignature, signed-note.
 */
export const cosignatureIn = (answer: string, key: VerifierKey, { text }: Pick<Signed, 'text'>): string | undefined => {
  for (const line of answer.split('\n')) {
    const [, name, encoded = ''] = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
    const bytes = Buffer.from(encoded, 'base64');
    if (name !== key.name || bytes.length !== 76 || !bytes.subarray(0, 4).equals(key.id)) continue;
    const time = bytes.readBigUInt64BE(4);
    const message = Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);
    if (isTime(time) && verify(null, message, publicKeyOf(key.publicKey), bytes.subarray(12)))
      return signatureLine(key.name, key.id, bytes.subarray(4));
  }
  return undefined;
};

const post = async (url: string, body: string): Promise<Asked> => {
  const response = await fetch(`${url}/add-checkpoint`, {
    method: 'POST',
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(patienceMs),
  });
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    if (text.length > longestAnswer) throw new Error('a witness answers at too great length');
  }
  return { status: response.status, body: text };
};

/** How large the log was when a witness last cosigned it, as far as is known here; the witness corrects it. */
const openSizes = (table: Table, origin: string) => {
  const keyOf = (name: string) => ({ pk: 'log', sk: `witness#${origin}#${name}` });
  return {
    read: async (name: string): Promise<number> => ((await table.get([keyOf(name)]))[0]?.['size'] as number | undefined) ?? 0,
    write: async (name: string, size: number): Promise<void> => void (await table.transact([{ put: { ...keyOf(name), size } }])),
  };
};

/** Has the published checkpoint cosigned by each configured witness that has not cosigned it yet. C2SP tlog-witness. */
export const openWitnessing = ({ tables, ledger: { log, witnesses }, log: logger }: Pick<LedgerWorkPorts, 'tables' | 'ledger' | 'log'>) => {
  const { files, origin } = log;
  const sizes = openSizes(tables.disclosure, origin);
  /** The witnesses that have not answered yet, by their keys. */
  const asking = new Set<string>();
  const ask = async ({ key, url }: WitnessAddress, checkpoint: Signed, note: string): Promise<string> => {
    const witness = parseVerifierKey(key);
    const request = async (old: number): Promise<Asked> => {
      const nodes = await readNodes(files, checkpoint.size, consistencyPath(old, checkpoint.size).flat());
      const proof = consistencyProof(old, checkpoint.size, nodes).map((hash) => `${Buffer.from(hash).toString('base64')}\n`);
      return post(url, `old ${old}\n${proof.join('')}\n${note}`);
    };
    let answer = await request(await sizes.read(witness.name));
    // It has cosigned another size than is known here; one beyond ours it says of a log that was rolled back, or of a later checkpoint.
    const told = answer.status === 409 ? Number(/^(\d{1,15})\n$/.exec(answer.body)?.[1] ?? Number.NaN) : Number.NaN;
    if (told > checkpoint.size) throw new Error(`witness ${witness.name} has cosigned ${told} entries: more than are published here`);
    if (told <= checkpoint.size) answer = await request(told);
    if (answer.status !== 200) throw new Error(`witness ${witness.name} answered ${answer.status}`);
    const line = cosignatureIn(answer.body, witness, checkpoint);
    if (line === undefined) throw new Error(`witness ${witness.name} answered without its cosignature`);
    await sizes.write(witness.name, checkpoint.size);
    return line;
  };
  /** A larger checkpoint that came meanwhile stands; it is cosigned in its turn. */
  const publish = async (key: string, { text }: Signed, line: string): Promise<void> => {
    for (let isPublished = false; !isPublished;) {
      const found = await files.get(checkpointPath);
      const note = Buffer.from(found?.body ?? '').toString();
      const now = parseCheckpoint(note);
      if (now.text !== text || cosignatureIn(now.signatures, parseVerifierKey(key), now) !== undefined) return;
      isPublished = await files.replace(checkpointPath, Buffer.from(note + line), found?.tag);
    }
  };
  const cosignBy = async (witness: WitnessAddress, checkpoint: Signed, note: string): Promise<void> => {
    const { key } = witness;
    if (asking.has(key)) return;
    asking.add(key);
    try {
      await publish(key, checkpoint, await ask(witness, checkpoint, note));
    } catch (error) {
      logger.warn('a witness did not cosign', { error: error as Error });
    } finally {
      asking.delete(key);
    }
  };
  return {
    /**
     * Answers when each has cosigned, or soon; what comes later is published as it comes. A witness that cannot be reached, or refuses, is logged
     * and asked again the next time.
     */
    cosign: async (): Promise<void> => {
      const found = await files.get(checkpointPath);
      if (!found) return;
      const note = Buffer.from(found.body).toString();
      const checkpoint = parseCheckpoint(note);
      const missing = witnesses.filter(({ key }) => cosignatureIn(checkpoint.signatures, parseVerifierKey(key), checkpoint) === undefined);
      const all = Promise.all(missing.map(async (witness) => cosignBy(witness, checkpoint, note)));
      await Promise.race([all, pause(graceMs, undefined, { ref: false })]);
    },
  };
};
