import { createReadStream, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const portal = fileURLToPath(new URL('../../portal/', import.meta.url));
const document = fileURLToPath(new URL('../../contracts/generated/openapi.json', import.meta.url));
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
};
const headers = {
  'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

/** The portal's files and the API document. Any other address of the portal is its own to route. */
export const openPages = () => ({
  matches: (path: string): boolean => path === '/v1/openapi.json' || !path.startsWith('/v1/'),
  serve: async (path: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return void response.writeHead(405).end();
    let wanted = join(portal, normalize(decodeURIComponent(path)));
    if (path === '/v1/openapi.json') wanted = document;
    else if (!wanted.startsWith(portal + sep) && !wanted.startsWith(portal)) return void response.writeHead(404).end();
    const file = isFile(wanted) ? wanted : extname(path) === '' ? join(portal, 'index.html') : undefined;
    if (file === undefined || !isFile(file)) return void response.writeHead(404).end();
    response.writeHead(200, { ...headers, 'content-type': types[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  },
});
