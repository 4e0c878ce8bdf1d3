import * as z from 'zod';
import type { Route } from '../../shared/edge/context.ts';
import { parse } from '../../shared/edge/parse.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Person } from '../../shared/kernel/process.ts';
import { covers } from '../../shared/kernel/seats.ts';
import { openLedger } from './ledger.ts';
import type { Account } from './posting.ts';

export const StatementQuery = z.strictObject({
  account: z.string().regex(/^(?:escrow|operator|venue|finance|buyer|bank):[A-Za-z0-9._:-]{1,120}$/),
  after: z.string().max(300).optional(),
});

/** One's own accounts; all of them for the venue's cashier and lead in their own books, and for the auditor; public finance for the authority too. */
const mayRead = (actor: Person, account: Account): boolean => {
  const [type = '', holder] = account.split(':');
  if (actor.roles.includes('auditor')) return true;
  if (type === 'finance' && actor.roles.includes('authority.lead')) return covers(actor.region, holder ?? '');
  if (actor.roles.includes('venue.cashier') || actor.roles.includes('venue.lead'))
    return type !== 'venue' && type !== 'bank' ? true : holder === actor.org;
  return actor.org !== '' && holder === actor.org;
};

export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/statement',
    operation: 'getStatement',
    summary: ['账户流水', 'The postings of an account'],
    open: false,
    query: StatementQuery,
    refusals: ['unauthenticated', 'invalid_input', 'not_found'],
    answers: async ({ query, actor, ports }) => {
      const { account, after } = parse(StatementQuery, query) as { account: Account; after?: string };
      if (!mayRead(actor, account)) throw new RefusalError('not_found');
      const ledger = openLedger(ports.tables.money);
      return {
        status: 200,
        body: { account, totalFen: String(await ledger.total(account)), currency: 'CNY', items: await ledger.postings(account, after) },
      };
    },
  },
];
