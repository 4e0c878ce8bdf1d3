import type { Context } from '../../shared/edge/context.ts';
import { reactions } from './reactions.ts';
import { scenario as table } from './scenario.process.ts';

export const scenario: Context = { name: 'scenario', processes: [table], reactions, routes: [] };
