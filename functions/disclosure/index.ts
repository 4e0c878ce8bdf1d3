import type { Context } from '../../shared/edge/context.ts';
import { duties } from './duties.ts';
import { duty } from './duty.process.ts';
import { erasure } from './erasure.process.ts';
import { reactions } from './reactions.ts';
import { report } from './report.process.ts';
import { routes } from './routes.ts';

export const disclosure: Context = { name: 'disclosure', processes: [erasure, duty, report], reactions: [...reactions, ...duties], routes };
