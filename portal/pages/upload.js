// @ts-check
/** @import { View } from '../shapes.ts' */
import { post, submission } from '../api.js';
import { h, say, speak } from '../element.js';
import { size } from '../format.js';
import { notice, problemOf } from '../problem.js';
import { draw } from '../router.js';
import { discard, memory, send } from './sending.js';

/** What a person fills in, presses and watches while a file is deposited. */
const controls = () => ({
  file: h('input', { type: 'file', id: 'deposit-file', accept: '.csv,.jsonl,.ndjson,.parquet' }),
  digest: h('input', { id: 'deposit-digest', pattern: '[0-9a-fA-F]{64}', maxlength: '64', autocomplete: 'off', spellcheck: 'false' }),
  bar: h('progress', { max: '1', value: '0', hidden: true, name: ['上传进度', 'Progress'] }),
  told: h('p', { class: 'quiet', hidden: true }),
  said: h('div', { 'aria-live': 'polite' }),
  go: h('button', { type: 'submit', class: 'primary', say: ['上传并交存', 'Upload and deposit'] }),
  stop: h('button', { type: 'button', hidden: true, say: ['停止', 'Stop'] }),
  drop: h('button', { type: 'button', class: 'danger outline', say: ['清除已传部分', 'Discard what has arrived'] }),
});
/** @param {string} dataset @param {ReturnType<typeof controls>} parts */
const settle = (dataset, { go, drop }) => {
  const isBegun = memory(dataset).name() !== undefined;
  drop.hidden = !isBegun;
  speak(go, isBegun ? ['继续上传并交存', 'Go on and deposit'] : ['上传并交存', 'Upload and deposit']);
};
/** Does work that may be stopped, and says what went wrong with it. @param {string} dataset @param {ReturnType<typeof controls>} parts @param {(signal: AbortSignal) => Promise<void>} work */
const busily = async (dataset, parts, work) => {
  const { file, bar, told, said, go, stop, drop } = parts;
  const abort = new AbortController();
  const halt = () => abort.abort();
  stop.addEventListener('click', halt);
  said.replaceChildren();
  for (const one of [go, drop, file]) one.disabled = true;
  for (const one of [bar, told, stop]) one.hidden = false;
  try {
    await work(abort.signal);
  } catch (error) {
    said.replaceChildren(notice(problemOf(error)));
  } finally {
    stop.removeEventListener('click', halt);
    for (const one of [go, drop, file]) one.disabled = false;
    for (const one of [bar, stop]) one.hidden = true;
    settle(dataset, parts);
  }
};
/** @param {string} dataset */
const unfinished = (dataset) => {
  const name = memory(dataset).name();
  return (
    name !== undefined &&
    h('p', {
      class: 'notice',
      say: [
        `上次上传“${name}”未完成。选择同一文件可从断点继续；选择其他文件将清除已传部分。`,
        `The upload of “${name}” was not finished. Choose the same file to go on with it; another one discards what has arrived.`,
      ],
    })
  );
};

/** Where the source deposits the file of a dataset: its parts into quarantine, then the deposit itself. @param {View} view */
export const upload = (view) => {
  const parts = controls();
  const { file: input, digest, bar, told, said, go, stop, drop } = parts;
  const keyOf = submission();
  /** @param {File} file @param {AbortSignal} signal */
  const deposit = async (file, signal) => {
    const tell = (/** @type {number} */ arrived) => {
      bar.value = file.size === 0 ? 1 : arrived / file.size;
      told.textContent = `${file.name} · ${size(arrived)} / ${size(file.size)}`;
    };
    const count = await send(view.id, file, tell, signal);
    const stated = digest.value === '' ? {} : { digest: `sha256:${digest.value.toLowerCase()}` };
    const body = { fileName: file.name, parts: count, bytes: file.size, ...stated };
    await post(`/v1/datasets/${view.id}/deposit`, { body, key: keyOf({ ...body, changed: file.lastModified }), ifMatch: view.version });
    memory(view.id).forget();
    await draw({ keep: true });
  };
  const begin = () => {
    const [file] = input.files ?? [];
    if (!file) return said.replaceChildren(h('p', { class: 'notice refused', role: 'alert', say: ['请选择文件。', 'Choose a file.'] }));
    return busily(view.id, parts, async (signal) => deposit(file, signal));
  };
  const giveUp = () =>
    busily(view.id, parts, async () => {
      await discard(view.id);
      told.textContent = '';
    });
  drop.addEventListener('click', () => void giveUp());
  settle(view.id, parts);
  return h(
    'section',
    { class: 'panel' },
    h('h2', { say: ['交存数据文件', 'Deposit the data file'] }),
    h('p', {
      class: 'quiet',
      say: [
        '可交存带表头的 CSV（UTF-8 或 GB18030）、JSON Lines 或 Parquet，最大 6 GB。文件先入隔离区，经检查、核验与批准后方装载。',
        'A CSV with a header (UTF-8 or GB18030), JSON Lines or Parquet, of up to 6 GB. It waits in quarantine until it is inspected, checked and approved.',
      ],
    }),
    unfinished(view.id),
    h(
      'form',
      { class: 'form', onsubmit: (event) => (event.preventDefault(), void begin()) },
      h(
        'div',
        { class: 'fields' },
        h('div', { class: 'field' }, h('label', { for: input.id }, say('数据文件', 'Data file')), input),
        h(
          'div',
          { class: 'field' },
          h('label', { for: digest.id }, say('文件的 SHA-256 校验值（选填）', 'SHA-256 of the file, if you know it')),
          digest,
        ),
      ),
      bar,
      told,
      said,
      h('div', { class: 'buttons' }, go, stop, drop),
    ),
  );
};
