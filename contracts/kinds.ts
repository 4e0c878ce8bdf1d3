/** What everyone who follows a reference to a record must know of its kind, without its schemas: those are slow to build and only its own context needs them. */
export type Kind = {
  readonly kind: string;
  /** Its name in URLs. */
  readonly plural: string;
  readonly title: readonly [zh: string, en: string];
  /** Raised together with an upcaster; fixtures of every past schema must still load. */
  readonly schema: number;
  /** Statuses that hold up what is built on a record. */
  readonly live: readonly string[];
  /** From schema n to n + 1, at the key n. */
  readonly upcasts?: Readonly<Record<number, (old: Shape) => Shape>>;
};
export type Shape = { readonly status: string; readonly data: Readonly<Record<string, unknown>> };

/** Schema 1 knew no inspection, and a file in one part: what was not loaded by then is deposited again. */
const uninspected = ({ status, data }: Shape): Shape => {
  if (status === 'requested') return { status, data };
  const whole = { ...data, parts: 1, stated: {} };
  const waits = status === 'deposited' || status === 'checked' || status === 'loading';
  return waits ? { status: 'refused', data: { ...whole, fault: { code: 'inspection_missing' } } } : { status, data: whole };
};

export const kinds = {
  organisation: {
    kind: 'organisation',
    plural: 'organisations',
    title: ['组织', 'Organisation'],
    schema: 2,
    live: ['verified'],
    // Schema 1 knew one name, in Chinese.
    upcasts: { 1: (old: Shape) => ({ ...old, data: { ...old.data, name: { zh: old.data['name'], en: old.data['name'] } } }) },
  },
  membership: {
    kind: 'membership',
    plural: 'memberships',
    title: ['成员', 'Membership'],
    schema: 1,
    live: ['active', 'changing'],
  },
  resource: {
    kind: 'resource',
    plural: 'resources',
    title: ['数据资源', 'Data resource'],
    schema: 1,
    live: ['published', 'changePending'],
  },
  secretStub: {
    kind: 'secretStub',
    plural: 'secret-stubs',
    title: ['涉密拒录存根', 'Secrecy stub'],
    schema: 1,
    live: [],
  },
  agreement: {
    kind: 'agreement',
    plural: 'agreements',
    title: ['授权运营协议', 'Operation agreement'],
    schema: 1,
    live: ['active'],
  },
  grant: {
    kind: 'grant',
    plural: 'grants',
    title: ['数据授权', 'Grant'],
    schema: 1,
    live: ['active'],
  },
  scenario: {
    kind: 'scenario',
    plural: 'scenarios',
    title: ['应用场景', 'Application scenario'],
    schema: 1,
    live: ['approved'],
  },
  assessment: {
    kind: 'assessment',
    plural: 'assessments',
    title: ['场景评估', 'Scenario assessment'],
    schema: 1,
    live: ['decided'],
  },
  sheet: {
    kind: 'sheet',
    plural: 'sheets',
    title: ['专家评分表', 'Score sheet'],
    schema: 1,
    live: ['sealed', 'opened'],
  },
  dataset: {
    kind: 'dataset',
    plural: 'datasets',
    title: ['沙箱数据集', 'Sandbox dataset'],
    schema: 2,
    live: ['loaded'],
    upcasts: { 1: uninspected },
  },
  job: {
    kind: 'job',
    plural: 'jobs',
    title: ['任务', 'Job'],
    schema: 1,
    live: ['queued', 'running'],
  },
  product: {
    kind: 'product',
    plural: 'products',
    title: ['数据产品', 'Data product'],
    schema: 1,
    live: ['approved'],
  },
  listing: {
    kind: 'listing',
    plural: 'listings',
    title: ['挂牌', 'Listing'],
    schema: 1,
    live: ['listed'],
  },
  order: {
    kind: 'order',
    plural: 'orders',
    title: ['订单', 'Order'],
    schema: 1,
    live: ['placed', 'contracted', 'paid', 'delivering', 'accepted', 'settled'],
  },
  contract: {
    kind: 'contract',
    plural: 'contracts',
    title: ['数据提供合同', 'Data provision contract'],
    schema: 1,
    live: ['signed'],
  },
  entitlement: {
    kind: 'entitlement',
    plural: 'entitlements',
    title: ['使用权', 'Entitlement'],
    schema: 1,
    live: ['active'],
  },
  derivation: {
    kind: 'derivation',
    plural: 'derivations',
    title: ['数据加工', 'Derivation'],
    schema: 1,
    live: ['ready'],
  },
  template: {
    kind: 'template',
    plural: 'templates',
    title: ['分析模板', 'Analysis template'],
    schema: 1,
    live: ['approved'],
  },
  accessKey: {
    kind: 'accessKey',
    plural: 'access-keys',
    title: ['数据服务密钥', 'Access key'],
    schema: 1,
    live: ['active'],
  },
  usageBill: {
    kind: 'usageBill',
    plural: 'usage-bills',
    title: ['数据服务账单', 'Usage bill'],
    schema: 1,
    live: ['metering', 'issued', 'paid'],
  },
  joinList: {
    kind: 'joinList',
    plural: 'join-lists',
    title: ['连接名单', 'Join list'],
    schema: 1,
    live: ['ready'],
  },
  query: {
    kind: 'query',
    plural: 'queries',
    title: ['受控查询', 'Governed query'],
    schema: 1,
    live: ['released'],
  },
  exportRequest: {
    kind: 'exportRequest',
    plural: 'export-requests',
    title: ['出域申请', 'Export request'],
    schema: 1,
    live: ['reviewing', 'approved', 'delivered'],
  },
  exportReview: {
    kind: 'exportReview',
    plural: 'export-reviews',
    title: ['出域审核意见', 'Export review'],
    schema: 1,
    live: ['sealed', 'opened'],
  },
  calendar: {
    kind: 'calendar',
    plural: 'calendars',
    title: ['工作日历', 'Working calendar'],
    schema: 1,
    live: ['adopted'],
  },
  erasure: {
    kind: 'erasure',
    plural: 'erasures',
    title: ['承诺字段删除申请', 'Erasure request'],
    schema: 1,
    live: ['approved', 'erased'],
  },
  disclosureDuty: {
    kind: 'disclosureDuty',
    plural: 'disclosure-duties',
    title: ['信息披露义务', 'Disclosure duty'],
    schema: 1,
    live: ['active', 'closing'],
  },
  disclosureRecord: {
    kind: 'disclosureRecord',
    plural: 'disclosure-records',
    title: ['信息披露', 'Disclosure record'],
    schema: 1,
    live: ['published', 'superseded'], // a correction stands beside what it corrects
  },
} as const satisfies Record<string, Kind>;
