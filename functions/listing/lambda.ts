import { httpHandler } from '../../shared/edge/http.ts';
import { listing } from './index.ts';

export const handler = httpHandler(listing);
