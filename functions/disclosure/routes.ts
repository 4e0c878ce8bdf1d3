import * as z from 'zod';
import type { Route } from '../../shared/edge/context.ts';
import { parse } from '../../shared/edge/parse.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import { openLog } from './log.ts';

const page = 100;
export const EntriesQuery = z.strictObject({ from: z.coerce.number().int().min(0).max(1_000_000_000).default(0) });
export const ProofQuery = z.strictObject({ event: z.string().regex(/^[A-Za-z0-9._:-]{3,250}$/) });

export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/disclosure/head',
    operation: 'getDisclosureHead',
    summary: ['公开账本的规模与根', 'Size and root of the disclosure ledger'],
    open: true,
    refusals: [],
    answers: async ({ ports }) => ({ status: 200, body: await openLog(ports.tables.disclosure).head() }),
  },
  {
    method: 'GET',
    path: '/v1/disclosure/entries',
    operation: 'listDisclosures',
    summary: ['公开账本条目', 'Entries of the disclosure ledger'],
    open: true,
    query: EntriesQuery,
    refusals: ['invalid_input'],
    answers: async ({ query, ports }) => {
      const { from } = parse(EntriesQuery, query);
      const log = openLog(ports.tables.disclosure);
      const head = await log.head();
      const to = Math.min(head.size, from + page);
      const items = await log.read(from, to);
      return { status: 200, body: { head, items, ...(to < head.size ? { next: to } : {}) } };
    },
  },
  {
    method: 'GET',
    path: '/v1/disclosure/proof',
    operation: 'proveDisclosure',
    summary: ['条目的包含证明', 'Proof that an event is in the ledger'],
    open: true,
    query: ProofQuery,
    refusals: ['invalid_input', 'not_found'],
    answers: async ({ query, ports }) => {
      const log = openLog(ports.tables.disclosure);
      const { event } = parse(ProofQuery, query);
      const head = await log.head();
      const index = await log.indexOf(event);
      if (index === undefined || index >= head.size) throw new RefusalError('not_found');
      return {
        status: 200,
        body: { head, index, entry: (await log.read(index, index + 1))[0]?.entry, proof: await log.proof(index, head.size) },
      };
    },
  },
];
