import type { Context } from '../../shared/edge/context.ts';
import { product as table } from './product.process.ts';

export const product: Context = { name: 'product', processes: [table], reactions: [], routes: [] };
