import {
  anyBuyerAgent,
  anyOperatorAgent,
  authority,
  buyer,
  clock,
  operator,
  reaction,
  theCase,
  theLead,
  worker,
} from './permissions.cast.ts';
import type { Section } from './permissions.matrix.ts';

/** The matrix about templates, the data service over them, and lists that questions join with. */
export const services: readonly Section[] = [
  {
    // Requirements §5 has no row: as the rule of a product, operator M; case and lead A. An end takes the operator and a case officer.
    kind: 'template',
    create: anyOperatorAgent,
    see: [...operator, ...authority, 'auditor'],
    open: ['approved'],
    may: {
      edit: { in: ['draft'], by: ['operator agent'] },
      submit: { in: ['draft'], by: ['operator agent'] },
      return: { in: ['submitted'], by: theCase },
      approve: { in: ['submitted'], by: authority },
      retire: { in: ['draft', 'approved'], by: ['operator agent', ...theCase] },
      overdue: { in: ['submitted'], by: clock },
    },
  },
  {
    // Requirements §5, Order: buyer M. It ends by its buyer, and by whoever may halt: venue and authority lead, cyberspace office.
    kind: 'accessKey',
    create: anyBuyerAgent,
    see: [...buyer, 'venue reviewer', 'venue lead', ...authority, 'cyberspace', 'auditor'],
    open: [],
    may: {
      drawToken: { in: ['active'], by: ['buyer agent'] },
      lease: { in: ['active'], by: worker },
      giveBack: { in: ['revoked'], by: reaction },
      revoke: { in: ['active'], by: [...buyer, 'venue lead', ...theLead, 'cyberspace'] },
      expire: { in: ['active'], by: clock },
    },
  },
  {
    // Requirements §5, Order: what is done under a contract is its buyer's, M. It ends by its buyer, and by whoever may halt.
    kind: 'joinList',
    create: anyBuyerAgent,
    see: [...buyer, 'venue lead', ...theLead, 'cyberspace', 'auditor'],
    open: [],
    may: {
      submit: { in: ['named', 'ready', 'refused'], by: ['buyer agent'] },
      admit: { in: ['checking'], by: worker },
      refuse: { in: ['checking'], by: worker },
      retire: { in: ['named', 'ready', 'refused'], by: [...buyer, 'venue lead', ...theLead, 'cyberspace'] },
    },
  },
  {
    // Requirements §5, Payment: the venue's cashier X. Counting is the system's.
    kind: 'usageBill',
    create: reaction,
    see: [...buyer, ...operator, 'venue reviewer', 'venue lead', 'venue cashier', ...authority, 'cyberspace', 'auditor'],
    open: [],
    may: {
      close: { in: ['metering'], by: clock },
      issue: { in: ['metering'], by: reaction },
      confirmPayment: { in: ['issued'], by: ['venue cashier'] },
      settle: { in: ['paid'], by: reaction },
      overdue: { in: ['issued'], by: clock },
    },
  },
];
