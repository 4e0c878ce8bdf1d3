import type { Context } from '../../shared/edge/context.ts';
import { reactions } from './reactions.ts';
import { routes } from './routes.ts';

export const settlement: Context = { name: 'settlement', processes: [], reactions, routes };
