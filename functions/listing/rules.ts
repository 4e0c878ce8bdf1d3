import type { Product } from '../../contracts/product.ts';
import type { Refusal } from '../../contracts/refusals.ts';
import type { Seen } from '../../shared/kernel/process.ts';

type Given = { readonly refs: { readonly product: Seen<typeof Product> } };

/** 发改价格〔2025〕65号: an operator's price may not exceed the ceiling set for the product. Both in fen. */
export const withinCeiling = (priceFen: number, { refs: { product } }: Given): Refusal | undefined =>
  'ceilingFen' in product.data && priceFen > product.data.ceilingFen ? 'price_over_ceiling' : undefined;
