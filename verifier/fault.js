// @ts-check
/**
 * What can be wrong with a log, a receipt or a request, by its stable code.
 * @type {Readonly<Record<FaultCode, { readonly en: string; readonly zh: string }>>}
 */
const texts = {
  usage: { en: 'The command was not understood.', zh: '命令无法理解。' },
  unreachable: { en: 'The log could not be read; nothing was checked.', zh: '无法读取日志，未作任何核验。' },
  key_missing: { en: 'No verifier key was given and the log offers none.', zh: '未给出验证公钥，日志也未提供。' },
  key_malformed: { en: 'A verifier key is not well formed.', zh: '验证公钥格式不正确。' },
  checkpoint_missing: { en: 'The log has no checkpoint.', zh: '日志没有检查点。' },
  checkpoint_malformed: { en: 'The checkpoint is not a well-formed signed note.', zh: '检查点不是格式正确的签名文本。' },
  size_malformed: { en: 'The size in the checkpoint is not a plain decimal number.', zh: '检查点中的条目数不是规范的十进制数。' },
  origin_mismatch: { en: 'The checkpoint is of another log than the keys are.', zh: '检查点所属的日志与公钥不符。' },
  unknown_key: { en: 'No known key has signed the checkpoint.', zh: '检查点没有任何已知公钥的签名。' },
  signature_invalid: { en: 'A signature by a known key does not fit the checkpoint.', zh: '已知公钥的签名与检查点内容不符。' },
  cosignature_invalid: { en: 'A cosignature by a known witness does not fit the checkpoint.', zh: '已知见证方的联署与检查点内容不符。' },
  cosignature_missing: { en: 'A witness that was named has not cosigned the checkpoint.', zh: '指定的见证方没有联署该检查点。' },
  root_mismatch: { en: 'What the log holds does not add up to the signed root.', zh: '日志内容与已签名的根哈希不符。' },
  tile_missing: { en: 'A tile or entry bundle of the log is missing.', zh: '日志缺少某个瓦片或条目包。' },
  tile_malformed: { en: 'A tile is not as long as it must be.', zh: '瓦片长度不正确。' },
  tile_tampered: { en: 'A tile is not the one that was signed.', zh: '瓦片与签名时不一致，已被篡改。' },
  bundle_malformed: { en: 'An entry bundle does not hold exactly its entries.', zh: '条目包所含内容与应有条目不符。' },
  entry_tampered: { en: 'An entry is not the one that was signed.', zh: '条目与签名时不一致，已被篡改。' },
  rollback: { en: 'The log is smaller than it once was: entries were taken back.', zh: '日志比先前更小：已公开的条目被撤回。' },
  fork: {
    en: 'The log is not a continuation of the earlier checkpoint: history was rewritten.',
    zh: '日志不是先前检查点的延续：历史被改写。',
  },
  receipt_malformed: { en: 'The receipt is not well formed.', zh: '凭证格式不正确。' },
  not_included: { en: 'The receipt does not prove that its entry is in the log.', zh: '凭证不能证明该条目在日志中。' },
  opening_mismatch: { en: 'A disclosed value is not the one that the entry committed to.', zh: '所披露的值与条目中的承诺不符。' },
};

/**
 * @typedef {'usage' | 'unreachable' | 'key_missing' | 'key_malformed' | 'checkpoint_missing' | 'checkpoint_malformed' | 'size_malformed'
 *   | 'origin_mismatch' | 'unknown_key' | 'signature_invalid' | 'cosignature_invalid' | 'cosignature_missing' | 'root_mismatch'
 *   | 'tile_missing' | 'tile_malformed' | 'tile_tampered' | 'bundle_malformed' | 'entry_tampered' | 'rollback' | 'fork'
 *   | 'receipt_malformed' | 'not_included' | 'opening_mismatch'} FaultCode
 * Where a fault lies: the file of the log (or the receipt's field), the index of the entry or hash in the whole log, and what was seen there.
 * @typedef {{ readonly path?: string; readonly index?: number; readonly detail?: string }} Place
 */

/** These say that nothing could be judged; every other code is a fault of what was judged. @type {ReadonlySet<FaultCode>} */
const unjudged = new Set(['usage', 'unreachable', 'key_missing']);

/** A named fault: a stable code, its text in English and Chinese, and where it lies. The only error that this package throws on purpose. */
export class Fault extends Error {
  /** @param {FaultCode} code @param {Place} [place] */
  constructor(code, place = {}) {
    super(texts[code].en);
    this.name = 'Fault';
    this.code = code;
    this.en = texts[code].en;
    this.zh = texts[code].zh;
    this.place = place;
  }
  /** Whether something was judged and found wrong, rather than not judged at all. */
  get isFinding() {
    return !unjudged.has(this.code);
  }
  toJSON() {
    return { code: this.code, en: this.en, zh: this.zh, ...this.place };
  }
}

/**
 * Says of a fault that names no file which one it lies in.
 * @template T @param {string} path @param {Promise<T>} task
 * @returns {Promise<T>}
 */
export const within = async (path, task) => {
  try {
    return await task;
  } catch (error) {
    throw error instanceof Fault ? new Fault(error.code, { path, ...error.place }) : error;
  }
};

/** Every code with its texts, for pages that explain them. */
export const faults = texts;
