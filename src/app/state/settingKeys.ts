// Keys of the settings in the store.
export const settingKeys = {
  chatChoice: 'chatChoice',
  relays: 'relays',
  /** Whether the node was started in this browser and not stopped since. */
  peersOn: 'peersOn',
  rpcUrl: 'rpcUrl',
  device: 'device',
  arithmetic: 'arithmetic',
  variants: 'variants',
  hub: 'hub',
  /** Stored under the name of earlier versions. */
  externalModels: 'foreignModels',
  wallet: 'wallet',
  burnerKey: 'burnerKey',
  /** How kept keys are locked; absent: they are not. */
  keyLock: 'keyLock',
  /** Followed by the id of the session. */
  setUpPlan: 'setUpPlan/',
  pendingClaim: 'pendingClaim',
} as const;
