import type { Context } from '../../shared/edge/context.ts';
import { contract as table } from './contract.process.ts';
import { reactions } from './reactions.ts';

export const contract: Context = { name: 'contract', processes: [table], reactions, routes: [] };
