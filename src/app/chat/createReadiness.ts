import type { AdapterChoice } from '../state/adapters.ts';
import { createLoaded, type Loaded } from '../state/live.ts';
import { type PaymentReadiness, paymentReadiness, paymentRevision } from '../state/payments.ts';
import { walletView } from '../state/settlement.ts';

/** Whether answers of an adapter can be paid; asked while `asks`, and again when the wallet or payments change. */
export function createReadiness(
  adapter: () => AdapterChoice | undefined,
  asks: () => boolean = () => true,
): Loaded<PaymentReadiness> {
  const source = () => {
    paymentRevision();
    return asks() ? { adapter: adapter(), wallet: walletView().wallet?.address } : undefined;
  };
  return createLoaded(source, ({ adapter: current }) => paymentReadiness(current));
}
