// @ts-check
/** @import { Address, Screen } from '../drawing.ts' */
/** @import { Entry } from '../ledger.js' */
/** @import { Pair } from '../shapes.ts' */
import { Fault } from '../../verifier/fault.js';
import { openLog, verifyReceiptInLog } from '../../verifier/log.js';
import { parseVerifierKey } from '../../verifier/note.js';
import { verifyReceipt } from '../../verifier/receipt.js';
import { webSource } from '../../verifier/source.js';
import { download, get, readPage, whoAmI } from '../api.js';
import { fieldRow, isPlain, valueOf } from '../data.js';
import { h, say, spoken } from '../element.js';
import { time } from '../format.js';
import { actionWord, disclosedData, kindWord, ledgerAddress, ledgerTabs, namedLink, receiptOf } from '../ledger.js';
import { empty, heading, section } from '../parts.js';
import { notice, problemOf } from '../problem.js';
import { partyReference } from '../reference.js';
import { sealedWord } from '../registry.js';

/** @typedef {import('./disclosure.js').Log} Log */
/** @typedef {{ readonly event: string, readonly sequenced?: { readonly index: number, readonly since: string } }} Standing */

/** @param {...(Node | string)} says */
const failed = (...says) => h('div', { class: 'notice refused', role: 'alert' }, ...says);

/** @type {Pair} */
const changed = [
  '请勿采信这份凭证：内容被改动过，或者不是由所填公钥的账本签发。可从该记录的办理过程重新下载一份再核验。',
  'Do not rely on this receipt: it was changed, or the ledger with this key did not issue it. Download it anew from the timeline of its record and verify that.',
];
/** @type {Pair} */
const otherKey = [
  '凭证不是由所填公钥的账本签发。如果来自其他账本或此前的账本，请填写该账本的公钥后重试；否则请勿采信。',
  'The ledger with this key did not issue the receipt. If it comes from another ledger, enter the key of that one and try again; if not, do not rely on it.',
];
/** @type {Pair} */
const unjudged = [
  '尚不能判断真伪：请检查网络或所填公钥后重试。',
  'Nothing can be said of the receipt yet: check the network or the key, and try again.',
];
/** What to make of a fault. @type {Readonly<Record<string, Pair>>} */
const advice = {
  unknown_key: otherKey,
  origin_mismatch: otherKey,
  key_malformed: unjudged,
  unreachable: unjudged,
  receipt_malformed: [
    '这不是一份完整的入账凭证：请检查是否完整复制，或改用所下载的文件。',
    'This is no whole receipt: check that all of it was copied, or take the file that was downloaded.',
  ],
};
/** @param {unknown} error */
const fault = (error) => {
  if (!(error instanceof Fault)) return notice(problemOf(error));
  const { zh, en, place, code, isFinding } = error;
  const { path, index, detail } = place;
  const says = advice[code] ?? changed;
  const isField = code === 'opening_mismatch' && path !== undefined;
  const where = [isField ? undefined : path, index === undefined ? undefined : `#${index}`, detail].filter((part) => part !== undefined);
  return failed(
    h('strong', { say: isFinding && says !== unjudged ? ['核验未通过', 'Not verified'] : ['未能核验', 'It could not be verified'] }),
    h('p', {}, spoken([zh, en]), isField && ' ', isField && spoken(sealedWord(path))),
    h('p', { say: says }),
    h('p', { class: 'quiet' }, say('代码', 'Code'), ' ', h('code', {}, code), where.length === 0 ? '' : ` · ${where.join(', ')}`),
  );
};
/** @param {string} field @param {unknown} value */
const sealedValue = (field, value) => (field.startsWith('org:') ? partyReference(String(value)) : valueOf(field, value));
/** What was checked, one by one. @param {Awaited<ReturnType<typeof verifyReceipt>>} verified @param {number | undefined} base */
const checks = ({ checkpoint, receipt, cosignedBy }, base) => {
  const { index } = receipt.proof;
  const place = base === undefined ? `#${index}` : h('a', { href: `/disclosure/entries/${base + index}` }, `#${index}`);
  return h(
    'ul',
    { class: 'checks' },
    h('li', {}, say(`由账本 ${checkpoint.origin} 签发，签名有效。`, `Signed by the ledger ${checkpoint.origin}; the signature is good.`)),
    h(
      'li',
      {},
      say('该事项是账本条目 ', 'It is entry '),
      place,
      say(
        `，账本当时共 ${checkpoint.size} 条，内容未被改动。`,
        ` of the ${checkpoint.size} that the ledger then held, and was not changed.`,
      ),
    ),
    base === undefined
      ? h('li', {
          class: 'open',
          say: ['不是本站公布的账本，未与其现行账本比对。', 'This site does not serve that ledger: it was not compared with it.'],
        })
      : h('li', {
          say: [
            '现行账本是签发时账本的延续，没有撤回或改写。',
            'The present ledger continues the one that was signed: nothing was taken back.',
          ],
        }),
    receipt.openings.length > 0 &&
      h('li', {
        say: [
          `${receipt.openings.length} 项不公开内容与条目中的承诺相符。`,
          `${receipt.openings.length} fields that are not public fit what the entry committed to.`,
        ],
      }),
    cosignedBy.length > 0 && h('li', { say: [`${cosignedBy.length} 个见证方已联署。`, `Cosigned by ${cosignedBy.length} witnesses.`] }),
  );
};
/** What a receipt proves, once it has been verified. @param {Awaited<ReturnType<typeof verifyReceipt>>} verified @param {number | undefined} base how many entries the logs before its own hold, where it is one of those served */
const proven = (verified, base) => {
  const { receipt } = verified;
  const entry = /** @type {Entry} */ (/** @type {unknown} */ (receipt.entry));
  return h(
    'div',
    { class: 'notice good', role: 'status' },
    h('strong', { say: ['核验通过', 'Verified'] }),
    checks(verified, base),
    h('h3', {}, spoken(kindWord(entry.kind)), ' · ', spoken(actionWord(entry)), ' · ', time(entry.at)),
    h('p', {}, namedLink(entry, {})),
    disclosedData(entry.disclosed, {}),
    ...(receipt.openings.length === 0
      ? []
      : [
          h('h3', { say: ['不公开、仅凭此凭证可证明的内容', 'Not public, and proved by this receipt alone'] }),
          h(
            'dl',
            { class: 'data' },
            ...receipt.openings.map(({ field, value }) => fieldRow(sealedWord(field), isPlain(field, value), sealedValue(field, value))),
          ),
        ]),
  );
};

/** @param {Log} log */
const keysOf = ({ keys, earlier }) => [...keys, ...earlier.flatMap((one) => one.keys)];
/** Verifies here, with this browser's own cryptography, and against the log as it is served now. @param {Log} log @param {readonly string[]} keys @param {Uint8Array<ArrayBuffer>} bytes */
const check = async (log, keys, bytes) => {
  const trust = { keys: await Promise.all(keys.map(parseVerifierKey)), witnesses: [] };
  const verified = await verifyReceipt(bytes, trust);
  const served = [log, ...log.earlier].find(({ origin }) => origin === verified.checkpoint.origin);
  if (served)
    await verifyReceiptInLog(await openLog(webSource(new URL(new URL(served.url).pathname, location.href).href), trust), verified);
  return proven(verified, served?.base);
};

/** The receipts of a record, each verified here. @param {Log} log @param {string} kind @param {string} record */
const checkRecord = async (log, kind, record) => {
  const { items } = /** @type {{ readonly items: readonly Standing[] }} */ (
    /** @type {unknown} */ (await readPage('/v1/disclosure/standing', { kind, record }))
  );
  const entered = items.filter(({ sequenced }) => sequenced);
  if (entered.length === 0) return [empty(['这条记录尚无入账事项。', 'Nothing of this record is in the ledger yet.'])];
  return Promise.all(entered.map(async ({ event }) => check(log, keysOf(log), await download(receiptOf(event))).catch(fault)));
};

/** @param {HTMLElement} form @param {(file: File | undefined) => Promise<void>} take */
const dropInto = (form, take) => {
  for (const [name, isOver] of /** @type {const} */ ([
    ['dragover', true],
    ['dragleave', false],
    ['drop', false],
  ]))
    form.addEventListener(name, (event) => {
      form.classList.toggle('over', isOver);
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault(); // a text that is dropped goes where it is dropped
    });
  form.addEventListener('drop', (event) => void take(event.dataTransfer?.files[0]));
};
const mostBytes = 1_000_000;
/** @param {Log} log */
const receiptForm = (log) => {
  const shown = h('div', { 'aria-live': 'polite' });
  const text = h('textarea', { id: 'receipt', rows: '8', spellcheck: 'false', class: 'code', required: true });
  const key = h('input', { id: 'key', value: log.keys.at(-1) ?? '', spellcheck: 'false', class: 'code', required: true });
  /** @param {Uint8Array<ArrayBuffer>} bytes */
  const run = async (bytes) => {
    shown.replaceChildren(h('p', { role: 'status', say: ['正在核验……', 'Verifying…'] }));
    const given = key.value.trim();
    const known = keysOf(log);
    const keys = known.includes(given) ? known : [given];
    shown.replaceChildren(await check(log, keys, bytes).catch(fault));
    shown.scrollIntoView({ block: 'nearest' });
  };
  /** Text that was copied may have lost its last line's end. */
  const pasted = () => new TextEncoder().encode(`${text.value.trim()}\n`);
  /** @param {File | undefined} file */
  const take = async (file) => {
    if (!file) return;
    if (file.size > mostBytes) {
      shown.replaceChildren(failed(say('文件过大，不是入账凭证。', 'The file is too large to be a receipt.')));
      return;
    }
    text.value = await file.text();
    await run(new Uint8Array(await file.arrayBuffer()));
  };
  const chooser = h('input', { id: 'file', type: 'file', accept: '.tlog-proof,text/plain' });
  chooser.addEventListener('change', () => {
    const [file] = chooser.files ?? [];
    void take(file).finally(() => {
      chooser.value = ''; // so that the same file may be chosen again
    });
  });
  const form = h(
    'form',
    { class: 'form panel drop' },
    h(
      'div',
      { class: 'field' },
      h('label', { for: 'file', say: ['选择凭证文件（.tlog-proof）', 'Choose the file of a receipt (.tlog-proof)'] }),
      chooser,
    ),
    h(
      'div',
      { class: 'field' },
      h('label', { for: 'receipt', say: ['或将文件拖放到此处，或粘贴其内容', 'Or drop the file here, or paste what it holds'] }),
      text,
    ),
    h(
      'div',
      { class: 'field' },
      h('label', { for: 'key', say: ['验证公钥', 'Verifier key'] }),
      key,
      h('span', {
        class: 'hint',
        say: [
          '已填入本站账本的公钥；请与主管部门另行公布的公钥核对，不一致时以后者为准。',
          'The key of this site’s ledger stands here; compare it with the one that the authority publishes elsewhere, and use that.',
        ],
      }),
    ),
    h('div', { class: 'buttons' }, h('button', { class: 'primary', say: ['在本机核验', 'Verify on this device'] })),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void run(pasted());
  });
  dropInto(form, take);
  return [form, shown];
};

/** Verifying in the browser: a receipt, or all that the ledger holds of a record. @param {Address} address @returns {Promise<Screen>} */
export const verify = async ({ query }) => {
  await whoAmI();
  /** @type {Log} */
  const log = await get('/v1/disclosure/log');
  const [kind, record] = [query.get('kind'), query.get('record')];
  /** @type {Pair} */
  const title = ['核验入账凭证', 'Verify a receipt'];
  return {
    title,
    body: [
      heading(title),
      ledgerTabs('/disclosure/verify'),
      h('p', {
        class: 'quiet',
        say: [
          '全部核验都在您的浏览器中进行：签名、条目位置与所披露的字段。不必相信本平台。',
          'All is verified in your browser: signature, place of the entry, and the fields it opens. You need not trust this platform.',
        ],
      }),
      ...(kind && record
        ? [
            section(
              ['这条记录的入账事项', 'What the ledger holds of this record'],
              h('p', {}, h('a', { href: ledgerAddress(record) }, spoken(kindWord(kind)), ' ', h('code', {}, record))),
              ...(await checkRecord(log, kind, record)),
            ),
          ]
        : []),
      section(['核验一份凭证', 'Verify one receipt'], ...receiptForm(log)),
      section(
        ['用他人的工具核验', "Verify with other people's tools"],
        h('p', {
          say: [
            '账本按 C2SP tlog-tiles 公布，凭证为 c2sp.org/tlog-proof@v1；Go 的 sumdb/note 与 sumdb/tlog、Tessera 的 fsck 等工具均可使用。',
            'The log is published as C2SP tlog-tiles and receipts are c2sp.org/tlog-proof@v1: use the sumdb/note and sumdb/tlog packages of Go, fsck of Tessera, and others.',
          ],
        }),
        h('pre', { class: 'wrap' }, `npx data-harbour-verify ${log.url} --key '${log.keys.at(-1) ?? ''}'`),
      ),
    ],
  };
};
