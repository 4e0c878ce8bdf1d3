import type { Context } from '../../shared/edge/context.ts';
import { assessment as table } from './assessment.process.ts';
import { reactions } from './reactions.ts';
import { sheet } from './sheet.process.ts';

export const assessment: Context = { name: 'assessment', processes: [table, sheet], reactions, routes: [] };
