import { httpHandler } from '../../shared/edge/http.ts';
import { authorisation } from './index.ts';

export const handler = httpHandler(authorisation);
