// Texts of the choice of a wallet, which several rooms offer.
export const wallet = {
  'wallet.connect': 'Connect {wallet}',
  'wallet.connectBurner': 'Use this browser’s test wallet',
  'wallet.burnerName': 'Test wallet',
  'wallet.burnerHint': 'The test wallet exists on the local chain only; its key is stored in this browser.',
  'wallet.rejected': 'The wallet did not connect: you declined it there.',
  'wallet.sharedOrigin':
    'Wallets and keys are not used at this address: every site of this gateway shares it and could read them. Open Tributary at a subdomain gateway or an address of its own.',
  'wallet.wrongChain': 'Your wallet is on another chain than {chain}.',
  'wallet.switchChain': 'Switch to {chain}',
  'wallet.locked': 'The keys of this browser are locked.',
  'wallet.password': 'Password',
  'wallet.unlock': 'Unlock',
  'wallet.unlockPasskey': 'Unlock with the passkey',
  'wallet.noWalletInstalled': 'No wallet was found. Install one as a browser extension and reload.',
  'wallet.noChainSign':
    'This copy of Tributary has no chain: you can sign and publish, but nothing is paid until there is one.',
  'wallet.localKey': 'Sign with a key in this browser',
  'wallet.localKeyHint':
    'The key is made here and stays here. What you publish carries its address; the key can only sign.',
} as const;
