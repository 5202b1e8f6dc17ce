import type { AdapterChoice } from '../state/adapters.ts';
import { createLoaded, type Loaded } from '../state/live.ts';
import { type PaymentReadiness, paymentReadiness, paymentRevision } from '../state/payments.ts';
import { walletView } from '../state/settlement.ts';

/** Whether answers of an adapter can be paid; asked again when the wallet or payments change. */
export function createReadiness(adapter: () => AdapterChoice | undefined): Loaded<PaymentReadiness> {
  const source = () => {
    paymentRevision();
    return { adapter: adapter(), wallet: walletView().wallet?.address };
  };
  return createLoaded(source, ({ adapter: current }) => paymentReadiness(current));
}
