import { createReadStream, statSync, type Stats } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const portal = fileURLToPath(new URL('../../portal/', import.meta.url));
/** The verifier's modules, which the portal's page loads as they are. */
const verifier = fileURLToPath(new URL('../../verifier/', import.meta.url));
const verifierModule = /^\/verifier\/([a-z-]+\.js)$/;
const longest = 250; // file systems end a name at 255 bytes
const generatedFile = (name: string): string => fileURLToPath(new URL(`../../contracts/generated/${name}`, import.meta.url));
const generated: Readonly<Record<string, string>> = {
  '/v1/openapi.json': generatedFile('openapi.json'),
  '/portal.json': generatedFile('portal.json'),
};
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
};
const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};
/** The file that an address names; undefined for what no file can be called. */
const pathOf = (address: string): string | undefined => {
  try {
    const path = join(portal, normalize(decodeURIComponent(address)));
    return path.includes('\0') || !path.startsWith(portal) || path.length > longest ? undefined : path;
  } catch {
    return undefined;
  }
};
type Found = { readonly file: string; readonly stats: Stats };
const fileAt = (file: string): Found | undefined => {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats?.isFile() ? { file, stats } : undefined;
};
/** What a browser keeps is good while the file is as large and as old as it was. */
const tagOf = ({ stats }: Found): string => `"${stats.size.toString(36)}-${Math.floor(stats.mtimeMs).toString(36)}"`;

/** The portal's files and what is generated for it. Any other address is the portal's own to route: ids may hold dots. */
export const openPages = () => ({
  matches: (path: string): boolean => path in generated || !path.startsWith('/v1/'),
  serve: async (path: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return void response.writeHead(405).end();
    const [, module] = verifierModule.exec(path) ?? [];
    const wanted = generated[path] ?? (module === undefined ? pathOf(path) : join(verifier, module));
    if (wanted === undefined) return void response.writeHead(404).end();
    const found = fileAt(wanted) ?? (extname(path) in types ? undefined : fileAt(join(portal, 'index.html')));
    if (found === undefined) return void response.writeHead(404).end();
    const all = { ...headers, etag: tagOf(found), 'content-type': types[extname(found.file)] ?? 'application/octet-stream' };
    if (request.headers['if-none-match'] === all.etag) return void response.writeHead(304, all).end();
    response.writeHead(200, all);
    createReadStream(found.file).pipe(response);
  },
});
