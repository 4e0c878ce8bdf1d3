import { httpHandler } from '../../shared/edge/http.ts';
import { contract } from './index.ts';

export const handler = httpHandler(contract);
