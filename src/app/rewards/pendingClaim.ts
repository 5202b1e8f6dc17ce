// The claim that was sent and that the chain does not show yet: remembered across reloads.
import type { Hex } from '../../settlement/index.ts';
import { deleteSetting, readSetting, writeSetting } from '../../store/index.ts';
import { config } from '../state/config.ts';
import { settingKeys } from '../state/settingKeys.ts';

export interface PendingClaim {
  readonly address: string;
  readonly hash: Hex;
  /** Of the chain that it was sent on: one that was started anew has never heard of it. */
  readonly genesisHash?: string;
  /** Claimed before it, decimal wei: once the chain says more, it is through. */
  readonly claimedBefore: string;
}

export const writePendingClaim = (claim: PendingClaim): Promise<void> => writeSetting(settingKeys.pendingClaim, claim);
export const forgetPendingClaim = (): Promise<void> => deleteSetting(settingKeys.pendingClaim);

/** Undefined too when it was sent on a chain that is no longer there. */
export async function readPendingClaim(): Promise<PendingClaim | undefined> {
  const claim = await readSetting<PendingClaim>(settingKeys.pendingClaim);
  const genesisHash = config().deployment?.genesisHash;
  return claim?.genesisHash === undefined || claim.genesisHash === genesisHash ? claim : undefined;
}
