import { httpHandler } from '../../shared/edge/http.ts';
import { settlement } from './index.ts';

export const handler = httpHandler(settlement);
