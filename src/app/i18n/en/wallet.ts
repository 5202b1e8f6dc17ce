// Texts of the choice of a wallet, which several rooms offer.
export const wallet = {
  'wallet.connect': 'Connect {wallet}',
  'wallet.connectBurner': 'Use this browser’s test wallet',
  'wallet.burnerName': 'Test wallet',
  'wallet.burnerHint': 'The test wallet exists on the local chain only; its key is stored in this browser.',
  'wallet.noWalletInstalled': 'No wallet was found. Install one as a browser extension and reload.',
  'wallet.noChainSign':
    'This copy of Tributary has no chain: you can sign and publish, but nothing is paid until there is one.',
  'wallet.localKey': 'Sign with a key in this browser',
  'wallet.localKeyHint':
    'The key is made here and stays here. What you publish carries its address; the key can only sign.',
} as const;
