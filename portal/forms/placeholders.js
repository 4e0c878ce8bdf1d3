// @ts-check
import { h, say } from '../element.js';

/** Texts and quoted names hold no placeholder. */
const token = /'(?:[^']|'')*'?|"(?:[^"]|"")*"?|\$(?<name>[a-z][a-z0-9_]{0,39})/gu;
/** The names of the placeholders in the text of a template, each once. @param {string} sql @returns {readonly string[]} */
export const placeholdersIn = (sql) => [...new Set([...sql.matchAll(token)].flatMap(({ groups }) => groups?.['name'] ?? []))];

/** @param {Element} node @param {string} selector @returns {readonly HTMLInputElement[]} */
const inputsIn = (node, selector) => [...node.querySelectorAll(/** @type {'input'} */ (selector))];

/**
 * Tells which placeholders stand in the text of a template, which of them are not declared yet, and which parameters the text does not use; and
 * declares one at a press. @param {HTMLElement} fields those of a template, among them its text and its parameters
 */
export const tellPlaceholders = (fields) => {
  const [text] = inputsIn(fields, ':scope > [data-field="sql"] textarea');
  const parameters = fields.querySelector(':scope > [data-field="parameters"]');
  if (!text || !parameters) return;
  const said = h('div', { class: 'placeholders', 'aria-live': 'polite' });
  text.after(
    h('span', {
      class: 'hint',
      say: [
        '买方可变之处写作 $名称（小写字母、数字与下划线），只能出现在取值处，例如 WHERE district = $district。',
        'What a buyer may vary is written $name (lower-case letters, digits and _), only where a value stands: WHERE district = $district.',
      ],
    }),
    said,
  );
  const names = () => inputsIn(parameters, '.entry [data-field="name"] input');
  /** @param {string} name */
  const declare = (name) => {
    const free = names().find(({ value }) => value.trim() === '');
    if (!free) parameters.querySelector(/** @type {'button'} */ (':scope > button'))?.click();
    const input = free ?? names().at(-1);
    if (!input) return;
    input.value = name;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    input.focus();
  };
  const tell = () => {
    const used = placeholdersIn(text.value);
    const declared = names().map(({ value }) => value.trim());
    const idle = declared.filter((name) => name !== '' && !used.includes(name));
    said.replaceChildren(
      ...used.map((name) =>
        declared.includes(name)
          ? h('span', { class: 'badge live' }, h('code', {}, `$${name}`), ' ', say('已声明', 'declared'))
          : h(
              'button',
              { type: 'button', class: 'small', onclick: () => declare(name) },
              say('声明参数 ', 'Declare '),
              h('code', {}, `$${name}`),
            ),
      ),
      ...idle.map((name) => h('span', { class: 'badge warn' }, h('code', {}, name), ' ', say('语句中未用到', 'is not used'))),
    );
  };
  fields.addEventListener('input', tell);
  // A parameter that is removed says nothing of it.
  new MutationObserver(tell).observe(parameters, { childList: true, subtree: true });
  tell();
};
