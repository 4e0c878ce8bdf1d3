import { httpHandler } from '../../shared/edge/http.ts';
import { disclosure } from './index.ts';

export const handler = httpHandler(disclosure);
