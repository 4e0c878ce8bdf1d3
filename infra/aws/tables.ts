import { openDynamodb } from '../../shared/store/dynamodb.ts';
import { setting } from './environment.ts';

const table = (name: 'records' | 'disclosure' | 'openings' | 'releases' | 'money' | 'search' | 'usage') =>
  openDynamodb({ tableName: setting(name) });

/** The tables that the environment names. What of them a function may reach its role says. @throws Error where one is not named */
export const openTables = () => ({
  records: table('records'),
  disclosure: table('disclosure'),
  openings: table('openings'),
  releases: table('releases'),
  money: table('money'),
  search: table('search'),
  usage: table('usage'),
});
