// @ts-check
/** @import { Pair, Schema } from '../shapes.ts' */
import { submission } from '../api.js';
import { h } from '../element.js';
import { notice, problemOf } from '../problem.js';
import { faults } from './check.js';
import { fields } from './nested.js';

/** @type {Pair} */
const invalid = ['此项不符合要求', 'This is not valid'];

/**
 * A form made from a schema. What is wrong is shown at its field; one submission keeps its key until it has gone through.
 * @param {Schema} schema
 * @param {{ readonly value?: object, readonly submit: Pair, readonly danger?: boolean, readonly cancel?: () => void,
 *   readonly confirm?: () => Promise<boolean>, readonly send: (body: object, key: string) => Promise<void> }} options
 */
export const form = (schema, { value, submit, danger = false, cancel, confirm, send }) => {
  const inner = fields(schema, { name: '', label: ['', ''], required: true, value, depth: 0 });
  const said = h('div', { 'aria-live': 'polite' });
  const button = h('button', { type: 'submit', class: danger ? 'danger' : 'primary', say: submit });
  const keyOf = submission();

  const lead = () => {
    /** @type {HTMLElement | null} */
    const first = node.querySelector('[aria-invalid="true"], .error:not([hidden])');
    const focusable = first?.matches('.error') ? first.closest('fieldset, .field') : first;
    first?.scrollIntoView({ block: 'center' });
    if (focusable instanceof HTMLElement) focusable.focus({ preventScroll: true });
  };
  /** @param {unknown} error */
  const refuse = (error) => {
    const problem = problemOf(error);
    const unplaced = (problem.issues ?? []).filter(({ path }) => !inner.mark(path.split('.').filter(Boolean), invalid));
    said.replaceChildren(notice(problem, unplaced));
    if (unplaced.length === (problem.issues ?? []).length) said.firstElementChild?.scrollIntoView({ block: 'center' });
    else lead();
  };
  const go = async () => {
    said.replaceChildren();
    inner.clear();
    const body = /** @type {object} */ (inner.read());
    const found = faults(schema, body);
    for (const { path, says } of found) inner.mark(path, says);
    if (found.length > 0) {
      said.replaceChildren(
        h('p', {
          class: 'notice refused',
          role: 'alert',
          say: [`有 ${found.length} 处需要更正，已在相应位置标明。`, `${found.length} to correct, marked where they stand.`],
        }),
      );
      return lead();
    }
    if (confirm && !(await confirm())) return;
    button.disabled = true;
    try {
      await send(body, keyOf(body));
    } catch (error) {
      refuse(error);
    } finally {
      button.disabled = false;
    }
  };
  const node = h(
    'form',
    { novalidate: true, class: 'form', onsubmit: (event) => (event.preventDefault(), void go()) },
    inner.node,
    said,
    h('div', { class: 'buttons' }, button, cancel && h('button', { type: 'button', say: ['返回', 'Back'], onclick: cancel })),
  );
  return node;
};
