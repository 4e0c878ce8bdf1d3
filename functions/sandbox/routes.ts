import type { Dataset } from '../../contracts/sandbox.ts';
import type { Query } from '../../contracts/query.ts';
import type { Call, Route } from '../../shared/edge/context.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import { idOf } from '../../shared/edge/routes.ts';
import { sees } from '../../shared/kernel/seats.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { nextAttempt, quarantineKey } from './objects.ts';
import { previewRoute } from './preview-route.ts';

const seconds = 900;
const bytes = 6_000_000_000;

const visible = async <T>(kind: string, call: Call): Promise<T> => {
  const { actor, ports } = call;
  const [record] = await ports.door.load([{ kind, id: idOf(call) }]);
  const process = ports.processes.get(kind);
  if (!record || !process || !sees(process, actor, record)) throw new RefusalError('not_found');
  return record as unknown as T;
};
const text = async (body: AsyncIterable<unknown>): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString();
};

export const routes: readonly Route[] = [
  previewRoute,
  {
    method: 'GET',
    path: '/v1/datasets/{id}/upload',
    operation: 'getUploadPlace',
    summary: ['获取上传地址（隔离区）', 'Where the source puts the file: a place in quarantine, for a quarter of an hour'],
    open: false,
    refusals: ['unauthenticated', 'not_found', 'not_permitted', 'wrong_state'],
    answers: async (call) => {
      const record = await visible<Stored<typeof Dataset>>('dataset', call);
      if (record.party !== call.actor.org || !call.actor.roles.includes('source.steward')) throw new RefusalError('not_permitted');
      if (record.status !== 'requested' && record.status !== 'refused')
        throw new RefusalError({ code: 'wrong_state', about: { status: record.status } });
      const key = quarantineKey(record.id, nextAttempt(record));
      return { status: 200, body: { ...(await call.ports.uploads.open(key, seconds, bytes)), seconds, bytes } };
    },
  },
  {
    method: 'GET',
    path: '/v1/queries/{id}/result',
    operation: 'getQueryResult',
    summary: ['读取查询结果', 'The stored result of a query; the chain is asked again at each reading'],
    open: false,
    refusals: ['unauthenticated', 'not_found', 'not_permitted', 'result_not_ready', 'query_refused', 'authority_broken'],
    answers: async (call) => {
      const record = await visible<Stored<typeof Query>>('query', call);
      if (record.owner !== call.actor.org) throw new RefusalError('not_permitted'); // an auditor reads that there was a question, never the answer
      if (record.status === 'refused') throw new RefusalError({ code: 'query_refused', about: { code: record.data.code } });
      if (record.status === 'withheld') throw new RefusalError({ code: 'authority_broken', about: record.data.link });
      if (record.status !== 'released') throw new RefusalError('result_not_ready');
      const link = await call.ports.door.brokenUnder({ kind: 'entitlement', id: record.data.entitlement });
      if (link) throw new RefusalError({ code: 'authority_broken', about: { kind: link.kind, id: link.id } });
      const object = await call.ports.blobs.get(record.data.result.object);
      if (!object) throw new RefusalError('unavailable');
      return {
        status: 200,
        body: {
          id: record.id,
          releasedAt: record.data.releasedAt,
          ruleVersion: record.data.ruleVersion,
          ...(JSON.parse(await text(object.body)) as object),
        },
      };
    },
  },
];
