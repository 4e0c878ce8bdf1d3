import { UsageBill } from '../../contracts/delivery.ts';
import { processOf } from '../../shared/kernel/process.ts';
import { only, role, system } from '../../shared/kernel/seats.ts';
import { lastDayOf } from './months.ts';

const { create, action, define } = processOf(UsageBill);
const reaction = system('reaction');

/** One bill for each contract and month. */
export const billOf = ({ entitlement, billMonth }: { readonly entitlement: string; readonly billMonth: string }): string =>
  `${entitlement}.${billMonth}`;

/**
 * The bill of a month: opened by its first metered call, closed by the end of the month, issued from what was metered, paid to the venue as
 * every price is. Requirements §5, "Payment": the cashier confirms. A price of a call is the contract's: 发改价格〔2025〕65号.
 */
export const usageBill = define({
  create: create({
    by: only('reaction'),
    to: 'metering',
    id: billOf,
    links: ({ entitlement, contract }) => ({ entitlement, contract }),
    reads: ['entitlement', 'contract'],
    belongs: ({ refs: { entitlement } }) => ({
      owner: entitlement.owner,
      region: entitlement.region,
      ...(entitlement.party === undefined ? {} : { party: entitlement.party }),
    }),
    becomes: ({ input, refs: { entitlement, contract } }) => ({
      status: 'metering',
      data: { ...input, product: entitlement.data.product, callPriceFen: contract.data.terms.callPriceFen ?? 0 },
    }),
    publish: 'nothing',
  }),
  actions: {
    close: action('close', {
      from: ['metering'],
      to: ['metering'],
      by: system('clock'),
      becomes: ({ record, now }) => ({ status: 'metering', data: { ...record.data, closedAt: now } }),
      publish: 'nothing',
    }),
    // Where nothing is due there is nothing to pay.
    issue: action('issue', {
      from: ['metering'],
      to: ['issued', 'settled'],
      by: reaction,
      becomes: ({ record: { data }, input: { usage }, now }) => {
        const { closedAt: _closed, ...account } = data;
        const bill = { ...account, usage, amountFen: usage.released * account.callPriceFen, issuedAt: now };
        return bill.amountFen > 0 ? { status: 'issued', data: bill } : { status: 'settled', data: { ...bill, settledAt: now } };
      },
      publish: 'nothing',
    }),
    confirmPayment: action('confirmPayment', {
      from: ['issued'],
      to: ['paid'],
      by: role('venue.cashier'),
      ifMatch: true,
      guards: [
        ({ record, input }) =>
          input.amountFen === record.data.amountFen ? undefined : { code: 'amount_differs', about: { dueFen: record.data.amountFen } },
      ],
      becomes: ({ record, input: { remittance }, actor, now }) => ({
        status: 'paid',
        data: { ...record.data, remittance, paidAt: now, ...(actor.type === 'person' ? { venue: actor.org } : {}) },
      }),
      publish: 'nothing',
    }),
    settle: action('settle', {
      from: ['paid'],
      to: ['settled'],
      by: reaction,
      becomes: ({ record, now }) => ({ status: 'settled', data: { ...record.data, settledAt: now } }),
      publish: 'nothing',
    }),
    overdue: action('overdue', {
      from: ['issued'],
      to: ['issued'],
      by: system('clock'),
      becomes: ({ record }) => ({ status: 'issued', data: record.data }),
      publish: 'nothing',
    }),
  },
  sees: {
    roles: ['venue.reviewer', 'venue.lead', 'venue.cashier', 'authority.case', 'authority.lead', 'cyberspace.officer', 'auditor'],
  },
  card: (r) => r.data.billMonth,
  queue: { issued: { role: 'venue.cashier', of: 'region' } },
  clocks: {
    month: { runs: ['metering'], due: (r) => ({ date: lastDayOf(r.data.billMonth) }), takes: 'close' },
    payment: { runs: ['issued'], due: (r, { deadlines }) => ({ from: r.since, workingDays: deadlines.payment }), takes: 'overdue' },
  },
  // One transfer pays one thing, whatever it is.
  claims: (r) =>
    'remittance' in r.data && r.data.remittance !== undefined ? [{ value: `remittance#${r.data.remittance}`, or: 'remittance_used' }] : [],
});
