import type { Context } from '../../shared/edge/context.ts';
import { membership } from './membership.process.ts';
import { organisation as table } from './organisation.process.ts';
import { reactions } from './reactions.ts';
import { routes } from './routes.ts';

export const organisation: Context = { name: 'organisation', processes: [table, membership], reactions, routes };
