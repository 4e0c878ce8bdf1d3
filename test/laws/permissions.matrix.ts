import type { Kind } from '../../contracts/index.ts';
import type { Who } from '../support/people.ts';
import {
  theCase,
  theLead,
  authority,
  anyCase,
  source,
  operator,
  anyOperatorAgent,
  buyer,
  anyBuyerAgent,
  reaction,
  clock,
  worker,
  signedIn,
} from './permissions.cast.ts';
import { disclosures } from './permissions.disclosure.ts';
import { exports } from './permissions.export.ts';
import { services } from './permissions.template.ts';

/** Who may take an action, and in which states: in every other state they are told so; everyone else is refused in every state. */
type May = { readonly in: readonly string[]; readonly by: readonly Who[] };
export type Section = {
  readonly kind: Kind;
  /** Whose record it is, where the kind alone does not say. */
  readonly owner?: string;
  readonly party?: string;
  /** What it holds, where seats depend on that. */
  readonly data?: object;
  readonly create: readonly Who[];
  /** See the record in every state; system actors do too. */
  readonly see: readonly Who[];
  /** States in which everyone sees it, visitors included. */
  readonly open: readonly string[];
  readonly may: Readonly<Record<string, May>>;
};

/**
 * The permission matrix, written by hand from requirements §5 and never derived from the tables: M makes, A approves, S signs, X executes.
 * A comment stands where the tables depart from a cell of §5, with the reason.
 */
export const matrix: readonly Section[] = [
  {
    // §5 has no row: a party applies, the authority verifies (DSL art. 33 asks the intermediary to verify both parties).
    kind: 'organisation',
    create: [...signedIn, 'system bootstrap'],
    see: [...source, 'applicant', ...authority, 'auditor'],
    open: ['verified'],
    may: {
      resubmit: { in: ['rejected'], by: ['applicant'] },
      verify: { in: ['applied'], by: theLead },
      found: { in: ['applied'], by: ['system bootstrap'] },
      reject: { in: ['applied'], by: theLead },
      suspend: { in: ['verified'], by: theLead },
      reinstate: { in: ['suspended'], by: authority },
      overdue: { in: ['applied'], by: clock },
    },
  },
  {
    // Hard rule (2), privilege grant: one administrator proposes, another confirms.
    kind: 'membership',
    create: ['admin', 'other admin', 'system bootstrap', 'system reaction'],
    see: [...source, 'appointee', 'auditor'],
    open: [],
    may: {
      admit: { in: ['proposed'], by: reaction },
      confirm: { in: ['proposed'], by: ['admin'] },
      decline: { in: ['proposed'], by: ['admin'] },
      propose: { in: ['active'], by: ['admin'] },
      confirmChange: { in: ['changing'], by: ['admin'] },
      declineChange: { in: ['changing'], by: ['admin'] },
      end: { in: ['proposed', 'active', 'changing'], by: ['admin'] },
      renew: { in: ['ended'], by: ['admin'] },
    },
  },
  {
    // Catalogue entry: source M + A (steward, CDO), case checks. The lead's legal override (A) is not built: art. 14 is enforced by rule.
    kind: 'resource',
    create: ['steward', 'other steward'],
    // §5 gives CAC nothing here and the implementing institution no column: both list what an agreement or a scenario may cover.
    see: [...source, ...authority, 'auditor', 'cyberspace', 'implementing'],
    open: ['published', 'changePending'],
    may: {
      edit: { in: ['draft'], by: ['steward'] },
      submit: { in: ['draft'], by: ['steward'] },
      check: { in: ['submitted'], by: theCase },
      return: { in: ['submitted'], by: theCase },
      publish: { in: ['checked'], by: ['cdo'] },
      change: { in: ['published'], by: ['steward'] },
      approveChange: { in: ['changePending'], by: ['cdo'] },
      dropChange: { in: ['changePending'], by: ['cdo'] },
      retire: { in: ['published', 'checked', 'draft'], by: ['cdo'] },
      overdue: { in: ['submitted'], by: clock },
    },
  },
  { kind: 'secretStub', create: reaction, see: [...source, ...theLead, 'auditor'], open: [], may: {} },
  {
    // Plan and agreement: case M, lead A with the granting body, operator S; the implementing institution organises and signs (实施规范 arts. 3, 13).
    // CAC's S, the source's S (it consents to each grant) and the third party's legal S are not on the agreement itself.
    kind: 'agreement',
    create: [...anyCase, 'implementing', 'implementing of another district'],
    see: [...authority, ...operator, 'implementing', 'grantor', 'cyberspace', 'auditor'],
    open: ['active', 'suspended'],
    may: {
      sign: { in: ['draft'], by: ['operator signatory', 'implementing'] },
      withdraw: { in: ['draft', 'signed'], by: ['implementing', ...theCase] },
      activate: { in: ['signed'], by: ['grantor', ...theLead] },
      suspend: { in: ['active'], by: theLead },
      resume: { in: ['suspended'], by: authority },
      terminate: { in: ['active', 'suspended'], by: ['grantor', ...theLead] },
      expire: { in: ['active', 'suspended'], by: clock },
    },
  },
  {
    // The source's S on its data. Halt: the lead; the source may only request one (no action for it yet).
    kind: 'grant',
    create: reaction,
    see: [...source, ...operator, ...authority, 'implementing', 'grantor', 'cyberspace', 'auditor'],
    open: ['active', 'suspended', 'revoked'],
    may: {
      consent: { in: ['offered'], by: ['cdo'] },
      decline: { in: ['offered'], by: ['cdo'] },
      suspend: { in: ['active'], by: theLead },
      resume: { in: ['suspended'], by: authority },
      revoke: { in: ['offered', 'active', 'suspended'], by: theLead },
      expire: { in: ['offered', 'active', 'suspended'], by: clock },
    },
  },
  {
    // Scenario file: operator M. The decision is taken on the assessment and carried here. Police and state security co-decide only in the cases
    // of art. 19 (P): not built.
    kind: 'scenario',
    create: anyOperatorAgent,
    see: [...operator, ...authority, 'cyberspace', 'secretary', 'auditor'],
    open: [],
    may: {
      edit: { in: ['draft'], by: ['operator agent'] },
      file: { in: ['draft', 'rectifying'], by: ['operator agent'] },
      withdraw: { in: ['draft', 'filed', 'rectifying'], by: ['operator agent'] },
      approve: { in: ['filed'], by: reaction },
      condition: { in: ['filed'], by: reaction },
      rectify: { in: ['filed'], by: reaction },
      reject: { in: ['filed'], by: reaction },
      closeCondition: { in: ['conditioned'], by: authority },
      closeSubsequent: { in: ['approved'], by: authority },
      satisfy: { in: ['conditioned'], by: reaction },
      suspend: { in: ['approved'], by: [...theLead, 'cyberspace'] },
      resume: { in: ['suspended'], by: authority },
      overdue: { in: ['filed'], by: clock },
      lapse: { in: ['rectifying'], by: clock },
      expire: { in: ['approved', 'conditioned', 'suspended'], by: clock },
    },
  },
  {
    // Expert panel: secretary M, lead A. Decision: lead A with CAC S.
    kind: 'assessment',
    create: reaction,
    see: ['secretary', ...authority, 'cyberspace', 'auditor'],
    open: [],
    may: {
      proposePanel: { in: ['awaitingPanel'], by: ['secretary'] },
      returnPanel: { in: ['panelProposed'], by: theLead },
      confirmPanel: { in: ['panelProposed'], by: theLead },
      dissolvePanel: { in: ['scoring'], by: ['secretary', ...theLead] },
      open: { in: ['scoring'], by: reaction },
      approve: { in: ['opened'], by: [...theLead, 'cyberspace'] },
      approveWithConditions: { in: ['opened'], by: [...theLead, 'cyberspace'] },
      rectify: { in: ['opened'], by: [...theLead, 'cyberspace'] },
      reject: { in: ['opened'], by: [...theLead, 'cyberspace'] },
      overdue: { in: ['scoring'], by: clock },
    },
  },
  {
    // An expert scores their own sheet, and no other.
    kind: 'sheet',
    create: reaction,
    see: ['expert', 'secretary', ...authority, 'cyberspace', 'auditor'],
    open: [],
    may: {
      declare: { in: ['awaited'], by: ['expert'] },
      recuse: { in: ['awaited', 'declared'], by: ['expert'] },
      seal: { in: ['declared'], by: ['expert'] },
      open: { in: ['sealed'], by: reaction },
      overdue: { in: ['awaited', 'declared'], by: clock },
    },
  },
  {
    // Sandbox data load: operator requests, source A (its CDO; its steward deposits), case M, lead A, SRE sees without content.
    kind: 'dataset',
    create: anyOperatorAgent,
    see: [...operator, ...source, ...authority, 'cyberspace', 'auditor', 'sre'],
    open: [],
    may: {
      deposit: { in: ['requested', 'refused'], by: ['steward'] },
      inspect: { in: ['deposited'], by: worker },
      correct: { in: ['inspected'], by: ['steward'] },
      check: { in: ['inspected'], by: theCase },
      return: { in: ['deposited', 'inspected', 'checked'], by: theCase },
      approve: { in: ['checked'], by: ['cdo', ...theLead] },
      load: { in: ['loading'], by: worker },
      refuse: { in: ['deposited', 'loading'], by: worker },
      // §5, halt or seal: the authority decides, the cyberspace office orders; the source answers for its data (Measures art. 19).
      seal: { in: ['loaded'], by: [...theLead, 'cyberspace', 'cdo'] },
      unseal: { in: ['sealed'], by: authority },
    },
  },
  {
    // As the load of a dataset: operator requests, case M, lead A. It halts as a product does, and its end takes operator and case.
    kind: 'derivation',
    create: anyOperatorAgent,
    see: [...operator, ...authority, 'cyberspace', 'auditor'],
    open: [],
    may: {
      edit: { in: ['draft'], by: ['operator agent'] },
      submit: { in: ['draft'], by: ['operator agent'] },
      rehearse: { in: ['submitted'], by: worker },
      return: { in: ['submitted', 'rehearsed'], by: theCase },
      approve: { in: ['rehearsed'], by: authority },
      derive: { in: ['deriving'], by: worker },
      refuse: { in: ['submitted', 'deriving'], by: worker },
      seal: { in: ['ready'], by: [...theLead, 'cyberspace', 'operator signatory'] },
      unseal: { in: ['sealed'], by: authority },
      retire: { in: ['draft', 'ready', 'sealed'], by: ['operator agent', ...theCase] },
    },
  },
  {
    // Of a dataset: its source, whose steward deposited the file, sees and may stop the work on it.
    kind: 'job',
    create: reaction,
    see: [...operator, ...source, ...theLead, 'auditor', 'sre'],
    open: [],
    may: {
      start: { in: ['queued'], by: worker },
      progress: { in: ['running'], by: worker },
      finish: { in: ['running'], by: worker },
      fail: { in: ['running'], by: worker },
      cancel: { in: ['queued', 'running'], by: ['operator agent', 'steward', ...theLead] },
      requeue: { in: ['queued', 'running'], by: clock },
    },
  },
  {
    kind: 'job',
    owner: 'buyer-a',
    party: 'nobody',
    create: reaction,
    see: [...buyer, ...theLead, 'auditor', 'sre'],
    open: [],
    may: {
      start: { in: ['queued'], by: worker },
      progress: { in: ['running'], by: worker },
      finish: { in: ['running'], by: worker },
      fail: { in: ['running'], by: worker },
      cancel: { in: ['queued', 'running'], by: ['buyer agent', ...theLead] },
      requeue: { in: ['queued', 'running'], by: clock },
    },
  },
  {
    // Registration, price: operator M, case M and lead A sign the ceiling. Halt: lead A, CAC orders, the operator X.
    kind: 'product',
    create: anyOperatorAgent,
    see: [...operator, ...authority, 'cyberspace', 'venue reviewer', 'venue lead', 'auditor'],
    open: ['approved', 'suspended'],
    may: {
      edit: { in: ['draft'], by: ['operator agent'] },
      submit: { in: ['draft'], by: ['operator agent'] },
      return: { in: ['submitted'], by: theCase },
      approve: { in: ['submitted'], by: authority },
      suspend: { in: ['approved'], by: [...theLead, 'cyberspace', 'operator signatory'] },
      resume: { in: ['suspended'], by: authority },
      retire: { in: ['draft', 'approved', 'suspended'], by: ['operator agent', ...theCase] },
      overdue: { in: ['submitted'], by: clock },
    },
  },
  {
    // Listing: operator M, the venue reviews and approves, lead and CAC halt. The buyer reads what is listed; the third party's reports are not built.
    kind: 'listing',
    create: anyOperatorAgent,
    see: [...operator, 'venue reviewer', 'venue lead', ...authority, 'cyberspace', 'auditor', 'assessor'],
    open: ['listed', 'suspended', 'delisted'],
    may: {
      reprice: { in: ['draft'], by: ['operator agent'] },
      submit: { in: ['draft'], by: ['operator agent'] },
      approve: { in: ['reviewing'], by: ['venue reviewer', 'venue lead'] },
      reject: { in: ['reviewing'], by: ['venue reviewer', 'venue lead'] },
      suspend: { in: ['listed'], by: ['venue lead', ...theLead, 'cyberspace'] },
      // The side that stopped it resumes it: a guard tells which.
      resume: { in: ['suspended'], by: ['venue reviewer', 'venue lead', ...authority] },
      withdraw: { in: ['draft'], by: ['operator agent'] },
      delist: { in: ['listed', 'suspended'], by: ['operator agent', 'venue lead'] },
      overdue: { in: ['reviewing'], by: clock },
    },
  },
  {
    // §3.2: the buyer trades, the venue's cashier confirms what the bank shows, and another one pays back.
    kind: 'order',
    create: anyBuyerAgent,
    see: [...buyer, ...operator, 'venue reviewer', 'venue lead', 'venue cashier', 'auditor'],
    open: [],
    may: {
      conclude: { in: ['placed'], by: reaction },
      cancel: { in: ['placed', 'contracted'], by: ['buyer agent'] },
      drop: { in: ['placed', 'contracted'], by: reaction },
      reportPayment: { in: ['contracted'], by: ['system webhook'] },
      confirmPayment: { in: ['contracted'], by: ['venue cashier'] },
      waivePayment: { in: ['contracted'], by: reaction },
      deliver: { in: ['paid'], by: reaction },
      undeliverable: { in: ['paid', 'delivering'], by: reaction },
      accept: { in: ['delivering'], by: ['buyer agent'] },
      lapseInspection: { in: ['delivering'], by: clock },
      claimRefund: { in: ['delivering'], by: ['buyer agent'] },
      refund: { in: ['refundDue'], by: ['venue cashier'] },
      settle: { in: ['accepted'], by: reaction },
      overdue: { in: ['contracted'], by: clock },
    },
  },
  {
    // Contract: operator S, buyer S, case reads what is filed. The venue's S as broker belongs to the INTERMEDIARY type: not built.
    kind: 'contract',
    create: reaction,
    see: [...operator, ...buyer, 'venue reviewer', 'venue lead', 'venue cashier', ...theCase, 'cyberspace', 'auditor'],
    open: [],
    may: {
      sign: { in: ['drafted'], by: ['operator signatory', 'buyer signatory'] },
      decline: { in: ['drafted'], by: ['operator signatory', 'buyer signatory'] },
      terminate: { in: ['signed'], by: ['operator signatory', 'buyer signatory'] },
      expire: { in: ['signed'], by: clock },
    },
  },
  {
    // Halt: lead A, CAC orders, the venue X. The buyer may give up its right; the operator may not take back what was paid for.
    kind: 'entitlement',
    create: reaction,
    see: [...buyer, ...operator, 'venue reviewer', 'venue lead', ...authority, 'cyberspace', 'auditor'],
    open: [],
    may: {
      suspend: { in: ['active'], by: ['venue lead', ...theLead, 'cyberspace'] },
      // The side that stopped it resumes it: a guard tells which.
      resume: { in: ['suspended'], by: ['venue reviewer', 'venue lead', ...authority] },
      revoke: { in: ['active', 'suspended'], by: ['venue lead', ...theLead, 'buyer signatory'] },
      expire: { in: ['active', 'suspended'], by: clock },
    },
  },
  {
    kind: 'query',
    create: anyBuyerAgent,
    see: [...buyer, 'auditor'],
    open: [],
    may: {
      charge: { in: ['admitted'], by: worker },
      release: { in: ['admitted'], by: worker },
      refuse: { in: ['admitted'], by: worker },
      withhold: { in: ['admitted'], by: worker },
      cancel: { in: ['admitted'], by: ['buyer agent'] },
    },
  },
  {
    // Hard rule (2), calendar change. A district may propose the State Council's notice; the city adopts it for all.
    kind: 'calendar',
    create: anyCase,
    see: ['case of the city', 'lead of the city', 'auditor', 'sre'],
    open: ['adopted'],
    may: {
      adopt: { in: ['proposed'], by: ['lead of the city'] },
      drop: { in: ['proposed'], by: ['lead of the city'] },
      renew: { in: ['dropped'], by: ['case of the city'] },
    },
  },
  {
    // Hard rule (2), destruction: whom it concerns or a case officer asks, a lead decides, the belt destroys.
    kind: 'erasure',
    create: signedIn,
    see: [...buyer, ...authority, 'auditor'],
    open: [],
    may: {
      approve: { in: ['requested'], by: theLead },
      reject: { in: ['requested'], by: theLead },
      erase: { in: ['approved'], by: reaction },
      fail: { in: ['approved'], by: reaction },
    },
  },
  ...disclosures,
  ...exports,
  ...services,
];
