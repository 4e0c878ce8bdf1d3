import { httpHandler } from '../../shared/edge/http.ts';
import { catalogue } from './index.ts';

export const handler = httpHandler(catalogue);
