import { httpHandler } from '../../shared/edge/http.ts';
import { trade } from './index.ts';

export const handler = httpHandler(trade);
