import { httpHandler } from '../../shared/edge/http.ts';
import { delivery } from './index.ts';

export const handler = httpHandler(delivery);
