import type { Query } from '../../contracts/query.ts';
import type { Route } from '../../shared/edge/context.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { auditRoute } from './audit.ts';
import { exportRoutes } from './export-routes.ts';
import { previewRoutes } from './preview-route.ts';
import { templatesRoute } from './templates-route.ts';
import { uploadRoutes } from './upload-routes.ts';
import { visible } from './visible.ts';

const text = async (body: AsyncIterable<unknown>): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString();
};

export const routes: readonly Route[] = [
  ...previewRoutes,
  templatesRoute,
  auditRoute,
  ...uploadRoutes,
  ...exportRoutes,
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
