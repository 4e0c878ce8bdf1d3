// @ts-check
/** @import { Pair, Shape, View } from './shapes.ts' */
import { readRecord } from './api.js';
import { h, say, speak } from './element.js';
import { addressOf, choiceWord, kindOf, sealedWord } from './registry.js';

/** @param {string} text */
const short = (text) => (text.length > 14 ? `${text.slice(0, 12)}…` : text);
/** @param {unknown} value @returns {Pair | undefined} */
const pairOf = (value) => {
  if (typeof value === 'string') return [value, value];
  if (typeof value === 'object' && value !== null && 'zh' in value && 'en' in value) return [String(value.zh), String(value.en)];
  return undefined;
};
/** @param {unknown} value */
const periodOf = (value) => {
  const { from, to } = /** @type {Record<'from' | 'to', string>} */ (value);
  return from === to ? from : `${from} — ${to}`;
};
/** Kinds that are called after what they are about. @type {Readonly<Record<string, (data: Shape) => Pair>>} */
export const namers = {
  disclosureRecord: ({ type, period, version }) => {
    const [zh, en] = choiceWord('type', type);
    const later = Number(version) > 1;
    return [
      `${zh} ${periodOf(period)}${later ? `（第 ${String(version)} 版）` : ''}`,
      `${en} disclosure ${periodOf(period)}${later ? ` (version ${String(version)})` : ''}`,
    ];
  },
  erasure: ({ event, sealedField }) => {
    const [kind = ''] = String(event).split('.');
    const [zh, en] = kindOf(kind)?.title ?? [kind, kind];
    const [fieldZh, fieldEn] = typeof sealedField === 'string' ? sealedWord(sealedField) : ['', ''];
    return [`删除申请：${zh}${fieldZh && ` · ${fieldZh}`}`, `Erasure: ${en}${fieldEn && ` · ${fieldEn}`}`];
  },
  disclosureDuty: ({ role }) => {
    const [zh, en] = choiceWord('role', role);
    return [`信息披露义务（${zh}）`, `Duty to disclose (${en})`];
  },
  usageBill: ({ billMonth }) => [`数据服务账单 ${String(billMonth)}`, `Usage bill ${String(billMonth)}`],
};
/** The beginning of a text that may be long. @param {string} text */
const headOf = (text) => (text.length > 80 ? `${text.slice(0, 80)}…` : text);
/** What a record is called. @param {Pick<View, 'kind' | 'id' | 'data'>} view @returns {Pair} */
export const titleOf = ({ kind, id, data }) => {
  const made = namers[kind]?.(data);
  if (made) return made;
  const terms = /** @type {{ title?: unknown } | undefined} */ (data['terms']);
  const found = pairOf(
    data['title'] ?? data['name'] ?? data['resourceName'] ?? terms?.title ?? (kind === 'query' ? headOf(String(data['sql'])) : undefined),
  );
  const [zh, en] = kindOf(kind)?.title ?? [kind, kind];
  return found ?? [`${zh} ${short(id)}`, `${en} ${short(id)}`];
};

/** @type {Map<string, Promise<Pair | undefined>>} */
const known = new Map();
/** What another record is called, asked once; undefined where it cannot be seen. @param {string} kind @param {string} id */
export const nameOf = (kind, id) => {
  const key = `${kind}#${id}`;
  const name = known.get(key) ?? readRecord(kindOf(kind)?.plural ?? '', id).then(titleOf, () => undefined);
  known.set(key, name);
  return name;
};
/** What was known may look different to somebody else. */
export const forgetNames = () => known.clear();

/** A link to another record: its id at once, its name when it is known; plain text where it cannot be seen. @param {string} kind @param {string} id */
export const reference = (kind, id) => {
  const link = h('a', { href: addressOf(kind, id), title: id }, short(id));
  const tell = async () => {
    const name = await nameOf(kind, id);
    if (name) speak(link, name);
    else link.replaceWith(h('span', { title: id }, short(id)));
  };
  void tell();
  return h('span', {}, link);
};
/** Who owns a record: an organisation, or a person. @param {string} owner */
export const partyReference = (owner) => {
  if (owner === '') return say('平台', 'The platform');
  return owner.startsWith('person:') ? h('span', {}, owner.slice('person:'.length)) : reference('organisation', owner);
};
