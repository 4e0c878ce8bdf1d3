import type { Context } from '../../shared/edge/context.ts';
import { reactions } from './reactions.ts';
import { routes } from './routes.ts';
import { accessKey } from './access-key.process.ts';
import { usageBill } from './usage-bill.process.ts';

export const delivery: Context = { name: 'delivery', processes: [accessKey, usageBill], reactions, routes };
