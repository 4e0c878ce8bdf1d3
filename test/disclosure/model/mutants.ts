export type Mutant = {
  readonly name: string;
  readonly file: 'sequencer.ts' | 'publishing.ts' | 'staging.ts' | 'ledger.ts';
  /** Each text stands in the file exactly once, and becomes the other. */
  readonly edits: readonly (readonly [from: string, to: string])[];
};

const readsPending = '    const [pending, seen] = await Promise.all([readPending(), compare(lock)]);\n';
const readsLock = '    const lock = await locks.read();\n    if (!lock.applied) {';
const signsAndPutsTiles =
  '    const [note] = await Promise.all([signed(lock), ...[...staged.tiles].map(async ([path, bytes]) => publishing.putTile(path, bytes))]);\n';
const putsCheckpoint = '    await publishing.putCheckpoint(lock.size, note, seen);\n';
const finishes = '    await finish(lock, staged.rows);\n';
const marksAndApplies = '    await locks.swap(lock, { ...lock, applied: true }, marks.slice(last));\n';
const swaps = '    const next = batch && (await locks.swap(lock, batch.lock));\n';

/** The seven ways to get the order wrong, each as a change to the text of the real code. disclosure-ledger of the design. */
export const sevenWrongOrders: readonly Mutant[] = [
  {
    name: 'reads what is pending before the lock',
    file: 'sequencer.ts',
    edits: [
      [readsPending, '    const seen = await compare(lock);\n'],
      [readsLock, `    const pending = await readPending();\n${readsLock}`],
    ],
  },
  {
    name: 'does not finish the batch before',
    file: 'sequencer.ts',
    edits: [['if (!lock.applied) {', 'if (lock.size < 0) {']],
  },
  {
    name: 'signs before the swap',
    file: 'sequencer.ts',
    edits: [
      [
        swaps,
        `    if (batch) await signCheckpoint({ origin, size: batch.lock.size, root: Buffer.from(batch.lock.root, 'hex') }, ledger.signers);\n${swaps}`,
      ],
    ],
  },
  {
    name: 'writes tiles before the swap',
    file: 'sequencer.ts',
    edits: [[swaps, `    for (const [path, bytes] of batch?.staged.tiles ?? []) await publishing.putTile(path, bytes);\n${swaps}`]],
  },
  {
    name: 'puts the checkpoint without If-Match',
    file: 'publishing.ts',
    edits: [['Buffer.from(note), now.tag)', "Buffer.from(note), '*')"]],
  },
  {
    name: 'keeps a warm cache after a failure',
    file: 'sequencer.ts',
    edits: [
      ['    if (!next) warm = undefined;\n', ''],
      ['        warm = undefined;\n        throw error;', '        throw error;'],
    ],
  },
  {
    name: 'takes a failed look for an event that it has not seen',
    file: 'ledger.ts',
    edits: [
      [
        '  const n = event.slice(',
        `  const seen = await table.get([standingKey(event)]).then(([item]) => item, () => 'unknown' as const);
  if (typeof seen === 'object') return;
  const n = event.slice(`,
      ],
      [
        '{ put: standingKey(event), if: { absent: true } }',
        "{ put: standingKey(event), ...(seen === 'unknown' ? {} : { if: { absent: true } as const }) }",
      ],
    ],
  },
];

/** Other ways, which the design does not name. */
export const otherWrongOrders: readonly Mutant[] = [
  {
    name: 'publishes the checkpoint before its tiles',
    file: 'sequencer.ts',
    edits: [
      [signsAndPutsTiles, '    const note = await signed(lock);\n'],
      [putsCheckpoint, `${putsCheckpoint}    for (const [path, bytes] of staged.tiles) await publishing.putTile(path, bytes);\n`],
    ],
  },
  {
    name: 'marks rows before the checkpoint covers them',
    file: 'sequencer.ts',
    edits: [
      [finishes, ''],
      [putsCheckpoint, `${finishes}${putsCheckpoint}`],
    ],
  },
  {
    name: 'removes the batch before it is applied',
    file: 'sequencer.ts',
    edits: [[finishes, `    await clear(lock);\n${finishes}`]],
  },
  {
    name: 'says that a batch is applied before its rows are marked',
    file: 'sequencer.ts',
    edits: [
      [
        marksAndApplies,
        '    await locks.swap(lock, { ...lock, applied: true });\n    if (marks.length > 0) await table.transact(marks.slice(last));\n',
      ],
    ],
  },
  {
    name: 'takes batches with the same end for the same batch',
    file: 'staging.ts',
    edits: [['`${prefix}${n}-${size}-${root}`', '`${prefix}${size}-${root}`']],
  },
];
export const mutants: readonly Mutant[] = [...sevenWrongOrders, ...otherWrongOrders];

/** The text however it is broken into lines. */
const asLaidOut = (text: string): RegExp => {
  const words = text.trim().split(/\s+/);
  return new RegExp(words.map((word) => word.replaceAll(/\W/g, String.raw`\$&`)).join(String.raw`\s+`), 'g');
};

/** @throws Error where a text to replace does not stand there exactly once: a change may not vanish in silence */
export const mutated = (source: string, { name, edits }: Mutant): string =>
  edits.reduce((text, [from, to]) => {
    const found = text.match(asLaidOut(from))?.length ?? 0;
    if (found !== 1) throw new Error(`the mutant that ${name} does not fit: found ${found} times: ${from}`);
    return text.replace(asLaidOut(from), () => `\n${to}`);
  }, source);
