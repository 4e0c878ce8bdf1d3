import type { Item } from '../../../shared/store/table.ts';
import { checkpointLines, readTree } from './naive.ts';
import { signatureOf, type State, type Watch } from './stores.ts';

export class Violation extends Error {
  override readonly name = 'Violation';
}
const must = (holds: boolean, what: string): void => {
  if (!holds) throw new Violation(what);
};

type Committed = { readonly n: number; readonly size: number; readonly root: string };
const committedIn = (item: Item | undefined): Committed => ({
  n: (item?.['n'] as number | undefined) ?? 0,
  size: (item?.['size'] as number | undefined) ?? 0,
  root: (item?.['root'] as string | undefined) ?? '',
});
/** How many leaves a tile's last hash or entry stands behind. */
const leavesUnder = (path: string): number => {
  const [, level = '', groups = '', , wide = '256'] = /^tile\/(\w+)\/([x\d/]+)(\.p\/(\d+))?$/.exec(path) ?? [];
  const n = Number(groups.replaceAll(/[x/]/g, ''));
  return (n * 256 + Number(wide)) * (level === 'entries' ? 1 : 256 ** Number(level));
};

/**
 * What must always hold, seen from outside at the moment of each change. A change that breaks it throws into the model's own list, never
 * into the code that is judged, which might catch it.
 */
export const openInvariants = (state: State, publicKeys: readonly Uint8Array[]) => {
  const broken: string[] = [];
  const seen = (check: () => void): void => {
    try {
      check();
    } catch (error) {
      broken.push(error instanceof Error ? error.message : String(error));
    }
  };
  const lock = (): Item | undefined => state.items.get('log\u0000lock');
  const history: Committed[] = [committedIn(lock())];
  const latest = (): Committed => history.at(-1) ?? { n: 0, size: 0, root: '' };
  const isCommitted = (size: number, root: string): boolean => history.some((one) => one.size === size && one.root === root);
  const published = (): number => {
    const found = state.files.get('checkpoint');
    return found ? checkpointLines(Buffer.from(found).toString()).size : 0;
  };
  const indexes = new Map<string, string>();

  const lockPut = (item: Item): void => {
    const [before, after] = [latest(), committedIn(item)];
    must(item.sk === 'lock', 'there is a second lock');
    must(after.n === before.n + 1, `the lock went from ${before.n} to ${after.n}`);
    must(
      after.size > before.size || (after.size === before.size && after.root === before.root),
      `the committed tree went from ${before.size} to ${after.size}`,
    );
    history.push(after);
  };
  const marked = (item: Item): void => {
    if (item['index'] === undefined) return;
    const { index, since } = item as Item & { readonly index: number; readonly since: string };
    const stands = `${index} since ${since}`;
    const stood = indexes.get(item.pk);
    must(stood === undefined || stood === stands, `${item.pk} stood at ${stood}, and now at ${stands}`);
    must(index < published(), `${item.pk} is said to be in the log before a checkpoint covers it`);
    indexes.set(item.pk, stands);
  };
  const checkpointPut = (body: Uint8Array): void => {
    const note = Buffer.from(body).toString();
    const { size, root } = checkpointLines(note);
    must(size >= published(), `the published size went from ${published()} to ${size}`);
    must(isCommitted(size, root.toString('hex')), `a checkpoint of ${size} is published that was not committed`);
    const text = note.slice(0, note.indexOf('\n\n') + 1);
    const signatures = note
      .split('\n')
      .flatMap((line) => (line.startsWith('— ') ? [Buffer.from(line.split(' ')[2] ?? '', 'base64').subarray(4)] : []));
    must(
      signatures.length > 0 && signatures.every((one) => publicKeys.some((key) => signatureOf(key, Buffer.from(text)).equals(one))),
      'a checkpoint is published that nobody signed',
    );
    const { problems } = readTree((path) => state.files.get(path), size, root);
    must(problems.length === 0, `a checkpoint is published, but ${problems[0] ?? ''}`);
  };

  const watch: Watch = {
    itemPut: (item) => seen(() => (item.pk === 'log' ? lockPut(item) : marked(item))),
    fileWritten: (path, body) =>
      seen(() => {
        if (path === 'checkpoint') checkpointPut(body);
        if (!path.startsWith('tile/')) return;
        must(!state.files.has(path), `${path} is written a second time`);
        must(leavesUnder(path) <= latest().size, `${path} is written before it is committed`);
      }),
    signed: (message) =>
      seen(() => {
        const { size, root } = checkpointLines(Buffer.from(message).toString());
        must(isCommitted(size, root.toString('hex')), `a tree of ${size} is signed that was not committed`);
      }),
  };

  /** What must hold when all is done: each event is in the log once, and where it is said to be. */
  const atTheEnd = (events: readonly string[]): void => {
    const { size, root } = latest();
    must(lock()?.['applied'] === true, 'the last batch is not applied');
    must(![...state.items.values()].some(({ pk }) => pk === 'pending'), 'something is still pending');
    const note = Buffer.from(state.files.get('checkpoint') ?? []).toString();
    const head = checkpointLines(note);
    must(head.size === size && head.root.toString('hex') === root, 'what is published is not what is committed');
    const { entries, problems, tree } = readTree((path) => state.files.get(path), size, head.root);
    must(problems.length === 0, problems[0] ?? '');
    for (const one of history)
      must(one.size === 0 || tree.root(one.size).toString('hex') === one.root, `the tree of ${one.size} was forked`);
    const inLog = entries.map((entry) => (JSON.parse(entry) as { event: string }).event);
    const places = new Map(inLog.map((event, n) => [event, n]));
    must(places.size === inLog.length, `${inLog.find((event, n) => places.get(event) !== n) ?? ''} is in the log twice`);
    for (const event of events) {
      const place = places.get(event);
      must(place !== undefined, `${event} is not in the log`);
      const item = state.items.get(`event#${event}\u0000entry`);
      must(item?.['index'] === place, `${event} is at ${place} and said to be at ${String(item?.['index'])}`);
      places.delete(event);
    }
    const strange = [...places.keys()].find((event) => !event.startsWith('log.keys.'));
    must(strange === undefined, `${strange} was never enqueued`);
    const verifierKeys = Buffer.from(state.files.get('verifier-keys') ?? []).toString();
    const announced = (lock()?.['keys'] ?? []) as readonly string[];
    must(verifierKeys === announced.map((key) => `${key}\n`).join(''), 'the verifier keys are not those announced');
  };
  return { broken, watch, atTheEnd: (events: readonly string[]): void => seen(() => atTheEnd(events)) };
};
