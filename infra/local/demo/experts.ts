import { personOf, staff, type DemonstrationOrganisation, type ExpertField } from './staff.ts';

/** All invented. Measures art. 7 and requirements §4 draw the pool from departments, education and research, social organisations, enterprises. */
const employers = {
  lawSchool: { zh: '江淮大学法学院（演示）', en: 'Jianghuai University School of Law (demonstration)' },
  lawFirm: { zh: '海陵正衡律师事务所（演示）', en: 'Hailing Zhengheng Law Firm (demonstration)' },
  computing: { zh: '江淮大学计算机学院（演示）', en: 'Jianghuai University School of Computing (demonstration)' },
  securitySociety: { zh: '苏中信息安全学会（演示）', en: 'Central Jiangsu Information Security Society (demonstration)' },
  medical: { zh: '苏中医药职业学院（演示）', en: 'Central Jiangsu Medical College (demonstration)' },
  logistics: { zh: '苏中物流协会（演示）', en: 'Central Jiangsu Logistics Association (demonstration)' },
  economics: { zh: '江淮大学经济学院（演示）', en: 'Jianghuai University School of Economics (demonstration)' },
  statistics: { zh: '苏中统计学会（演示）', en: 'Central Jiangsu Statistical Society (demonstration)' },
  industry: { zh: '长江智造研究院有限公司（演示）', en: 'Changjiang Manufacturing Institute (demonstration)' },
} as const;

/** Thirty, the smallest pool that requirements §4 draws from; six for each seat, so that recusals can be replaced. */
const pool: readonly (readonly [ExpertField, keyof typeof employers, readonly string[]])[] = [
  ['law', 'lawSchool', ['kong-lingyi 孔令仪', 'shu-wen 舒文', 'you-li 尤礼']],
  ['law', 'lawFirm', ['zhan-wei 詹伟', 'pu-cheng 浦诚', 'min-jie 闵洁']],
  ['privacy', 'lawSchool', ['yao-siyuan 姚思源', 'du-ruoxi 杜若溪']],
  ['privacy', 'lawFirm', ['lian-qing 连晴', 'ju-ping 居平']],
  ['privacy', 'computing', ['niu-jianguo 牛建国', 'hu-yichen 胡亦辰']],
  ['security', 'computing', ['mu-qing 穆青', 'che-lin 车林', 'rao-zhi 饶智']],
  ['security', 'securitySociety', ['sang-yu 桑榆', 'qu-feng 屈峰', 'ai-min 艾敏']],
  ['sector', 'medical', ['hua-jing 花静', 'tu-shan 涂山']],
  ['sector', 'logistics', ['che-hang 车航', 'luo-yang 骆洋']],
  ['sector', 'industry', ['tie-gang 铁钢', 'chuan-lin 川林']],
  ['economics', 'economics', ['jin-rong 靳榕', 'pei-heng 裴衡', 'bian-ji 卞绩']],
  ['economics', 'statistics', ['shu-liang 束量', 'ping-jun 平钧', 'chang-tai 常泰']],
];

/** The data expert committee (Measures art. 7) with its secretaries. */
export const committee: DemonstrationOrganisation = {
  id: 'committee',
  type: 'EXPERT_COMMITTEE',
  region: '3212',
  name: { zh: '泰州市数据专家委员会', en: 'Taizhou Data Expert Committee' },
  creditCode: '19321200PDY0001169',
  people: [
    ...staff({
      'org.admin': ['zhuang-yan 庄严', 'ling-xiao 凌霄'],
      'committee.secretary': ['mi-shu 米舒', 'ji-lu 纪璐'],
    }),
    ...pool.flatMap(([field, at, lines]) =>
      lines.map((line) => ({ ...personOf(line, 'expert'), expertise: { field, employer: employers[at] } })),
    ),
  ],
};
