import { httpHandler } from '../../shared/edge/http.ts';
import { product } from './index.ts';

export const handler = httpHandler(product);
