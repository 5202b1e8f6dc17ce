// What an answer costs at a model's price.
import { type Wei, wei } from '../lib/units.ts';

/** Wei of OPEN for `tokens` generated tokens at `price` wei per 1,000 tokens, rounded up. */
export function answerPrice({ price, tokens }: { readonly price: bigint; readonly tokens: number }): Wei {
  return wei((price * BigInt(tokens) + 999n) / 1_000n);
}
