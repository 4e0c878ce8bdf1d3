import type { Context } from '../../shared/edge/context.ts';
import { dataset } from './dataset.process.ts';
import { job } from './job.process.ts';
import { query } from './query.process.ts';
import { reactions } from './reactions.ts';
import { routes } from './routes.ts';

export const sandbox: Context = { name: 'sandbox', processes: [dataset, job, query], reactions, routes };
