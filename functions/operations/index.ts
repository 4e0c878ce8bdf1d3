import type { Context } from '../../shared/edge/context.ts';
import { routes } from './routes.ts';

export const operations: Context = { name: 'operations', processes: [], reactions: [], routes };
