import type { Route } from '../../shared/edge/context.ts';
import { browsingRoutes } from './browsing.ts';
import { openingsRoute } from './openings.ts';
import { ledgerRoutes } from './receipts.ts';

export const routes: readonly Route[] = [...ledgerRoutes, openingsRoute, ...browsingRoutes];
