// @ts-check
/** @import { Pair } from './shapes.ts' */
import { h } from './element.js';

/** Asks before something that cannot be taken back. @param {{ readonly title: Pair, readonly says: Pair, readonly yes: Pair, readonly danger: boolean }} asked @returns {Promise<boolean>} */
export const ask = async ({ title, says, yes, danger }) => {
  const dialog = h(
    'dialog',
    { name: title },
    h(
      'form',
      { method: 'dialog' },
      h('h2', { say: title }),
      h('p', { say: says }),
      h(
        'div',
        { class: 'buttons' },
        h('button', { value: 'yes', class: danger ? 'danger' : 'primary', say: yes }),
        h('button', { value: 'no', say: ['返回', 'Back'] }),
      ),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  const closed = Promise.withResolvers();
  dialog.addEventListener('close', closed.resolve, { once: true });
  await closed.promise;
  dialog.remove();
  return dialog.returnValue === 'yes';
};
