import * as z from 'zod';
import type { Route } from '../../shared/edge/context.ts';
import { parse } from '../../shared/edge/parse.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import { sortOf } from '../../shared/store/records.ts';
import { openSearch } from '../../shared/store/search.ts';

export const MarketQuery = z.strictObject({
  q: z.string().max(200).default(''),
  cursor: z.string().max(800).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/market',
    operation: 'searchMarket',
    summary: ['检索挂牌产品', 'Browse and search what is listed'],
    open: true,
    query: MarketQuery,
    refusals: ['invalid_input', 'invalid_cursor'],
    answers: async ({ query, ports }) => {
      const { q, cursor, limit } = parse(MarketQuery, query);
      const after = cursor === undefined ? undefined : sortOf(cursor);
      if (cursor !== undefined && after === undefined) throw new RefusalError('invalid_cursor');
      const { cards, next } = await openSearch(ports.tables.search, 'market').find(q, { limit, ...(after === undefined ? {} : { after }) });
      return { status: 200, body: { items: cards, ...(next === undefined ? {} : { cursor: Buffer.from(next).toString('base64url') }) } };
    },
  },
];
