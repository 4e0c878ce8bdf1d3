import type { Context } from '../../shared/edge/context.ts';
import { entitlement } from './entitlement.process.ts';
import { order } from './order.process.ts';
import { reactions } from './reactions.ts';
import { routes } from './routes.ts';

export const trade: Context = { name: 'trade', processes: [order, entitlement], reactions, routes };
