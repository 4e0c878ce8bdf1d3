// @ts-check
/** @import { Pair } from '../shapes.ts' */
import { get, post, Refused } from '../api.js';
import { size } from '../format.js';

/** @typedef {{ readonly url: string, readonly method: string, readonly headers: Record<string, string> }} Destination */
/** @typedef {Destination & { readonly bytes: number, readonly partBytes: number, readonly parts: readonly number[] }} Place */

const tries = 4;
const firstPauseMs = 500;
/** A place that has taken this part already: an earlier try got through, though its answer did not. */
const taken = new Set([409, 412]);

/** @param {Pair} detail @param {number} status */
const refusal = ([zh, en], status) => new Refused({ code: 'upload', status, detail: { zh, en } });
const stopped = () =>
  refusal(['上传已停止；选择同一文件可从断点继续。', 'The upload was stopped; choose the same file to go on where it stopped.'], 0);
const broken = (/** @type {number} */ status) =>
  refusal(['上传中断；已传部分仍在，请重试。', 'The upload broke off; what has arrived is still there. Try again.'], status);

/** Puts a part where the host says; fetch tells no progress of what it sends. @param {Destination} place @param {Blob} part @param {(bytes: number) => void} tell @param {AbortSignal} signal */
export const put = async ({ url, method, headers }, part, tell, signal) => {
  /** @type {PromiseWithResolvers<void>} */
  const done = Promise.withResolvers();
  const request = new XMLHttpRequest();
  request.open(method, url);
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
  request.upload.addEventListener('progress', ({ loaded }) => tell(loaded));
  request.addEventListener('load', () =>
    request.status < 300 || taken.has(request.status) ? done.resolve() : done.reject(broken(request.status)),
  );
  request.addEventListener('error', () => done.reject(broken(0)));
  const abort = () => {
    request.abort();
    done.reject(stopped());
  };
  signal.addEventListener('abort', abort, { once: true });
  request.send(part);
  return done.promise.finally(() => signal.removeEventListener('abort', abort));
};
/** @param {number} ms */
const pause = async (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** Tries again after a break; a refusal of the API and a stop are final. @param {() => Promise<void>} attempt @param {AbortSignal} signal */
const patiently = async (attempt, signal) => {
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt();
    } catch (error) {
      const mayPass = error instanceof Refused && (error.problem.code === 'upload' || error.problem.code === 'offline');
      if (!mayPass || signal.aborted || tried === tries) throw error;
      await pause(firstPauseMs * 2 ** tried);
    }
  }
};

/** Which file of this device an unfinished upload is of. @param {string} dataset */
export const memory = (dataset) => {
  const key = `harbour.upload.${dataset}`;
  return {
    name: () => localStorage.getItem(key)?.split('/').at(-1),
    /** @param {File} file */
    isOf: (file) => localStorage.getItem(key) === `${file.size}/${file.lastModified}/${file.name}`,
    /** @param {File} file */
    keep: (file) => localStorage.setItem(key, `${file.size}/${file.lastModified}/${file.name}`),
    forget: () => localStorage.removeItem(key),
  };
};

/** Puts what is not there yet of a file, part by part. @param {string} dataset @param {File} file @param {(bytes: number) => void} tell @param {AbortSignal} signal @returns {Promise<number>} the number of parts */
export const send = async (dataset, file, tell, signal) => {
  const path = `/v1/datasets/${dataset}/upload`;
  const remembered = memory(dataset);
  /** @type {Place} */
  const { bytes, partBytes, parts: there } = await get(path);
  if (file.size > bytes) throw refusal([`文件超过上限 ${size(bytes)}，请拆分。`, `The file is larger than ${size(bytes)}; split it.`], 413);
  const isAnother = there.length > 0 && !remembered.isOf(file);
  if (isAnother) await discard(dataset);
  remembered.keep(file);
  const count = Math.max(1, Math.ceil(file.size / partBytes));
  let arrived = 0;
  for (let part = 1; part <= count; part += 1) {
    const blob = file.slice((part - 1) * partBytes, part * partBytes);
    const before = arrived;
    if (isAnother || !there.includes(part))
      await patiently(async () => {
        /** @type {Place} */
        const place = await get(`${path}?part=${part}`);
        if (signal.aborted) throw stopped();
        await put(place, blob, (sent) => tell(before + sent), signal);
      }, signal);
    arrived = before + blob.size;
    tell(arrived);
  }
  return count;
};

/** Removes the parts of an upload that is given up. @param {string} dataset */
export const discard = async (dataset) => {
  await post(`/v1/datasets/${dataset}/upload/discard`, { body: {}, key: crypto.randomUUID() });
  memory(dataset).forget();
};
