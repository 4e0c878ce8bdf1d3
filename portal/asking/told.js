// @ts-check
/** @import { Template, Told } from './shapes.ts' */
import { get } from '../api.js';

/** The approved templates of a product. @param {string} product @returns {Promise<readonly Template[]>} */
export const templatesOf = async (product) => {
  try {
    /** @type {{ readonly items: readonly Template[] }} */
    const { items } = await get(`/v1/products/${product}/templates`);
    return items;
  } catch {
    return []; // of a product that is no longer public
  }
};
/** What may be asked of a product, where that can be read. @param {string} product @returns {Promise<Told | undefined>} */
export const toldOf = async (product) => {
  try {
    return await get(`/v1/products/${product}/rule`);
  } catch {
    return undefined;
  }
};
