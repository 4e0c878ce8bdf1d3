import type { Context } from '../../shared/edge/context.ts';
import { resource } from './resource.process.ts';
import { secretStub } from './secret-stub.process.ts';

export const catalogue: Context = { name: 'catalogue', processes: [resource, secretStub], reactions: [], routes: [] };
