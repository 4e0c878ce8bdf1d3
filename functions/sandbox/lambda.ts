import { httpHandler } from '../../shared/edge/http.ts';
import { sandbox } from './index.ts';

export const handler = httpHandler(sandbox);
