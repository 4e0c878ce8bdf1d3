import type { Terms_ } from './rules.ts';

const yuan = (fen: number): string => (fen / 100).toFixed(2);

/** Nothing where calls of the data service cost nothing: what was signed without them reads as it did. */
const calls = ({ callPriceFen = 0 }: Terms_): { readonly zh: string; readonly en: string } =>
  callPriceFen === 0
    ? { zh: '', en: '' }
    : {
        zh: `经数据服务接口调用的，每放行一次另计人民币 ${yuan(callPriceFen)} 元，按月出账。`,
        en: ` Each released call of the data service costs CNY ${yuan(callPriceFen)} besides, billed by the month.`,
      };

/** The contract as people read it, rendered from its terms: the same terms always give the same text. Fingerprints: 发改数据〔2025〕18号. */
export const textOf = (terms: Terms_, digest: string): { readonly zh: string; readonly en: string } => ({
  zh: [
    '数据提供合同',
    `一、产品：${terms.title.zh}（${terms.product}），分析规则第 ${terms.ruleVersion} 版。`,
    `二、提供方：${terms.seller}；需方：${terms.buyer}；订单：${terms.order}。`,
    `三、价款：人民币 ${yuan(terms.priceFen)} 元，经数据交易中心收付。${calls(terms).zh}`,
    `四、用途：${terms.purpose}。许可用途：${terms.licence.permittedPurpose}；使用者：${terms.licence.users}。`,
    `五、期限：签署后 ${terms.licence.termDays} 日；查询上限 ${terms.licence.queries} 次；每格不少于 ${terms.minEntities} 个主体。`,
    '六、原始数据不出域；禁止重识别；禁止转让或转供第三方；衍生结果归需方。',
    '经审核出域的文件带有需方专属指纹（数值末位至多增减一个单位，且不超过该数值的千分之一），用于泄露溯源；需方知悉并不得清除。',
    `七、验收：交付后 ${terms.inspectionWorkingDays} 个工作日内提出异议，逾期视为符合约定，隐蔽瑕疵除外。`,
    '八、验收前授权链条中断的，全额退款。授权撤销后，使用权自下一次请求起停止。',
    `九、适用中华人民共和国法律。文本摘要：${digest}。`,
  ].join('\n'),
  en: [
    'Data provision contract',
    `1. Product: ${terms.title.en} (${terms.product}), analysis rule version ${terms.ruleVersion}.`,
    `2. Seller: ${terms.seller}; buyer: ${terms.buyer}; order: ${terms.order}.`,
    `3. Price: CNY ${yuan(terms.priceFen)}, received and paid through the trading venue.${calls(terms).en}`,
    `4. Purpose: ${terms.purpose}. Permitted: ${terms.licence.permittedPurpose}; users: ${terms.licence.users}.`,
    `5. Term: ${terms.licence.termDays} days from signature; at most ${terms.licence.queries} queries; at least ${terms.minEntities} entities in each cell.`,
    '6. Raw data stay in the domain; re-identification and onward transfer are forbidden; derived results belong to the buyer.',
    'A file let out after review carries a fingerprint of its buyer (a number moves by at most one unit of its last place, and at most a thousandth of itself), by which a leak is traced; the buyer knows of it and may not remove it.',
    `7. Inspection: objections within ${terms.inspectionWorkingDays} working days of delivery; otherwise conforming, hidden defects excepted.`,
    '8. Full refund where the authority chain ends before acceptance. After a revocation, use stops at the next request.',
    `9. Law of the People’s Republic of China. Digest of the text: ${digest}.`,
  ].join('\n'),
});
