import type { IncomingMessage, ServerResponse } from 'node:http';
import { Exists, TooLarge, type Blobs } from '../../shared/blobs/blobs.ts';
import type { Uploads } from '../../shared/blobs/uploads.ts';
import { hmac } from '../../shared/kernel/digest.ts';

type Place = { readonly key: string; readonly until: number; readonly limit: number };
const prefix = '/uploads/';

/** Places to put a file on the single machine: the address itself is the permission, signed and short-lived, as a presigned URL is. */
export const openUploads = (blobs: Blobs, secret: string, origin: () => string, now: () => Date) => {
  const sign = (text: string): string => hmac(secret, 'upload', text);
  const placeOf = (path: string): Place | undefined => {
    const [text = '', code] = path.slice(prefix.length).split('.');
    if (code !== sign(text)) return undefined;
    const place = JSON.parse(Buffer.from(text, 'base64url').toString()) as Place;
    return place.until > now().getTime() ? place : undefined;
  };
  const uploads: Uploads = {
    open: async (key, seconds, limit) => {
      const text = Buffer.from(JSON.stringify({ key, until: now().getTime() + seconds * 1000, limit } satisfies Place)).toString(
        'base64url',
      );
      return { url: `${origin()}${prefix}${text}.${sign(text)}`, method: 'PUT', headers: {} };
    },
  };
  const answer = (response: ServerResponse, status: number, body: object): void => {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
  };
  return {
    uploads,
    matches: (path: string): boolean => path.startsWith(prefix),
    receive: async (path: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const place = request.method === 'PUT' ? placeOf(path) : undefined;
      if (!place) {
        request.resume();
        return answer(response, 403, {
          zh: '上传地址无效或已过期，请重新获取。',
          en: 'The place is not valid or has expired; ask for a new one.',
        });
      }
      try {
        // Once: what was checked and approved is what was put here, whoever still holds the address.
        answer(response, 200, await blobs.put(place.key, request, { limit: place.limit, once: true }));
      } catch (error) {
        request.resume();
        if (error instanceof Exists)
          return answer(response, 409, {
            zh: '此处已有文件，登记后如被退回可重新上传。',
            en: 'A file is here already; deposit it, and if it is returned upload another.',
          });
        const status = error instanceof TooLarge ? 413 : 400;
        answer(response, status, { zh: '上传未完成，请重试。', en: 'The upload was not completed; try again.' });
      }
    },
  };
};
