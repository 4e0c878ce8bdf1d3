// @ts-check
/** @import { Card, Page, View } from '../shapes.ts' */
/** @import { Column, Table } from './shapes.ts' */
import { readPage, readRecord } from '../api.js';
import { inWords } from '../element.js';
import { titleOf } from '../reference.js';

const most = '100';
/** Our own live records of a kind. @param {string} plural @param {string} status @returns {Promise<readonly View[]>} */
export const ours = async (plural, status) => {
  /** @type {Page<Card>} */
  const { items } = await readPage(`/v1/${plural}`, { scope: 'own', limit: most });
  return Promise.all(items.filter((card) => card.status === status).map(async ({ id }) => readRecord(plural, id)));
};
/** @param {View} view @returns {Table} */
export const tableOf = (view) => ({
  id: view.id,
  scenario: String(view.links['scenario']),
  title: inWords(titleOf(view)),
  columns: /** @type {readonly Column[]} */ (view.data['columns'] ?? []),
});
