// The claim that was sent and that the chain does not show yet: remembered across reloads.
import type { Hex } from '../../settlement/index.ts';
import { deleteSetting, readSetting, writeSetting } from '../../store/index.ts';

const SETTING_KEY = 'pendingClaim';

export interface PendingClaim {
  readonly address: string;
  readonly hash: Hex;
  /** Claimed before it, decimal wei: once the chain says more, it is through. */
  readonly claimedBefore: string;
}

export const readPendingClaim = (): Promise<PendingClaim | undefined> => readSetting<PendingClaim>(SETTING_KEY);
export const writePendingClaim = (claim: PendingClaim): Promise<void> => writeSetting(SETTING_KEY, claim);
export const forgetPendingClaim = (): Promise<void> => deleteSetting(SETTING_KEY);
