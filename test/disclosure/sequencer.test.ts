import { generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Entry } from '../../contracts/disclosure.ts';
import { enqueue, longestEntry, openLedger, standings } from '../../functions/disclosure/ledger.ts';
import { verifierKey } from '../../functions/disclosure/note.ts';
import { lockKey, standingKey } from '../../functions/disclosure/lock.ts';
import { LedgerForked } from '../../functions/disclosure/publishing.ts';
import { openSequencer } from '../../functions/disclosure/sequencer.ts';
import type { Signer } from '../../shared/vendor/signer.ts';
import { checkpointLines, leafOf, naiveTree, readTree } from './model/naive.ts';
import { copyOf, emptyState, nameOf, origin, stillPorts, type Ports, type State } from './model/stores.ts';

const at = '2026-03-02T01:00:00.000Z';
const instant = new Date('2026-03-02T02:00:00.000Z');
const keyPair = (): { readonly signer: Signer; readonly publicKey: KeyObject } => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  return { publicKey, signer: { publicKey: raw, sign: async (message) => sign(null, message, privateKey) } };
};
const [first, second] = [keyPair(), keyPair()];

let state: State;
let ports: Ports;
beforeEach(() => {
  state = emptyState();
  ports = stillPorts(state);
});
const sequencer = (signers: readonly Signer[] = [first.signer], over: Ports = ports) =>
  openSequencer({
    table: over.table,
    staging: over.staging,
    ledger: { log: { origin, url: `http://${origin}/`, base: 0, files: over.files }, earlier: [], signers },
    now: () => instant,
  });
const disclose = async (...events: readonly string[]): Promise<void> => {
  for (const event of events) await enqueue(ports.table, { event, at, text: `{"event":"${event}"}` });
};
const settle = async (one = sequencer()): Promise<void> => {
  while (await one.round());
};
const textAt = (path: string): string => Buffer.from(state.files.get(path) ?? []).toString();
const checkpoint = () => checkpointLines(textAt('checkpoint'));
/** Every entry of the published log; it must hold in all its files. */
const published = (): readonly string[] => {
  const { size, root } = checkpoint();
  const { entries, problems } = readTree((path) => state.files.get(path), size, root);
  expect(problems).toEqual([]);
  return entries;
};
const publishedEvents = (): readonly string[] => published().map((text) => (JSON.parse(text) as { event: string }).event);
const pending = (): readonly unknown[] => [...state.items.values()].filter(({ pk }) => pk === 'pending');

describe('a log', () => {
  it('begins with the key that signs it, for anyone to see', async () => {
    await settle();
    const [entry = ''] = published();
    const key = verifierKey(origin, first.signer.publicKey);
    expect(Entry.parse(JSON.parse(entry))).toMatchObject({
      kind: 'log',
      action: 'begin',
      at: instant.toISOString(),
      disclosed: { origin, keys: [key] },
    });
    expect(textAt('verifier-keys')).toBe(`${key}\n`);
  });
  it('has a checkpoint that its key has signed', async () => {
    await disclose('order.a.1');
    await settle();
    const note = textAt('checkpoint');
    const [text = '', signature = ''] = note.split('\n\n');
    expect(note).toMatch(/^127\.0\.0\.1:3000\/log\n2\n[\w+/]{43}=\n\n— 127\.0\.0\.1:3000\/log [\w+/]+=*\n$/);
    const bytes = Buffer.from(signature.split(' ')[2] ?? '', 'base64');
    expect(verify(null, Buffer.from(`${text}\n`), first.publicKey, bytes.subarray(4))).toBe(true);
  });
  it('announces a change of keys, once, and is signed by all of them', async () => {
    await settle();
    await settle(sequencer([first.signer, second.signer]));
    await disclose('order.a.1');
    await settle(sequencer([first.signer, second.signer]));
    expect(publishedEvents()).toEqual(['log.keys.0', 'log.keys.2', 'order.a.1']);
    expect(textAt('verifier-keys').split('\n')).toHaveLength(3);
    const [text = '', signatures = ''] = textAt('checkpoint').split('\n\n');
    const lines = signatures
      .trimEnd()
      .split('\n')
      .map((line) => Buffer.from(line.split(' ')[2] ?? '', 'base64').subarray(4));
    expect(lines.map((one, n) => verify(null, Buffer.from(`${text}\n`), [first, second][n]?.publicKey as KeyObject, one))).toEqual([
      true,
      true,
    ]);
  });
  it('holds events in the order in which they happened, and says where each is and since when', async () => {
    for (const [event, when] of [
      ['order.b.1', '2026-03-02T01:00:01.000Z'],
      ['order.a.10', at],
      ['order.a.9', at],
    ] as const)
      await enqueue(ports.table, { event, at: when, text: `{"event":"${event}"}` });
    await settle();
    expect(publishedEvents().slice(1)).toEqual(['order.a.9', 'order.a.10', 'order.b.1']);
    expect(await standings(ports.table, ['order.b.1', 'order.c.1'])).toEqual([
      { event: 'order.b.1', sequenced: { origin, index: 3, since: instant.toISOString() } },
    ]);
    expect(pending()).toEqual([]);
    expect(state.staging.size).toBe(0);
  });
  it('keeps the order of a record’s events where its clock was put back between them, and of the others by time', async () => {
    for (const [event, when] of [
      ['order.a.1', '2026-03-02T01:00:09.000Z'],
      ['order.b.1', '2026-03-02T01:00:05.000Z'],
      ['order.a.2', '2026-03-02T01:00:01.000Z'],
    ] as const)
      await enqueue(ports.table, { event, at: when, text: `{"event":"${event}"}` });
    await settle();
    expect(publishedEvents().slice(1)).toEqual(['order.a.1', 'order.b.1', 'order.a.2']);
  });
  it('keeps no batch that lost the race for the lock', async () => {
    await settle();
    await ports.staging.put('staging/0-9-lost', Buffer.from('{}\n'));
    await disclose('order.a.1');
    await settle();
    expect(await sequencer().sweep()).toBe(1);
    expect(state.staging.size).toBe(0);
    await disclose('order.a.2');
    await settle();
    expect(checkpoint().size).toBe(3);
  });
  it('puts a checkpoint or its keys again where they are gone or older', async () => {
    await disclose('order.a.1');
    await settle();
    const older = state.files.get('checkpoint');
    await disclose('order.a.2');
    await settle();
    for (const put of [() => state.files.delete('checkpoint'), () => older && state.files.set('checkpoint', older)]) {
      put();
      await settle();
      expect(checkpoint().size).toBe(3);
      expect(publishedEvents()).toHaveLength(3);
    }
    const keys = textAt('verifier-keys');
    state.files.set('verifier-keys', Buffer.from('another\n'));
    await settle();
    expect(textAt('verifier-keys')).toBe(keys);
  });
  it('does not grow where nothing is pending', async () => {
    await settle();
    const before = copyOf(state);
    expect(await sequencer().round()).toBe(false);
    expect(state).toEqual(before);
  });
  it('takes any number of pending events, a thousand at a time', async () => {
    await disclose(...Array.from({ length: 2_300 }, (_, n) => `order.a.${n + 1}`));
    const one = sequencer();
    const sizes: number[] = [];
    while (await one.round()) sizes.push(checkpoint().size);
    expect(sizes).toEqual([1001, 2001, 2301]);
    expect(new Set(publishedEvents()).size).toBe(2301);
  });
});

describe('an event', () => {
  it('is in the log once, however often it comes', async () => {
    await disclose('order.a.1', 'order.a.1');
    await settle();
    await disclose('order.a.1');
    await settle();
    expect(publishedEvents()).toEqual(['log.keys.0', 'order.a.1']);
  });
  it('may be as long as a bundle can say, and no longer', async () => {
    const text = (length: number): string => `"${'x'.repeat(length - 2)}"`;
    await expect(enqueue(ports.table, { event: 'order.a.1', at, text: text(longestEntry + 1) })).rejects.toThrow(RangeError);
    await expect(enqueue(ports.table, { event: 'order.a.1', at, text: `"${'中'.repeat(21_845)}"` })).rejects.toThrow(RangeError);
    expect(state.items.size).toBe(0);
    await enqueue(ports.table, { event: 'order.a.1', at, text: text(longestEntry) });
    await settle();
    expect(published()[1]).toHaveLength(longestEntry);
  });
  it('has its receipt as soon as it has its index', async () => {
    await disclose('order.a.1', 'order.a.2');
    await settle();
    const [standing] = await standings(ports.table, ['order.a.2']);
    const proven = await openLedger(ports.files).prove(standing?.sequenced?.index ?? -1);
    const tree = naiveTree(published().map((text) => leafOf(Buffer.from(text))));
    expect(proven).toMatchObject({ index: 2, entry: '{"event":"order.a.2"}', note: textAt('checkpoint') });
    expect(proven?.proof.map((hash) => Buffer.from(hash).toString('hex'))).toEqual(
      tree.inclusion(2, 3).map((hash) => hash.toString('hex')),
    );
  });
});

describe('nothing is signed or published', () => {
  /** Tries to go on, with a signer that must not be asked. */
  const isForked = async (): Promise<void> => {
    const files = new Map(state.files);
    let isSigned = false;
    const wary: Signer = { ...first.signer, sign: async () => ((isSigned = true), Buffer.alloc(64)) };
    await expect(sequencer([wary]).round()).rejects.toThrow(LedgerForked);
    expect(isSigned).toBe(false);
    expect(state.files).toEqual(files);
  };
  it('where the lock was lost', async () => {
    await disclose('order.a.1');
    await settle();
    state.items.delete(nameOf(lockKey));
    await disclose('order.a.2');
    await isForked();
  });
  it('where the table was put back to an earlier day', async () => {
    await disclose('order.a.1');
    await settle();
    const earlier = new Map(state.items);
    await disclose('order.a.2');
    await settle();
    state.items.clear();
    for (const [name, item] of earlier) state.items.set(name, item);
    await disclose('order.a.3');
    await isForked();
  });
  it('where a committed tile already lies there and is another', async () => {
    await settle();
    const before = textAt('checkpoint');
    state.files.set('tile/entries/000.p/2', Buffer.from('another'));
    await disclose('order.a.1');
    await expect(sequencer().round()).rejects.toThrow(LedgerForked);
    expect(textAt('checkpoint')).toBe(before);
    expect(state.items.get(nameOf(standingKey('order.a.1')))?.['index']).toBeUndefined();
  });
  it('where the batch that was committed is gone', async () => {
    await settle();
    await disclose('order.a.1');
    const failing: Ports = { ...ports, files: { ...ports.files, create: async () => Promise.reject(new Error('unavailable')) } };
    await expect(sequencer([first.signer], failing).round()).rejects.toThrow('unavailable');
    state.staging.clear();
    await expect(sequencer().round()).rejects.toThrow('is missing');
    expect(checkpoint().size).toBe(1);
  });
});

describe('a sequencer that failed', () => {
  it('goes on where it is asked again', async () => {
    const one = sequencer();
    await settle(one);
    await disclose('order.a.1');
    let fails = true;
    const failing: Ports = {
      ...ports,
      files: {
        ...ports.files,
        create: async (...file) => (fails ? Promise.reject(new Error('the disk is full')) : ports.files.create(...file)),
      },
    };
    const other = sequencer([first.signer], failing);
    await expect(other.round()).rejects.toThrow('the disk is full');
    expect(checkpoint().size).toBe(1);
    fails = false;
    expect([await other.round(), await other.round()]).toEqual([true, false]);
    expect(publishedEvents()).toEqual(['log.keys.0', 'order.a.1']);
    await disclose('order.a.2');
    await settle(one);
    expect(publishedEvents()).toEqual(['log.keys.0', 'order.a.1', 'order.a.2']);
  });
});
