import { httpHandler } from '../../shared/edge/http.ts';
import { rulebase } from './index.ts';

export const handler = httpHandler(rulebase);
