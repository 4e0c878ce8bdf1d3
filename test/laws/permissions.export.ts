import { anyOperatorAgent, authority, buyer, clock, operator, reaction, source, theCase, theLead, worker } from './permissions.cast.ts';
import type { Section } from './permissions.matrix.ts';

const watching = [...authority, 'cyberspace', 'auditor'] as const;
const sealedBy = (who: Section['may'][string]['by']): Section['may'] => ({
  seal: { in: ['pending'], by: who },
  open: { in: ['sealed'], by: reaction },
  drop: { in: ['pending', 'sealed'], by: reaction },
});

/** The rows of the permission matrix about files that leave: requirements §5, Export from sandbox. Operator M; case and lead A; source A if PI. */
export const exports: readonly Section[] = [
  {
    // The buyer is the other side; venue lead and signatory may end it, as they may the trade and the product.
    kind: 'exportRequest',
    create: anyOperatorAgent,
    see: [...operator, ...buyer, ...watching, 'venue lead'],
    open: [],
    may: {
      submit: { in: ['draft'], by: ['operator agent'] },
      withdraw: { in: ['draft', 'reviewing'], by: ['operator agent'] },
      pass: { in: ['checking'], by: worker },
      refuse: { in: ['checking'], by: worker },
      read: { in: ['reviewing'], by: authority },
      judge: { in: ['reviewing'], by: reaction },
      deliver: { in: ['approved'], by: reaction },
      draw: { in: ['delivered'], by: ['buyer agent'] },
      download: { in: ['delivered'], by: ['buyer agent'] },
      revoke: { in: ['approved', 'delivered'], by: [...theLead, 'cyberspace', 'venue lead', 'operator signatory'] },
      expire: { in: ['approved', 'delivered'], by: clock },
      overdue: { in: ['reviewing'], by: clock },
    },
  },
  {
    kind: 'exportReview',
    data: { seat: 'SOURCE' },
    create: reaction,
    see: [...source, ...watching],
    open: [],
    may: sealedBy(['cdo']),
  },
  { kind: 'exportReview', owner: '', data: { seat: 'CASE' }, create: reaction, see: watching, open: [], may: sealedBy(theCase) },
  { kind: 'exportReview', owner: '', data: { seat: 'LEAD' }, create: reaction, see: watching, open: [], may: sealedBy(theLead) },
];
