// Keys of settings that more than one file reads.
export const settingKeys = {
  relays: 'relays',
  rpcUrl: 'rpcUrl',
  device: 'device',
  arithmetic: 'arithmetic',
  variants: 'variants',
  hub: 'hub',
  /** Stored under the name of earlier versions. */
  externalModels: 'foreignModels',
  wallet: 'wallet',
  burnerKey: 'burnerKey',
} as const;
