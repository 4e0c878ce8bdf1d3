import type { Context } from '../../shared/edge/context.ts';
import { listing as table } from './listing.process.ts';
import { reactions } from './reactions.ts';
import { routes } from './routes.ts';

export const listing: Context = { name: 'listing', processes: [table], reactions, routes };
