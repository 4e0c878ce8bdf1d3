import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { contexts } from '../../functions/index.ts';
import type { HttpHandler } from '../../shared/edge/http.ts';
import { contextRoutes } from '../../shared/edge/routes.ts';

const most = 1_000_001; // one byte over what the edge takes, so that the edge refuses it
const patience = 10_000_000; // bytes read to their end, so that the answer is heard; a longer body is cut off, as API Gateway does
/** Contexts share segments: what is asked of a product may be answered by the sandbox. */
type Place = { readonly method: string; readonly path: RegExp; readonly handler: HttpHandler };
const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
const segmentOf = (path: string): string => path.split('/')[2] ?? '';

const read = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    if (size < most) chunks.push(bytes.subarray(0, most - size));
    size += bytes.length;
    if (size > patience) request.socket.destroy();
  }
  return Buffer.concat(chunks);
};

/** As API Gateway has them: of a name that comes twice, both values with a comma between. */
const queryOf = ({ searchParams }: URL): Record<string, string> => {
  const query: Record<string, string> = {};
  for (const name of searchParams.keys()) query[name] = searchParams.getAll(name).join(',');
  return query;
};
const eventOf = (request: IncomingMessage, url: URL, body: Buffer): APIGatewayProxyEventV2 => {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : (value ?? '')]),
  );
  const { method = 'GET' } = request;
  const text = body.toString('utf8');
  const whole = Buffer.from(text).equals(body);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    headers,
    ...(url.search === '' ? {} : { queryStringParameters: queryOf(url) }),
    requestContext: {
      accountId: '',
      apiId: '',
      domainName: url.host,
      domainPrefix: '',
      http: {
        method,
        path: url.pathname,
        protocol: 'HTTP/1.1',
        sourceIp: request.socket.remoteAddress ?? '',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: '',
      timeEpoch: 0,
    },
    ...(body.length === 0 ? {} : { body: whole ? text : body.toString('base64') }),
    isBase64Encoded: !whole,
  };
};

/** Serves the API by calling the very same Lambda handlers, each with the event that API Gateway would send. */
export const openGateway = async () => {
  const places = new Map<string, Place[]>();
  for (const context of contexts) {
    const { handler } = (await import(`../../functions/${context.name}/lambda.ts`)) as { handler: HttpHandler };
    for (const { method, path } of contextRoutes(context)) {
      const segment = segmentOf(path);
      places.set(segment, [...(places.get(segment) ?? []), { method, path: patternOf(path), handler }]);
    }
  }
  const [[anywhere] = []] = places.values();
  return async (url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await read(request);
    const near = places.get(segmentOf(url.pathname)) ?? [];
    const { handler } = near.find(({ method, path }) => method === request.method && path.test(url.pathname)) ?? near[0] ?? anywhere ?? {};
    if (!handler) throw new Error('no context serves a route');
    const result: APIGatewayProxyStructuredResultV2 = await handler(eventOf(request, url, body));
    response.writeHead(result.statusCode ?? 200, result.headers as Record<string, string>);
    response.end(result.isBase64Encoded ? Buffer.from(result.body ?? '', 'base64') : result.body);
  };
};
