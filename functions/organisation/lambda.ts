import { httpHandler } from '../../shared/edge/http.ts';
import { organisation } from './index.ts';

export const handler = httpHandler(organisation);
