import { httpHandler } from '../../shared/edge/http.ts';
import { scenario } from './index.ts';

export const handler = httpHandler(scenario);
