import { httpHandler } from '../../shared/edge/http.ts';
import { assessment } from './index.ts';

export const handler = httpHandler(assessment);
