// @ts-check
/** @import { Control, Place } from '../drawing.ts' */
/** @import { Pair, Schema } from '../shapes.ts' */
import { h, speak, spoken } from '../element.js';
import { misfit } from './check.js';

let count = 0;
export const freshId = () => `f${(count += 1)}`;

/** @param {Place} place */
export const labelled = ({ label, required }) => [
  spoken(label),
  required && h('span', { class: 'required', say: ['（必填）', ' (required)'] }),
];

/** The line under a field that says what is wrong with it. @param {string} id */
export const complaint = (id) => {
  const node = h('span', { class: 'error', id: `${id}-error`, hidden: true });
  return {
    node,
    /** @param {Pair} says */
    show: (says) => {
      speak(node, says);
      node.hidden = false;
    },
    clear: () => {
      node.hidden = true;
    },
  };
};

/**
 * One plain field: its label, its input, its complaint.
 * @param {Place} place @param {Schema} schema
 * @param {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} input
 * @param {() => unknown} read what stands in it; undefined where nothing does
 * @param {...(Node | string)} more
 * @returns {Control}
 */
export const field = (place, schema, input, read, ...more) => {
  const wrong = complaint(input.id);
  input.setAttribute('aria-describedby', wrong.node.id);
  if (place.required) input.setAttribute('aria-required', 'true');
  const clear = () => {
    wrong.clear();
    input.removeAttribute('aria-invalid');
  };
  /** @param {Pair} says */
  const complain = (says) => {
    wrong.show(says);
    input.setAttribute('aria-invalid', 'true');
    return true;
  };
  input.addEventListener('input', clear);
  input.addEventListener('blur', () => {
    const says = read() === undefined ? undefined : misfit(schema, read(), false);
    if (says) complain(says);
  });
  return {
    node: h('div', { class: 'field' }, h('label', { for: input.id }, ...labelled(place)), input, ...more, wrong.node),
    read,
    mark: (path, says) => path.length === 0 && complain(says),
    clear,
  };
};
