// Texts of the choice of a wallet, which several rooms offer.
export const wallet = {
  'wallet.connect': 'Connect {wallet}',
  'wallet.connectBurner': 'Use a test wallet of this browser',
  'wallet.burnerName': 'Test wallet',
  'wallet.burnerHint': 'The test wallet exists on the local chain only; its key lies in this browser.',
  'wallet.noWalletInstalled':
    'No wallet answered. Install one as a browser extension and reload, or paste an address to look at it.',
  'wallet.noChainSign':
    'This copy of Tributary has no chain: you can sign and publish, but nothing is paid until there is one.',
  'wallet.localKey': 'Sign with a key of this browser',
  'wallet.localKeyHint':
    'The key is made here and stays here. Its address stands under what you publish; the key can sign, nothing else.',
} as const;
