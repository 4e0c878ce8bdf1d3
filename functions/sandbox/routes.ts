import type { Query } from '../../contracts/query.ts';
import type { Route } from '../../shared/edge/context.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import { resultOf } from '../../shared/edge/results.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { auditRoute } from './audit.ts';
import { consoleRoutes } from './console-routes.ts';
import { exportRoutes } from './export-routes.ts';
import { lineageRoute } from './lineage.ts';
import { listUploadRoute } from './list-upload-route.ts';
import { previewRoutes } from './preview-route.ts';
import { templatesRoute } from './templates-route.ts';
import { uploadRoutes } from './upload-routes.ts';
import { visible } from './visible.ts';

export const routes: readonly Route[] = [
  ...previewRoutes,
  templatesRoute,
  ...consoleRoutes,
  auditRoute,
  lineageRoute,
  ...uploadRoutes,
  listUploadRoute,
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
      return { status: 200, body: await resultOf(record, call.ports) };
    },
  },
];
