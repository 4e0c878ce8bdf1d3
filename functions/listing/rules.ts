import type { Product } from '../../contracts/product.ts';
import type { Refusal } from '../../contracts/refusals.ts';
import type { Seen } from '../../shared/kernel/process.ts';

type Given = { readonly refs: { readonly product: Seen<typeof Product> } };

type Priced = { readonly priceFen: number; readonly callPriceFen?: number | undefined };

/** 发改价格〔2025〕65号: neither the price of a product nor that of a call may exceed the ceiling set for the product. All in fen. */
export const withinCeiling = ({ priceFen, callPriceFen = 0 }: Priced, { refs: { product } }: Given): Refusal | undefined =>
  'ceilingFen' in product.data && Math.max(priceFen, callPriceFen) > product.data.ceilingFen ? 'price_over_ceiling' : undefined;
