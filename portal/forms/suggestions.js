// @ts-check
/** @import { Card } from '../shapes.ts' */
import { readPage } from '../api.js';
import { h, speak } from '../element.js';
import { kindOf } from '../registry.js';
import { nameOf } from '../reference.js';
import { acting, holds } from '../session.js';

/** @param {string} plural @param {string} scope @returns {Promise<readonly Card[]>} */
const some = async (plural, scope) => {
  try {
    /** @type {{ items: readonly Card[] }} */
    const page = await readPage(`/v1/${plural}`, { scope, limit: '100' });
    return page.items;
  } catch {
    return []; // what cannot be listed can still be typed
  }
};
/** Records of a kind that a person may name: their own, those they are party to, those of their region. @param {string} name */
const found = async (name) => {
  const kind = kindOf(name);
  if (!kind) return [];
  const scopes = ['own', 'party', ...(holds(kind.sees) ? ['region'] : [])];
  const lists = await Promise.all(scopes.map(async (scope) => some(kind.plural, scope)));
  return [...new Map(lists.flat().map((card) => [card.id, card])).values()].filter((card) => kind.live.includes(card.status));
};
/** @type {Map<string, Promise<readonly Card[]>>} */
const asked = new Map();

/** Offers the records that a field may name, and says what the one it names is called. @param {HTMLInputElement} input @param {string} kind */
export const suggest = (input, kind) => {
  const list = h('datalist', { id: `${input.id}-list` });
  const named = h('span', { class: 'hint' });
  input.setAttribute('list', list.id);
  const key = `${acting()?.organisation ?? ''}#${kind}`;
  const cards = asked.get(key) ?? found(kind);
  asked.set(key, cards);
  setTimeout(() => asked.delete(key), 10_000);
  void cards.then((all) => list.append(...all.map(({ id, title }) => h('option', { value: id }, title))));
  const tell = async () => {
    const id = input.value.trim();
    const name = id === '' ? undefined : await nameOf(kind, id);
    if (input.value.trim() === id) speak(named, name ?? ['', '']);
  };
  input.addEventListener('change', () => void tell());
  void tell();
  return [list, named];
};
