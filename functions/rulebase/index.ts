import type { Context } from '../../shared/edge/context.ts';
import { calendar } from './calendar.process.ts';
import { reactions } from './reactions.ts';

export const rulebase: Context = { name: 'rulebase', processes: [calendar], reactions, routes: [] };
