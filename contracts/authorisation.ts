import * as z from 'zod';
import { Resource } from './catalogue.ts';
import { Because, Day, Id, Line, Nothing, Text } from './fields.ts';
import { kinds } from './kinds.ts';
import { Organisation } from './organisation.ts';

/** Measures art. 20; not a closed list. */
export const Sector = z.enum(['INCLUSIVE_FINANCE', 'MEDICINE_HEALTH', 'SHIPBUILDING', 'URBAN_MANAGEMENT', 'TRANSPORT', 'OTHER']);

/** The thirteen mandatory items of 公共数据资源授权运营实施规范 (发改数据规〔2025〕27号) art. 14. */
export const clauses = {
  scope: ['授权范围与资源目录', 'Scope and catalogue'],
  term: ['期限', 'Term'],
  products: ['产品清单与技术、安全审查、业务规范要求', 'Products with technical, security and business requirements'],
  platform: ['技术平台', 'Technical platform'],
  assets: ['资产权属', 'Ownership of assets'],
  disclosure: ['信息披露与不得二次开发', 'Disclosure and no redevelopment'],
  accounting: ['成本收入核算与收益分配', 'Accounting and benefit sharing'],
  security: ['数据与个人信息安全、监测与应急', 'Security, monitoring and emergency'],
  evaluation: ['效果评估、续期与退出', 'Evaluation, renewal and exit'],
  breach: ['违约责任', 'Breach'],
  disputes: ['争议解决', 'Disputes'],
  change: ['变更与终止', 'Change and termination'],
  other: ['其他', 'Other'],
} as const satisfies Record<string, readonly [zh: string, en: string]>;
const Clauses = z.strictObject(
  Object.fromEntries(Object.keys(clauses).map((key) => [key, Text])) as Record<keyof typeof clauses, typeof Text>,
);

const terms = z.strictObject({
  title: Line,
  operator: Id,
  resources: z.array(Id).min(1).max(50),
  purposes: z.array(Line).min(1).max(20),
  sectors: z.array(Sector).min(1).max(6),
  termStart: Day,
  termEnd: Day,
  clauses: Clauses,
});

export const Agreement = {
  ...kinds.agreement,
  refs: { operator: Organisation, resources: [Resource] },
  states: { draft: terms, signed: terms, active: terms, suspended: terms.extend({ reason: Text }), ended: terms.extend({ reason: Text }) },
  inputs: {
    create: terms,
    sign: Nothing,
    withdraw: Because,
    activate: Nothing,
    suspend: Because,
    resume: Nothing,
    terminate: Because,
    expire: Nothing,
  },
} as const;

const granted = z.strictObject({
  resourceName: Line,
  purposes: z.array(Line).max(20),
  sectors: z.array(Sector).max(6),
  termStart: Day,
  termEnd: Day,
});

/** The right of one operator to work with one resource. Its source consents to it; revoking it stops everything below at the next request. */
export const Grant = {
  ...kinds.grant,
  refs: { agreement: Agreement, resource: Resource },
  states: {
    offered: granted,
    active: granted,
    suspended: granted.extend({ reason: Text }),
    declined: granted.extend({ reason: Text }),
    revoked: granted.extend({ reason: Text }),
    expired: granted,
  },
  inputs: {
    create: z.strictObject({ agreement: Id, resource: Id }),
    consent: Nothing,
    decline: Because,
    suspend: Because,
    resume: Nothing,
    revoke: Because,
    expire: Nothing,
  },
} as const;
