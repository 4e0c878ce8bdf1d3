import { anyOperatorAgent, authority, clock, operator, theCase } from './permissions.cast.ts';
import type { Section } from './permissions.matrix.ts';

/** The matrix about templates and the data service over them. */
export const services: readonly Section[] = [
  {
    // Requirements §5 has no row: as the rule of a product, operator M; case and lead A. An end takes the operator and a case officer.
    kind: 'template',
    create: anyOperatorAgent,
    see: [...operator, ...authority, 'auditor'],
    open: ['approved'],
    may: {
      edit: { in: ['draft'], by: ['operator agent'] },
      submit: { in: ['draft'], by: ['operator agent'] },
      return: { in: ['submitted'], by: theCase },
      approve: { in: ['submitted'], by: authority },
      retire: { in: ['draft', 'approved'], by: ['operator agent', ...theCase] },
      overdue: { in: ['submitted'], by: clock },
    },
  },
];
