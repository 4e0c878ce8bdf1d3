import { BankReport } from '../../contracts/order.ts';
import { Id } from '../../contracts/fields.ts';
import type { Route } from '../../shared/edge/context.ts';
import { parse } from '../../shared/edge/parse.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import { verifyWebhook, webhookSecret } from '../../shared/edge/webhook.ts';

const service = 'bank';
export const Incoming = BankReport.extend({ order: Id });

export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/webhooks/bank',
    operation: 'getBankWebhook',
    summary: ['银行到账通知的签名密钥', 'How the venue’s bank signs what it reports'],
    open: false,
    refusals: ['unauthenticated', 'not_permitted'],
    answers: async ({ actor, ports }) => {
      if (!actor.roles.includes('venue.lead')) throw new RefusalError('not_permitted');
      return {
        status: 200,
        body: {
          header: 'Harbour-Signature',
          scheme: 't=<seconds>,v1=<HMAC-SHA-256, base64url>',
          secret: webhookSecret(ports.secret, service),
        },
      };
    },
  },
  {
    method: 'POST',
    path: '/v1/webhooks/bank',
    operation: 'reportBankPayment',
    summary: ['银行到账通知', 'The venue’s bank reports money that has come in'],
    open: true,
    body: Incoming,
    refusals: ['webhook_forged', 'invalid_input', 'not_found', 'wrong_state', 'key_reused', 'stale'],
    answers: async (call) => {
      verifyWebhook(call, service);
      const { order, ...input } = parse(Incoming, call.body);
      const actor = { type: 'system', id: 'webhook' } as const;
      const { record, replayed } = await call.ports.door.act({
        kind: 'order',
        action: 'reportPayment',
        id: order,
        input,
        actor,
        key: `bank/${input.remittance}`,
      });
      return {
        status: 200,
        ...(replayed ? { headers: { 'idempotent-replayed': 'true' } } : {}),
        body: { order: record.id, status: record.status },
      };
    },
  },
];
