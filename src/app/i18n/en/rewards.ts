// Texts of the room "rewards".
export const rewards = {
  'rewards.title': 'Rewards',
  'rewards.lead': 'What your rows earned, when it can be claimed, and from which answers it comes.',

  'rewards.connect': 'Connect {wallet}',
  'rewards.connectBurner': 'Use a test wallet of this browser',
  'rewards.burnerHint': 'The test wallet exists on the local chain only; its key lies in this browser.',
  'rewards.noWalletInstalled':
    'No wallet answered. Install one as a browser extension and reload, or paste an address to look at it.',
  'rewards.noChainSign':
    'This copy of Tributary has no chain, so there is no wallet to sign with. `npm start` brings a local one.',
} as const;
