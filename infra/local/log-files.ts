import type { IncomingMessage, ServerResponse } from 'node:http';
import { headersOf, type PublicFiles } from '../../shared/blobs/public-files.ts';

const prefix = '/log/';
/** Anyone may read the log, from any page. */
const open = { 'access-control-allow-origin': '*', 'x-content-type-options': 'nosniff' };

/** Serves the public files of the ledger as they are: what is not there is 404 and nothing else is. C2SP tlog-tiles. */
export const openLogFiles = (files: PublicFiles) => ({
  matches: (path: string): boolean => path.startsWith(prefix),
  serve: async (path: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return void response.writeHead(405, { ...open, allow: 'GET, HEAD' }).end();
    const found = await files.get(path.slice(prefix.length)).catch((error: unknown) => {
      if (error instanceof TypeError) return undefined; // no file can be called so
      throw error;
    });
    if (!found) return void response.writeHead(404, open).end();
    const { contentType, cacheControl } = headersOf(path);
    const headers = { ...open, 'content-type': contentType, 'cache-control': cacheControl, etag: `"${found.tag}"` };
    // One tag of a list, or as a proxy that compresses has weakened it. RFC 9110 §13.1.2.
    if (request.headers['if-none-match']?.includes(headers.etag)) return void response.writeHead(304, headers).end();
    response.writeHead(200, { ...headers, 'content-length': found.body.length });
    response.end(request.method === 'HEAD' ? undefined : found.body);
  },
});
