#!/usr/bin/env node
// @ts-check
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { base64, decodeText } from '../bytes.js';
import { requireCosignatures } from '../checkpoint.js';
import { replaceFile } from '../durable.js';
import { Fault, within } from '../fault.js';
import { folderSource, readFileUpTo } from '../folder.js';
import { openLog, verifyEntries, verifyReceiptInLog, verifySince } from '../log.js';
import { parseVerifierKey } from '../note.js';
import { verifyReceipt } from '../receipt.js';
import { webSource } from '../source.js';

/**
 * @import { Bytes } from '../bytes.js'
 * @import { SignedCheckpoint, Trust } from '../checkpoint.js'
 * @import { Log } from '../log.js'
 * @import { SignatureType, Signed } from '../note.js'
 * @import { Receipt } from '../receipt.js'
 * @import { Source } from '../source.js'
 */

const help = `Verifies a public log (C2SP tlog-tiles) and its receipts, reading nothing but the log.

  data-harbour-verify <url|folder> [options]        the whole log
  data-harbour-verify --receipt FILE --key KEY      a receipt alone, without any network

  --key KEY       a key of the log that you trust; may be repeated. Without it the log's own
                  file verifier-keys is believed: compare what it says by another way.
  --witness KEY   a witness that must have cosigned the checkpoint; may be repeated
  --receipt FILE  verify this receipt, and that the log still holds it
  --since FILE    verify that the log continues this earlier checkpoint
  --save FILE     keep the checkpoint, once all is well, for the next --since
  --entries       print every verified entry, one a line; the report goes to stderr
  --json          report for machines

Ends with 0 where all is well, 1 with a named fault, 2 where nothing could be judged.
`;

const options = /** @type {const} */ ({
  key: { type: 'string', multiple: true },
  witness: { type: 'string', multiple: true },
  receipt: { type: 'string' },
  since: { type: 'string' },
  save: { type: 'string' },
  entries: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
});

const parse = () => {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new Fault('usage', { detail: error instanceof Error ? error.message : String(error) });
  }
};

/** @param {readonly string[]} texts @param {SignatureType} type @param {string} option */
const keysOf = (texts, type, option) =>
  Promise.all(
    texts.map(async (text) => {
      const key = await parseVerifierKey(text).catch(() => undefined);
      if (key?.type !== type) throw new Fault('usage', { detail: `${option} ${text} is not a verifier key of type 0${type}` });
      return key;
    }),
  );

/** @param {string} path @returns {Promise<Bytes>} */
const readGiven = async (path) => {
  const bytes = await readFileUpTo(path, 16_000_000);
  if (!bytes) throw new Fault('usage', { detail: `no file ${path}` });
  return bytes;
};

/** @param {string} path @param {Bytes} bytes */
const save = async (path, bytes) => {
  try {
    await replaceFile(path, bytes);
  } catch (error) {
    throw new Fault('usage', { detail: `${path} was not saved: ${String(error)}` });
  }
};

/** @param {string} target @returns {Promise<Source>} */
const sourceOf = async (target) => (/^https?:\/\//i.test(target) ? webSource(target) : folderSource(target));

/** A line for each entry: what is no text, or would move a terminal, is written in base 64. @param {Bytes} entry */
const lineOf = (entry) => {
  const text = decodeText(entry);
  return text === undefined || /\p{Cc}/u.test(text) ? `base64:${base64(entry)}` : text;
};

/** Walks the whole log; tells on stderr how far it is where that takes longer than a moment. @param {Log} log @param {boolean} isPrinting */
const walk = async (log, isPrinting) => {
  const moment = 2000;
  let told = Date.now();
  await verifyEntries(log, async (entries, first) => {
    const isTaken = !isPrinting || process.stdout.write(entries.map((entry) => `${lineOf(entry)}\n`).join(''));
    if (!isTaken) await once(process.stdout, 'drain');
    if (Date.now() - told < moment) return;
    told = Date.now();
    process.stderr.write(`… ${first + entries.length} / ${log.checkpoint.size}\n`);
  });
};

/** The last that a Date can hold; a witness may sign any time. */
const lastInstant = 8.64e15;
/** @param {readonly Signed[]} signed */
const namesOf = (signed) =>
  signed.map(({ key, time }) =>
    time === undefined ? key.text : `${key.text} ${new Date(Math.min(time * 1000, lastInstant)).toISOString()}`,
  );
/** @param {SignedCheckpoint} signed */
const told = ({ checkpoint: { origin, size, root }, signedBy, cosignedBy }) => ({
  origin,
  size,
  root: base64(root),
  signedBy: namesOf(signedBy),
  cosignedBy: namesOf(cosignedBy),
});
/** @param {SignedCheckpoint & { readonly receipt: Receipt }} verified */
const toldOfReceipt = ({ receipt, ...signed }) => ({
  ...told(signed),
  index: receipt.proof.index,
  entry: receipt.entry,
  openings: receipt.openings.map(({ field, value }) => ({ field, value })),
});

/** @typedef {{ log?: ReturnType<typeof told>; keys?: 'given' | 'first use'; since?: { size: number }; receipt?: ReturnType<typeof toldOfReceipt> }} Report */

/**
 * @param {string} target @param {ReturnType<typeof parse>['values']} values @param {Partial<Trust>} trust
 * @returns {Promise<Report>}
 */
const verifyLog = async (target, values, trust) => {
  const log = await openLog(await sourceOf(target), trust);
  requireCosignatures(log, log.trust.witnesses ?? []);
  /** @type {Report} */
  const report = { log: told(log), keys: log.isKeyGiven ? 'given' : 'first use' };
  if (values.since !== undefined) report.since = { size: (await verifySince(log, await readGiven(values.since))).size };
  if (values.receipt !== undefined) {
    const verified = await within('receipt', verifyReceipt(await readGiven(values.receipt), log.trust));
    await verifyReceiptInLog(log, verified);
    report.receipt = toldOfReceipt(verified);
  }
  await walk(log, values.entries ?? false);
  if (values.save !== undefined) await save(values.save, log.checkpoint.bytes);
  return report;
};

/** @param {string} path @param {Trust} trust @returns {Promise<Report>} */
const verifyAlone = async (path, trust) => {
  const verified = await within('receipt', verifyReceipt(await readGiven(path), trust));
  requireCosignatures(verified, trust.witnesses ?? []);
  return { receipt: toldOfReceipt(verified) };
};

/** @param {Report} report */
const sentences = ({ log, keys, since, receipt }) => [
  ...(log ? [`GOOD 完好  ${log.origin}`, `  size 条目数  ${log.size}`, `  root 根哈希  ${log.root}`] : []),
  ...(log?.signedBy.map((name) => `  signed by 签名  ${name}`) ?? []),
  ...(log?.cosignedBy.map((name) => `  cosigned by 联署  ${name}`) ?? []),
  ...(since ? [`  continues the checkpoint of size ${since.size}  延续条目数为 ${since.size} 的检查点`] : []),
  ...(receipt
    ? [
        `GOOD RECEIPT 凭证有效  entry 条目 ${receipt.index} of ${receipt.origin}, size 条目数 ${receipt.size}`,
        ...receipt.signedBy.map((name) => `  signed by 签名  ${name}`),
        ...receipt.cosignedBy.map((name) => `  cosigned by 联署  ${name}`),
        `  ${JSON.stringify(receipt.entry)}`,
        ...receipt.openings.map(({ field, value }) => `  ${field} = ${JSON.stringify(value)}`),
      ]
    : []),
  ...(keys === 'first use'
    ? [
        'NOTE The key was taken from the log itself, on first use. Compare it with one that its owner published elsewhere, then give it with --key.',
        '注意 公钥取自日志本身（首次使用即信任）。请与其主管单位另行公布的公钥核对，之后用 --key 指定。',
      ]
    : []),
];
/** @param {Fault} fault */
const accusation = ({ code, en, zh, place: { path, index, detail } }) => [
  `FAULT 故障  ${code}${path === undefined ? '' : `  ${path}`}${index === undefined ? '' : `  #${index}`}`,
  `  ${en}`,
  `  ${zh}`,
  ...(detail === undefined ? [] : [`  ${detail}`]),
];

/** What a log says of itself could hold what a terminal takes for an order, or shows in another one. @param {readonly string[]} lines */
const page = (lines) => lines.map((line) => `${line.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '\uFFFD')}\n`).join('');

const run = async () => {
  const { values, positionals } = parse();
  const [target, ...more] = positionals;
  if (values.help) return { text: help };
  const keys = await keysOf(values.key ?? [], 1, '--key');
  const witnesses = await keysOf(values.witness ?? [], 4, '--witness');
  if (more.length > 0) throw new Fault('usage', { detail: 'one log at a time' });
  if (target !== undefined) return { report: await verifyLog(target, values, keys.length > 0 ? { keys, witnesses } : { witnesses }) };
  if (values.receipt === undefined || keys.length === 0)
    throw new Fault('usage', { detail: 'name a log, or a receipt and a key; --help tells more' });
  if (values.since !== undefined || values.save !== undefined || values.entries)
    throw new Fault('usage', { detail: '--since, --save and --entries need a log' });
  return { report: await verifyAlone(values.receipt, { keys, witnesses }) };
};

const isJson = process.argv.includes('--json');
const out = process.argv.includes('--entries') ? process.stderr : process.stdout;
// Whoever reads the entries may have enough of them.
process.stdout.on('error', () => process.exit(2));
try {
  const { text, report } = await run();
  if (report) out.write(isJson ? `${JSON.stringify({ ok: true, ...report })}\n` : page(sentences(report)));
  else out.write(text);
} catch (error) {
  const fault = error instanceof Fault ? error : new Fault('unreachable', { detail: String(error) });
  out.write(isJson ? `${JSON.stringify({ ok: false, fault })}\n` : page(accusation(fault)));
  process.exitCode = fault.isFinding ? 1 : 2;
}
