// @ts-check
/** @import { Pair } from './shapes.ts' */

/**
 * @typedef {Node | string | readonly (Node | string)[] | undefined | false} Child
 * @typedef {Record<string, string | number | boolean | undefined | Pair | ((event: Event) => void)>} Properties
 */

const speaking = () => (document.documentElement.lang === 'en' ? 1 : 0);
/** @param {Pair} pair */
export const inWords = (pair) => pair[speaking()];

/** Text that follows the language switch without the page being drawn again, so that a half-filled form stays. @param {Element} node @param {Pair} pair */
export const speak = (node, [zh, en]) => {
  node.setAttribute('data-zh', zh);
  node.setAttribute('data-en', en);
  node.textContent = inWords([zh, en]);
};
/** @param {Element} node @param {Pair} pair */
const name = (node, [zh, en]) => {
  node.setAttribute('data-name-zh', zh);
  node.setAttribute('data-name-en', en);
  node.setAttribute('aria-label', inWords([zh, en]));
};

/**
 * Makes an element. `say` is its text and `name` its accessible name, in both languages; `on…` are listeners.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Properties} [properties]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export const h = (tag, properties = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') node.addEventListener(key.slice(2), value);
    else if (typeof value === 'object') (key === 'say' ? speak : name)(node, value);
    else node.setAttribute(key, value === true ? '' : String(value));
  }
  for (const child of children.flat()) if (child !== undefined && child !== false) node.append(child);
  return node;
};
/** @param {string} zh @param {string} en */
export const say = (zh, en) => h('span', { say: [zh, en] });
/** @param {Pair} pair */
export const spoken = (pair) => h('span', { say: pair });

/** @type {Pair} */
let title = ['', ''];
/** @param {Pair} pair */
export const entitle = (pair) => {
  title = pair;
  document.title = `${inWords(pair)} · ${inWords(['数港', 'Data Harbour'])}`;
};

const kept = 'harbour.language';
/** @param {string} language */
const turn = (language) => {
  document.documentElement.lang = language === 'en' ? 'en' : 'zh-CN';
  for (const node of document.querySelectorAll('[data-zh]')) node.textContent = node.getAttribute(speaking() === 1 ? 'data-en' : 'data-zh');
  for (const node of document.querySelectorAll('[data-name-zh]'))
    node.setAttribute('aria-label', node.getAttribute(speaking() === 1 ? 'data-name-en' : 'data-name-zh') ?? '');
  entitle(title);
};
/** Chinese first; what a person chose is remembered on this device. */
export const rememberLanguage = () => turn(localStorage.getItem(kept) ?? 'zh');
export const switchLanguage = () => {
  const language = speaking() === 1 ? 'zh' : 'en';
  localStorage.setItem(kept, language);
  turn(language);
};
