import { committee } from './experts.ts';
import { staff, type DemonstrationOrganisation } from './staff.ts';

/**
 * The organisations and people of the demonstration. Public bodies carry the names that the Measures make them play by; every person, every
 * company and every credit code is invented. The codes are valid by GB 32100-2015 but rest on PDY00001 and up, the range that GB 11714 keeps
 * for private use, so that none is a real body's. Each role has at least two persons wherever a second one must check, and no person serves
 * two organisations.
 */
export const organisations: readonly DemonstrationOrganisation[] = [
  {
    id: 'government',
    type: 'GRANTING_BODY',
    region: '3212',
    name: { zh: '泰州市人民政府', en: 'Taizhou Municipal People’s Government' },
    creditCode: '11321200PDY00001XK',
    people: staff({
      'org.admin': ['zhou-wenhua 周文华', 'xu-lijuan 徐丽娟'],
      'granting.officer': ['gu-mingde 顾明德', 'shen-yuqing 沈玉清'],
    }),
  },
  {
    id: 'data-bureau',
    type: 'DATA_AUTHORITY',
    region: '3212',
    name: { zh: '泰州市数据局', en: 'Taizhou Data Bureau' },
    creditCode: '11321200PDY000028K',
    people: staff({
      'org.admin': ['lu-jianping 陆建平', 'ge-xiaoyan 葛晓燕'],
      'authority.case': ['wang-zhiyuan 王志远', 'qian-huimin 钱惠敏', 'cao-jun 曹军'],
      'authority.lead': ['zhang-guoqiang 张国强', 'yin-shufen 殷淑芬'],
    }),
  },
  {
    id: 'data-centre',
    type: 'IMPLEMENTING_INSTITUTION',
    region: '3212',
    name: { zh: '泰州市大数据中心', en: 'Taizhou Big Data Centre' },
    creditCode: '12321200PDY000036B',
    people: staff({
      'org.admin': ['hua-weidong 华卫东', 'bao-lingling 鲍玲玲'],
      'implementing.officer': ['tang-haibo 唐海波', 'yuan-meifang 袁美芳'],
    }),
  },
  {
    id: 'cyberspace',
    type: 'CYBERSPACE',
    region: '3212',
    name: { zh: '泰州市互联网信息办公室', en: 'Taizhou Cyberspace Administration' },
    creditCode: '11321200PDY0000449',
    people: staff({
      'org.admin': ['jiang-xuefeng 蒋雪峰', 'wu-qiong 吴琼'],
      'cyberspace.officer': ['dai-zhengyi 戴正义', 'ma-hongxia 马红霞'],
    }),
  },
  {
    id: 'police',
    type: 'PUBLIC_SECURITY',
    region: '3212',
    name: { zh: '泰州市公安局', en: 'Taizhou Public Security Bureau' },
    creditCode: '11321200PDY0000524',
    people: staff({
      'org.admin': ['ding-zhigang 丁志刚', 'zhu-yan 朱艳'],
      'police.officer': ['fan-dawei 范大伟', 'shi-lihua 施丽华'],
    }),
  },
  {
    id: 'state-security',
    type: 'STATE_SECURITY',
    region: '3212',
    name: { zh: '泰州市国家安全局', en: 'Taizhou State Security Bureau' },
    creditCode: '11321200PDY000060Y',
    people: staff({
      'org.admin': ['he-yongsheng 何永胜', 'tao-ran 陶然'],
      'security.officer': ['lin-ke 林科', 'gong-suqin 龚素琴'],
    }),
  },
  {
    id: 'transport',
    type: 'ADMIN_ORGAN',
    region: '3212',
    name: { zh: '泰州市交通运输局', en: 'Taizhou Transport Bureau' },
    creditCode: '11321200PDY000079U',
    people: staff({
      'org.admin': ['sun-lihong 孙立宏', 'cheng-yun 程云'],
      'source.steward': ['li-xiaolong 李晓龙', 'feng-yue 冯悦'],
      'source.cdo': ['zhao-tiejun 赵铁军', 'xue-aihua 薛爱华'],
    }),
  },
  {
    id: 'health',
    type: 'ADMIN_ORGAN',
    region: '3212',
    name: { zh: '泰州市卫生健康委员会', en: 'Taizhou Health Commission' },
    creditCode: '11321200PDY000087N',
    people: staff({
      'org.admin': ['liu-chunmei 刘春梅', 'dong-bin 董斌'],
      'source.steward': ['yang-siqi 杨思琪', 'kong-fanwei 孔凡伟'],
      'source.cdo': ['chen-guangming 陈光明', 'peng-jing 彭静'],
    }),
  },
  {
    id: 'market',
    type: 'ADMIN_ORGAN',
    region: '3212',
    name: { zh: '泰州市市场监督管理局', en: 'Taizhou Administration for Market Regulation' },
    creditCode: '11321200PDY000095H',
    people: staff({
      'org.admin': ['huang-zhenhua 黄振华', 'song-jia 宋佳'],
      'source.steward': ['guo-rui 郭睿', 'ye-lan 叶兰'],
      'source.cdo': ['luo-jianhua 罗建华', 'mei-xiang 梅香'],
    }),
  },
  {
    id: 'jiangyan-data',
    type: 'DATA_AUTHORITY',
    region: '321204',
    name: { zh: '泰州市姜堰区数据局', en: 'Jiangyan District Data Bureau' },
    creditCode: '11321204PDY0001081',
    people: staff({
      'org.admin': ['cui-yongqiang 崔永强', 'ni-ping 倪萍'],
      'authority.case': ['wei-dongming 魏东明', 'an-ning 安宁'],
      'authority.lead': ['qin-shaohua 秦少华', 'pan-qiuyue 潘秋月'],
    }),
  },
  committee,
  {
    id: 'fengcheng',
    type: 'OPERATOR',
    region: '321202',
    name: { zh: '凤城数据运营有限公司（演示）', en: 'Fengcheng Data Operations (demonstration)' },
    creditCode: '91321202PDY000124H',
    people: staff({
      'org.admin': ['wang-lei 王磊', 'xie-tingting 谢婷婷'],
      'operator.agent': ['zou-hao 邹浩', 'hong-yi 洪毅'],
      'operator.signatory': ['tian-qing 田青', 'shao-bo 邵波'],
    }),
  },
  {
    id: 'xiangtai',
    type: 'OPERATOR',
    region: '321203',
    name: { zh: '祥泰数据科技有限公司（演示）', en: 'Xiangtai Data Technology (demonstration)' },
    creditCode: '91321203PDY000132T',
    people: staff({
      'org.admin': ['bai-xue 白雪', 'kang-jian 康健'],
      'operator.agent': ['long-fei 龙飞', 'duan-rong 段蓉'],
      'operator.signatory': ['hou-changjiang 侯长江', 'jin-yu 金玉'],
    }),
  },
  {
    id: 'venue',
    type: 'TRADING_VENUE',
    region: '3212',
    name: { zh: '泰州数据交易中心（演示）', en: 'Taizhou Data Trading Centre (demonstration)' },
    creditCode: '91321202PDY0001407',
    people: staff({
      'org.admin': ['xiao-han 肖寒', 'lei-ming 雷鸣'],
      'venue.reviewer': ['li-na 李娜', 'ren-pengfei 任鹏飞'],
      'venue.lead': ['zhao-lin 赵琳', 'fu-shiping 傅世平'],
      'venue.cashier': ['qiao-mu 乔木', 'yu-ying 于颖'],
    }),
  },
  {
    id: 'bank',
    type: 'BUYER',
    region: '321202',
    name: { zh: '三水银行股份有限公司（演示）', en: 'Sanshui Bank (demonstration)' },
    creditCode: '91321202PDY0001594',
    people: staff({
      'org.admin': ['su-wan 苏婉', 'jia-zheng 贾政'],
      'buyer.agent': ['he-xin 贺欣', 'mao-ning 毛宁'],
      'buyer.signatory': ['cai-junjie 蔡俊杰', 'lv-fang 吕芳'],
    }),
  },
  {
    id: 'shipyard',
    type: 'BUYER',
    region: '321282',
    name: { zh: '滨江船舶重工有限公司（演示）', en: 'Binjiang Shipbuilding (demonstration)' },
    creditCode: '91321282PDY000167T',
    people: staff({
      'org.admin': ['hao-dajiang 郝大江', 'shi-yulan 石玉兰'],
      'buyer.agent': ['jiang-tao 江涛', 'yan-kai 严凯'],
      'buyer.signatory': ['ruan-hang 阮航', 'gu-qing 古清'],
    }),
  },
  {
    id: 'assessor',
    type: 'THIRD_PARTY',
    region: '3212',
    name: { zh: '垛田数据评估有限公司（演示）', en: 'Duotian Data Assessment (demonstration)' },
    creditCode: '91321281PDY0001757',
    people: staff({
      'org.admin': ['wen-bo 温博', 'ji-xiaoman 季小满'],
      'thirdparty.assessor': ['xia-tian 夏天', 'ou-yangfeng 欧阳峰'],
    }),
  },
  {
    id: 'audit',
    type: 'AUDITOR',
    region: '3212',
    name: { zh: '泰州市审计局', en: 'Taizhou Audit Bureau' },
    creditCode: '11321200PDY0001830',
    people: staff({
      'org.admin': ['geng-zhi 耿直', 'liang-hong 梁虹'],
      auditor: ['nie-yuan 聂远', 'tan-jing 谭静'],
    }),
  },
  {
    id: 'platform',
    type: 'PLATFORM',
    region: '3212',
    name: { zh: '数港平台运维中心（演示）', en: 'Data Harbour Platform Operations (demonstration)' },
    creditCode: '12321200PDY000191P',
    people: staff({
      'org.admin': ['wan-li 万里', 'gan-lu 甘露'],
      sre: ['fang-zhou 方舟', 'mo-fei 莫非'],
    }),
  },
];
