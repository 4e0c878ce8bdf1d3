import { Assessment, Sheet } from './assessment.ts';
import { Agreement, Grant } from './authorisation.ts';
import { Resource, SecretStub } from './catalogue.ts';
import { Contract } from './data-contract.ts';
import { AccessKey, UsageBill } from './delivery.ts';
import { Derivation } from './derivation.ts';
import { DisclosureDuty } from './duty.ts';
import { Erasure } from './erasure.ts';
import { ExportRequest, ExportReview } from './export.ts';
import { JoinList } from './join-list.ts';
import { Listing } from './listing.ts';
import { Order } from './order.ts';
import { Membership, Organisation } from './organisation.ts';
import { Product } from './product.ts';
import { Query } from './query.ts';
import { DisclosureRecord } from './report.ts';
import { Calendar } from './rulebase.ts';
import { Dataset, Job } from './sandbox.ts';
import { Scenario } from './scenario.ts';
import { Template } from './template.ts';
import { Entitlement } from './trade.ts';

/** Every kind of record there is: whoever follows a reference asks here which of its states are live. */
export const contracts = {
  organisation: Organisation,
  membership: Membership,
  resource: Resource,
  secretStub: SecretStub,
  agreement: Agreement,
  grant: Grant,
  scenario: Scenario,
  assessment: Assessment,
  sheet: Sheet,
  dataset: Dataset,
  derivation: Derivation,
  job: Job,
  product: Product,
  listing: Listing,
  order: Order,
  contract: Contract,
  entitlement: Entitlement,
  template: Template,
  accessKey: AccessKey,
  usageBill: UsageBill,
  joinList: JoinList,
  query: Query,
  exportRequest: ExportRequest,
  exportReview: ExportReview,
  calendar: Calendar,
  erasure: Erasure,
  disclosureDuty: DisclosureDuty,
  disclosureRecord: DisclosureRecord,
} as const;
export type Kind = keyof typeof contracts;
