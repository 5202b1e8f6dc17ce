// Keys of the settings in the store.
export const settingKeys = {
  chatChoice: 'chatChoice',
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
