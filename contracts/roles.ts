import * as z from 'zod';

type Label = { readonly zh: string; readonly en: string };

/** The kinds of party. The public bodies follow the Measures art. 3; operator, venue, buyer and third party GB/T 37932-2025. */
export const organisationTypes = {
  DATA_AUTHORITY: { zh: '数据主管部门', en: 'Data authority' },
  GRANTING_BODY: { zh: '授权主体', en: 'Granting body' },
  IMPLEMENTING_INSTITUTION: { zh: '实施机构', en: 'Implementing institution' },
  CYBERSPACE: { zh: '网信部门', en: 'Cyberspace administration' },
  PUBLIC_SECURITY: { zh: '公安机关', en: 'Public security organ' },
  STATE_SECURITY: { zh: '国家安全机关', en: 'State security organ' },
  ADMIN_ORGAN: { zh: '行政机关', en: 'Administrative organ' },
  STATE_ORGAN_OTHER: { zh: '其他国家机关', en: 'Other state organ' },
  AUTHORISED_ORG: { zh: '法律、法规授权组织', en: 'Organisation authorised by law' },
  PUBLIC_INSTITUTION: { zh: '事业单位', en: 'Public institution' },
  PUBLIC_UTILITY_ENTERPRISE: { zh: '公用企业', en: 'Public utility enterprise' },
  STATIONED_UNIT: { zh: '驻泰单位', en: 'Unit stationed in the city' },
  OPERATOR: { zh: '授权运营机构', en: 'Authorised operator' },
  EXPERT_COMMITTEE: { zh: '数据专家委员会', en: 'Data expert committee' },
  TRADING_VENUE: { zh: '数据交易中心', en: 'Data trading centre' },
  BUYER: { zh: '数据需方', en: 'Buyer' },
  THIRD_PARTY: { zh: '第三方专业服务机构', en: 'Third-party professional service body' },
  AUDITOR: { zh: '审计机构', en: 'Auditor' },
  PLATFORM: { zh: '平台运维单位', en: 'Platform maintainer' },
} as const satisfies Record<string, Label>;
export type OrganisationType = keyof typeof organisationTypes;
export const OrganisationType = z.enum(Object.keys(organisationTypes) as OrganisationType[]);

/** On whose order something in the market stands still. */
export const Stopper = z.enum(['VENUE', 'AUTHORITY', 'CYBERSPACE']);
export type Stopper = z.infer<typeof Stopper>;

/** What a member of an organisation may be appointed to. An organisation gives only the roles that `rolesOf` its type. */
export const roles = {
  'org.admin': { zh: '单位管理员', en: 'Organisation administrator' },
  'source.steward': { zh: '数据管理员', en: 'Data steward' },
  'source.cdo': { zh: '首席数据官', en: 'Chief data officer' },
  'authority.case': { zh: '数据主管部门承办人', en: 'Data authority case officer' },
  'authority.lead': { zh: '数据主管部门负责人', en: 'Data authority lead' },
  'granting.officer': { zh: '授权主体经办人', en: 'Granting body officer' },
  'implementing.officer': { zh: '实施机构经办人', en: 'Implementing institution officer' },
  'cyberspace.officer': { zh: '网信部门经办人', en: 'Cyberspace officer' },
  'police.officer': { zh: '公安机关经办人', en: 'Public security officer' },
  'security.officer': { zh: '国家安全机关经办人', en: 'State security officer' },
  'operator.agent': { zh: '运营机构经办人', en: 'Operator agent' },
  'operator.signatory': { zh: '运营机构签署人', en: 'Operator signatory' },
  expert: { zh: '专家委员', en: 'Expert' },
  'committee.secretary': { zh: '专家委员会秘书', en: 'Committee secretary' },
  'venue.reviewer': { zh: '交易中心审核员', en: 'Venue reviewer' },
  'venue.lead': { zh: '交易中心负责人', en: 'Venue lead' },
  'venue.cashier': { zh: '交易中心出纳', en: 'Venue cashier' },
  'buyer.agent': { zh: '需方经办人', en: 'Buyer agent' },
  'buyer.signatory': { zh: '需方签署人', en: 'Buyer signatory' },
  'thirdparty.assessor': { zh: '第三方评估师', en: 'Third-party assessor' },
  auditor: { zh: '审计员', en: 'Auditor' },
  sre: { zh: '平台运维工程师', en: 'Site reliability engineer' },
} as const satisfies Record<string, Label>;
export type Role = keyof typeof roles;
export const Role = z.enum(Object.keys(roles) as Role[]);

const source = ['org.admin', 'source.steward', 'source.cdo'] as const;

/** The roles that an organisation of each type may give to its members. Requirements §5: one type never holds both sides of a check. */
export const rolesOf: Readonly<Record<OrganisationType, readonly Role[]>> = {
  DATA_AUTHORITY: ['org.admin', 'authority.case', 'authority.lead'],
  GRANTING_BODY: ['org.admin', 'granting.officer'],
  IMPLEMENTING_INSTITUTION: ['org.admin', 'implementing.officer'],
  CYBERSPACE: ['org.admin', 'cyberspace.officer'],
  PUBLIC_SECURITY: ['org.admin', 'police.officer'],
  STATE_SECURITY: ['org.admin', 'security.officer'],
  ADMIN_ORGAN: source,
  STATE_ORGAN_OTHER: source,
  AUTHORISED_ORG: source,
  PUBLIC_INSTITUTION: source,
  PUBLIC_UTILITY_ENTERPRISE: source,
  STATIONED_UNIT: source,
  OPERATOR: ['org.admin', 'operator.agent', 'operator.signatory'],
  EXPERT_COMMITTEE: ['org.admin', 'expert', 'committee.secretary'],
  TRADING_VENUE: ['org.admin', 'venue.reviewer', 'venue.lead', 'venue.cashier'],
  BUYER: ['org.admin', 'buyer.agent', 'buyer.signatory'],
  THIRD_PARTY: ['org.admin', 'thirdparty.assessor'],
  AUDITOR: ['org.admin', 'auditor'],
  PLATFORM: ['org.admin', 'sre'],
};

/** GB/T 2260 codes of the city and its districts and county-level cities. */
export const regions = {
  '3212': { zh: '泰州市', en: 'Taizhou' },
  '321202': { zh: '海陵区', en: 'Hailing' },
  '321203': { zh: '高港区', en: 'Gaogang' },
  '321204': { zh: '姜堰区', en: 'Jiangyan' },
  '321281': { zh: '兴化市', en: 'Xinghua' },
  '321282': { zh: '靖江市', en: 'Jingjiang' },
  '321283': { zh: '泰兴市', en: 'Taixing' },
} as const satisfies Record<string, Label>;
export type Region = keyof typeof regions;
export const Region = z.enum(Object.keys(regions) as Region[]);
