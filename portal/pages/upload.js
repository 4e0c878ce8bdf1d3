// @ts-check
/** @import { View } from '../shapes.ts' */
import { get, post, Refused, submission } from '../api.js';
import { h, say } from '../element.js';
import { size } from '../format.js';
import { notice, problemOf } from '../problem.js';
import { draw } from '../router.js';

/** @typedef {{ readonly url: string, readonly method: string, readonly headers: Record<string, string>, readonly bytes: number }} Place */

/** Puts a file where the host says; fetch tells no progress of what it sends. @param {Place} place @param {File} file @param {(part: number) => void} tell */
const put = async ({ url, method, headers }, file, tell) => {
  /** @type {PromiseWithResolvers<void>} */
  const done = Promise.withResolvers();
  const request = new XMLHttpRequest();
  const failed = () =>
    done.reject(
      new Refused({
        code: 'upload',
        status: request.status,
        detail: { zh: '上传未完成，请重试。', en: 'The upload was not completed; try again.' },
      }),
    );
  request.open(method, url);
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
  request.upload.addEventListener('progress', ({ loaded, total }) => tell(loaded / total));
  request.addEventListener('load', () => (request.status < 300 ? done.resolve() : failed()));
  request.addEventListener('error', failed);
  request.send(file);
  return done.promise;
};
/** Where the source deposits the file of a dataset: a place in quarantine, then the deposit itself. @param {View} view */
export const upload = (view) => {
  const input = h('input', { type: 'file', id: 'deposit-file', accept: '.csv,text/csv' });
  const bar = h('progress', { max: '1', value: '0', hidden: true, name: ['上传进度', 'Progress'] });
  const said = h('div', { 'aria-live': 'polite' });
  const button = h('button', { type: 'submit', class: 'primary', say: ['上传并交存', 'Upload and deposit'] });
  const keyOf = submission();
  const go = async () => {
    const [file] = input.files ?? [];
    if (!file) return said.replaceChildren(h('p', { class: 'notice refused', role: 'alert', say: ['请选择文件。', 'Choose a file.'] }));
    said.replaceChildren(h('p', {}, file.name, ' · ', size(file.size)));
    button.disabled = true;
    bar.hidden = false;
    try {
      /** @type {Place} */
      const place = await get(`/v1/datasets/${view.id}/upload`);
      if (file.size > place.bytes)
        throw new Refused({
          code: 'csv_too_large',
          status: 413,
          detail: { zh: `文件超过上限 ${size(place.bytes)}。`, en: `The file is larger than ${size(place.bytes)}.` },
        });
      await put(place, file, (part) => {
        bar.value = part;
      });
      const body = { fileName: file.name };
      await post(`/v1/datasets/${view.id}/deposit`, {
        body,
        key: keyOf({ ...body, size: file.size, changed: file.lastModified }),
        ifMatch: view.version,
      });
      await draw({ keep: true });
    } catch (error) {
      said.replaceChildren(notice(problemOf(error)));
    } finally {
      button.disabled = false;
      bar.hidden = true;
    }
  };
  return h(
    'section',
    { class: 'panel' },
    h('h2', { say: ['交存数据文件', 'Deposit the data file'] }),
    h('p', {
      class: 'quiet',
      say: [
        'UTF-8 编码、带表头的 CSV。文件先入隔离区，经核验与批准后方装载。',
        'A CSV in UTF-8 with a header. It waits in quarantine until it is checked and approved.',
      ],
    }),
    h(
      'form',
      { class: 'form', onsubmit: (event) => (event.preventDefault(), void go()) },
      h('div', { class: 'field' }, h('label', { for: input.id }, say('数据文件', 'Data file')), input),
      bar,
      said,
      h('div', { class: 'buttons' }, button),
    ),
  );
};
