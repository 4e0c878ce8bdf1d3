import * as z from 'zod';
import { Id, Reason, Text } from './fields.ts';

type Title = { readonly zh: string; readonly en: string };
type Item = Title & { readonly dimension: 'compliance' | 'security'; readonly weight: number; readonly core: boolean };

/**
 * The 14 items on which experts score a scenario (requirements §4, P; shaped by Measures art. 19, 网络数据安全管理条例 art. 31, PIPL art. 56).
 * Weights sum to 50 in each dimension. No condition mends a core item that is weak.
 */
export const rubricItems = {
  C1: { dimension: 'compliance', weight: 12, core: true, zh: '合法性基础与授权', en: 'Legal basis and authority' },
  C2: { dimension: 'compliance', weight: 8, core: false, zh: '目的限定', en: 'Purpose limitation' },
  C3: { dimension: 'compliance', weight: 8, core: false, zh: '最小必要', en: 'Minimal necessity' },
  C4: { dimension: 'compliance', weight: 10, core: true, zh: '个人信息影响', en: 'Personal information impact' },
  C5: { dimension: 'compliance', weight: 5, core: false, zh: '重要数据与核心数据', en: 'Important and core data' },
  C6: { dimension: 'compliance', weight: 4, core: false, zh: '第三方权益与公平竞争', en: 'Third-party rights and competition' },
  C7: { dimension: 'compliance', weight: 3, core: false, zh: '合同与价格', en: 'Contract and price' },
  S1: { dimension: 'security', weight: 6, core: false, zh: '分类分级', en: 'Classification and grading' },
  S2: { dimension: 'security', weight: 10, core: true, zh: '重识别风险', en: 'Re-identification' },
  S3: { dimension: 'security', weight: 10, core: true, zh: '沙箱控制措施', en: 'Sandbox controls' },
  S4: { dimension: 'security', weight: 7, core: false, zh: '汇聚关联风险', en: 'Aggregation risk' },
  S5: { dimension: 'security', weight: 6, core: false, zh: '滥用与公平', en: 'Misuse and fairness' },
  S6: { dimension: 'security', weight: 5, core: false, zh: '供应链', en: 'Supply chain' },
  S7: { dimension: 'security', weight: 6, core: false, zh: '应急准备', en: 'Incident readiness' },
} as const satisfies Record<string, Item>;
export type ItemCode = keyof typeof rubricItems;
export const itemCodes = Object.keys(rubricItems) as readonly ItemCode[];

type Veto = Title & {
  readonly curable: boolean;
  /** `expert`: an expert may raise it, and the panel votes. `office`: only a security office's written objection makes it, and needs no vote. */
  readonly by: 'expert' | 'office';
};

/** What bars any approval once confirmed (requirements §4, P). What is curable may be rectified; the rest is rejected. */
export const vetoItems = {
  V1: { curable: false, by: 'expert', zh: '涉及国家秘密、工作秘密或核心数据', en: 'State or working secret, or core data' },
  V2: { curable: false, by: 'expert', zh: '无授权、超出授权范围或授权已到期', en: 'No grant, out of its scope, or expired' },
  V3: { curable: true, by: 'expert', zh: '共享所得数据未经提供单位书面同意', en: 'Shared-in data without its provider’s written consent' },
  V4: { curable: true, by: 'expert', zh: '个人信息无处理依据且未匿名化', en: 'Personal information without basis and not anonymised' },
  V5: {
    curable: true,
    by: 'expert',
    zh: '敏感个人信息或未成年人信息缺少单独同意或监护人同意',
    en: 'Sensitive or minors’ information without separate or guardian’s consent',
  },
  V6: {
    curable: true,
    by: 'expert',
    zh: '缺少应有的个人信息保护影响评估或重要数据风险评估',
    en: 'A required personal information or important data assessment is missing',
  },
  V7: { curable: false, by: 'expert', zh: '原始数据或可识别记录离开受控环境', en: 'Raw or identified records leave the environment' },
  V8: { curable: true, by: 'expert', zh: '重识别测试未通过', en: 'Re-identification test failed' },
  V9: { curable: false, by: 'expert', zh: '数据出境缺少合法路径', en: 'Outbound transfer without a lawful path' },
  V10: {
    curable: false,
    by: 'expert',
    zh: '运营机构再开发已交付产品或排他交易',
    en: 'Operator redevelops a delivered product, or an exclusive deal',
  },
  V11: {
    curable: true,
    by: 'expert',
    zh: '无安全负责人或无等级保护证明',
    en: 'No responsible security head, or no evidence of MLPS grading',
  },
  V12: { curable: false, by: 'expert', zh: '提供虚假材料', en: 'False material' },
  V13: {
    curable: false,
    by: 'office',
    zh: '网信、公安或国家安全机关书面反对',
    en: 'Written objection of a cyberspace, public or state security office',
  },
} as const satisfies Record<string, Veto>;
export type VetoCode = keyof typeof vetoItems;
export const vetoCodes = Object.keys(vetoItems) as readonly VetoCode[];
const VetoCode = z.enum(vetoCodes);
const raisable = vetoCodes.filter((code) => vetoItems[code].by === 'expert');

const note = { note: Text.optional() };
/** 0 unlawful or absent, 1 major gap, 2 partial, 3 adequate, 4 strong; null where the item does not apply, which the chair consents to. */
const ItemScore = z.discriminatedUnion('score', [
  z.strictObject({ score: z.literal([0, 1, 4]), evidence: Id, ...note }),
  z.strictObject({ score: z.literal([2, 3]), evidence: Id.optional(), ...note }),
  z.strictObject({ score: z.null(), reason: Reason, evidence: Id.optional(), ...note }),
]);
type ItemScore = z.output<typeof ItemScore>;

export const Recommendation = z.enum(['approve', 'approveWithConditions', 'rectify', 'reject']);

const forEachItem = <Schema extends z.ZodType>(schema: Schema) =>
  z.strictObject(Object.fromEntries(itemCodes.map((code) => [code, schema])) as Record<ItemCode, Schema>);

/** One expert's opinion on a scenario. */
export const ScoreSheet = z.strictObject({
  items: forEachItem(ItemScore),
  vetoes: z
    .array(z.strictObject({ code: z.enum(raisable), reason: Reason }))
    .max(raisable.length)
    .refine((list) => new Set(list.map(({ code }) => code)).size === list.length, 'each veto is raised once'),
  recommendation: Recommendation,
  comment: Text,
});
export type ScoreSheet = z.output<typeof ScoreSheet>;

const heads = z.int().min(0).max(9);
/** Hundredths of a point: 250 is 2.5. */
const points = z.int().min(0).max(400);
const permille = z.int().min(-10_000).max(1000).nullable();

/** What the sheets of a panel come to. */
export const Tally = z.strictObject({
  sheets: heads.min(1),
  /** Null where nobody scored the item: its weight is then redistributed inside its dimension. */
  items: forEachItem(z.strictObject({ scored: heads, median: points, iqr: points, range: points }).nullable()),
  /** Hundredths of a percent point, rounded down: 8000 is 80. Never netted against each other. */
  compliance: z.int().min(0).max(10_000),
  security: z.int().min(0).max(10_000),
  votes: z.strictObject({ approve: heads, approveWithConditions: heads, rectify: heads, reject: heads }),
  raised: z.array(z.strictObject({ code: VetoCode, by: heads.min(1) })).max(vetoCodes.length),
  confirmed: z.array(VetoCode).max(vetoCodes.length),
  /** Agreement of the panel, rounded down: Gwet's AC2 and Krippendorff's alpha. Null for a panel too small to compare. */
  ac2: permille,
  alpha: permille,
  secondRoundNeeded: z.boolean(),
});
export type Tally = z.output<typeof Tally>;

export const Outcome = z.enum(['APPROVED', 'APPROVED_WITH_CONDITIONS', 'RECTIFY_RESUBMIT', 'REJECTED']);
export type Outcome = z.output<typeof Outcome>;
