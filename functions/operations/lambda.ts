import { httpHandler } from '../../shared/edge/http.ts';
import { operations } from './index.ts';

export const handler = httpHandler(operations);
