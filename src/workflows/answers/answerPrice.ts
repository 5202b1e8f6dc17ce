// The price of an answer: the only place that computes it.

/** Wei of OPEN for `tokens` generated tokens at `price` wei per 1,000 tokens, rounded up: what is promised is never below what is charged. */
export function answerPrice({ price, tokens }: { readonly price: bigint; readonly tokens: number }): bigint {
  return (price * BigInt(tokens) + 999n) / 1_000n;
}
