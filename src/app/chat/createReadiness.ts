import type { AdapterChoice } from '../state/adapters.ts';
import { keyLock } from '../state/keys.ts';
import { createLoaded, type Loaded } from '../state/live.ts';
import { type PaymentReadiness, paymentReadiness, paymentRevision } from '../state/payments.ts';
import { walletView } from '../state/settlement.ts';

/**
 * Whether answers of an adapter can be paid; asked while `asks`, and again when the wallet or payments change, or keys are unlocked.
 * Undefined until the chain has said so for this adapter: what it said of the one before is no answer.
 */
export function createReadiness(
  adapter: () => AdapterChoice | undefined,
  asks: () => boolean = () => true,
): Loaded<PaymentReadiness> {
  const source = () => {
    paymentRevision();
    keyLock();
    return asks() ? { adapter: adapter(), wallet: walletView().wallet?.address } : undefined;
  };
  const loaded = createLoaded(source, async ({ adapter: current }) => ({
    adapterId: current?.id,
    readiness: await paymentReadiness(current),
  }));
  return {
    ...loaded,
    value() {
      const read = loaded.value();
      return read?.adapterId === adapter()?.id ? read?.readiness : undefined;
    },
  };
}
