import type { Context } from '../../shared/edge/context.ts';
import { dataset } from './dataset.process.ts';
import { derivation } from './derivation.process.ts';
import { exportRequest } from './export-request.process.ts';
import { exportReview } from './export-review.process.ts';
import { joinList } from './join-list.process.ts';
import { job } from './job.process.ts';
import { query } from './query.process.ts';
import { reactions } from './reactions.ts';
import { routes } from './routes.ts';
import { template } from './template.process.ts';

export const sandbox: Context = {
  name: 'sandbox',
  processes: [dataset, derivation, job, template, joinList, query, exportRequest, exportReview],
  reactions,
  routes,
};
