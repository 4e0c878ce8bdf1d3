import type { Context } from '../../shared/edge/context.ts';
import { agreement } from './agreement.process.ts';
import { grant } from './grant.process.ts';

export const authorisation: Context = { name: 'authorisation', processes: [agreement, grant], reactions: [], routes: [] };
