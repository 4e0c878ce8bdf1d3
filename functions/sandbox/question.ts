import { blockOf } from '../../contracts/delivery.ts';
import type { Query } from '../../contracts/query.ts';
import type { Creating, Verdict } from '../../shared/kernel/process.ts';
import { bind } from './template-arguments.ts';

type Created = Creating<typeof Query, 'entitlement' | 'template' | 'accessKey'>;
/** A key of the data service asks under its own contract, by its own template. For any other it is not there. */
export const byItsKey = ({ input: { service, entitlement, template }, refs }: Pick<Created, 'input' | 'refs'>): Verdict => {
  const [key] = refs.accessKey;
  return !service || (key?.data.entitlement === entitlement && key.data.template === template)
    ? undefined
    : { code: 'reference_not_found', about: { reference: 'accessKey' } };
};
/** The allowance that a question takes from: its contract's, or the block that its key has leased of that. */
export const quotaOf = ({ input, refs: { accessKey: keys } }: Pick<Created, 'input' | 'refs'>): string => {
  const [key] = input.service ? keys : [];
  return key ? blockOf(key.id, key.data.block) : `queries#${input.entitlement}`;
};

type Asking = Pick<Creating<typeof Query, 'entitlement' | 'template'>, 'input' | 'refs'>;

/** What is asked: the buyer's own text, or what a template of this product says with their arguments; exactly one of the two. */
const questionOf = ({ input, refs: { entitlement, template: templates } }: Asking) => {
  const { sql, template: named, arguments: given = [] } = input;
  const [template] = templates;
  if ((sql === undefined) === (named === undefined) || (named === undefined && input.arguments))
    return { refused: 'question_required' } as const;
  if (sql !== undefined) return { sql };
  // A template of another product is not there for this contract.
  if (!template || template.data.product !== entitlement.data.product)
    return { refused: { code: 'reference_not_found', about: { reference: 'template' } } } as const;
  const bound = bind(template.data, given);
  return 'refused' in bound ? bound : { ...bound, template: template.id, templateVersion: template.version, arguments: given };
};

/** Why a question cannot be asked as it was put. */
export const questionFault = (asking: Asking): Verdict => {
  const question = questionOf(asking);
  return 'refused' in question ? question.refused : undefined;
};

/** The question that `questionFault` found nothing wrong with. @throws RangeError for another */
export const question = (asking: Asking) => {
  const asked = questionOf(asking);
  if ('refused' in asked) throw new RangeError('a question that was not checked');
  return asked;
};
