import { randomUUID } from 'node:crypto';
import middy, { type MiddlewareObj } from '@middy/core';
import httpHeaderNormalizer from '@middy/http-header-normalizer';
import httpJsonBodyParser from '@middy/http-json-body-parser';
import httpRouter, { type Route } from '@middy/http-router';
import httpSecurityHeaders from '@middy/http-security-headers';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { Busy, Unavailable } from '../store/table.ts';
import { actorOf, bearerOf, visitor } from './actor.ts';
import type { Context, Reply } from './context.ts';
import { ports } from './ports.ts';
import { problemOf, RefusalError } from './refusal.ts';
import { contextRoutes, type HttpRoute } from './routes.ts';

type Event = APIGatewayProxyEventV2;
type Result = APIGatewayProxyStructuredResultV2;
type Layer = MiddlewareObj<Event, Result>;
export type HttpHandler = (event: Event) => Promise<Result>;

const bodyLimit = 1_000_000; // bytes
const traceOf = (event: Event): string => event.requestContext?.requestId ?? randomUUID();

/** What went wrong, as a refusal: anything unknown is one opaque answer with a trace id. */
const refusalOf = (error: unknown): RefusalError => {
  if (error instanceof RefusalError) return error;
  if (error instanceof Busy) return new RefusalError('busy');
  if (error instanceof Unavailable) return new RefusalError('unavailable');
  return new RefusalError('internal');
};

/** Every error leaves as problem+json, in both languages. */
const problems: Layer = {
  onError: async (request) => {
    const trace = traceOf(request.event);
    const error = refusalOf(request.error);
    const problem = problemOf(error, trace);
    const { log, metrics } = await ports();
    if (problem.status >= 500) log.error('refused', { trace, code: problem.code, error: request.error as Error });
    metrics.addMetric(`refused.${problem.code}`, 'Count', 1);
    const wait = problem.about?.['retryAfter'];
    request.response = {
      statusCode: problem.status,
      headers: {
        'content-type': 'application/problem+json; charset=utf-8',
        ...(wait === undefined ? {} : { 'retry-after': String(wait) }),
      },
      body: JSON.stringify(problem),
    };
  },
};
const finished: Layer = {
  after: async ({ event, response }) => {
    if (!response) return;
    response.headers = {
      ...response.headers,
      'request-id': traceOf(event),
      'cache-control': response.headers?.['cache-control'] ?? 'no-store',
    };
    const { metrics } = await ports();
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  },
  onError: async (request) => {
    if (request.response) await finished.after?.(request);
  },
};

/** Half a character has no canonical text (RFC 7493, 2.1). */
const wellFormed = (name: string, value: unknown): unknown => {
  if (!name.isWellFormed() || (typeof value === 'string' && !value.isWellFormed())) throw new TypeError('not well-formed');
  return value;
};
const parser = httpJsonBodyParser({ reviver: wellFormed });
const utf8 = new TextDecoder('utf-8', { fatal: true });
/** JSON bodies only, of at most 1 MB, in UTF-8 (RFC 8259, 8.1). */
const bodies: Layer = {
  before: async (request) => {
    const { event } = request;
    if (event.requestContext.http.method !== 'POST') return;
    const size = event.body === undefined ? 0 : event.isBase64Encoded ? (event.body.length * 3) / 4 : Buffer.byteLength(event.body);
    if (size > bodyLimit) throw new RefusalError('body_too_large');
    try {
      const bytes = event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64') : undefined;
      await parser.before?.(request);
      if (bytes) utf8.decode(bytes);
    } catch (error) {
      throw new RefusalError((error as { statusCode?: number }).statusCode === 415 ? 'unsupported_media_type' : 'invalid_json');
    }
  },
};

/** A part of a path as it was meant; what cannot be decoded stays as it is, and names nothing. */
const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};
const resultOf = ({ status, body, headers, raw }: Reply): Result => ({
  statusCode: status,
  headers: { ...(raw === undefined ? { 'content-type': 'application/json; charset=utf-8' } : {}), ...headers },
  ...(raw === undefined
    ? { body: JSON.stringify(body ?? {}) }
    : { body: typeof raw === 'string' ? raw : Buffer.from(raw).toString('base64'), isBase64Encoded: typeof raw !== 'string' }),
});
/** What may be kept and is the same as what the asker has is not sent again (RFC 9110, 13.1.2). */
const unlessKept = (reply: Reply, kept: string | undefined): Reply =>
  reply.headers?.['cache-control'] !== undefined && kept !== undefined && reply.headers['etag'] === kept
    ? { status: 304, raw: '', headers: reply.headers }
    : reply;
const handle =
  (route: HttpRoute) =>
  async (event: Event): Promise<Result> => {
    const open = await ports();
    const { headers } = event;
    const actor = route.keyed ? visitor : await actorOf(headers, open);
    const token = route.keyed ? bearerOf(headers['authorization']) : undefined;
    if (!route.open && actor.id === '') throw new RefusalError('unauthenticated');
    const key = headers['idempotency-key'];
    const ifMatch = headers['if-match'];
    const signature = headers['harbour-signature'];
    const query = Object.fromEntries(Object.entries(event.queryStringParameters ?? {}).map(([name, value]) => [name, value ?? '']));
    return resultOf(
      unlessKept(
        await route.answers({
          actor,
          params: Object.fromEntries(Object.entries(event.pathParameters ?? {}).map(([name, value]) => [name, decoded(value ?? '')])),
          query,
          body: event.body ?? {},
          ports: open,
          ...(key === undefined ? {} : { key }),
          ...(token === undefined ? {} : { token }),
          ...(ifMatch === undefined ? {} : { ifMatch }),
          ...(signature === undefined ? {} : { signature }),
        }),
        headers['if-none-match'],
      ),
    );
  };

/**
 * The only HTTP stack: security headers outermost, then the request's end, problems, headers, body, routes. The same handler serves API
 * Gateway and the single machine.
 */
export const httpHandler = (context: Pick<Context, 'processes' | 'routes' | 'name' | 'reactions'>): HttpHandler => {
  const routes = contextRoutes(context).map(({ method, path, ...route }): Route<Event, Result> => ({
    method,
    path,
    handler: handle({ method, path, ...route }) as never,
  }));
  const notFoundResponse = () => {
    throw new RefusalError('no_such_route');
  };
  // middy infers each layer's own event type; they are all this one
  const layers = [httpSecurityHeaders(), finished, problems, httpHeaderNormalizer(), bodies];
  const stack = middy<Event, Result>().use(layers).handler(httpRouter<Event, Result>({ routes, notFoundResponse }));
  return (event) => stack(event, {} as never, { signal: AbortSignal.timeout(30_000) } as never) as Promise<Result>;
};
