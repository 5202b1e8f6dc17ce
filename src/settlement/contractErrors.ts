// One code, one sentence and one hint for every error that the contracts can revert with.

/** Solidity error name -> [code, sentence, hint]. `contractErrors.test.ts` compares the names with the ABIs. */
export const contractErrors = {
  // OPEN
  ERC20InsufficientBalance: [
    'OPEN_INSUFFICIENT_BALANCE',
    'The account has less OPEN than that.',
    'Lower the amount, or get OPEN first.',
  ],
  ERC20InsufficientAllowance: [
    'OPEN_INSUFFICIENT_ALLOWANCE',
    'The contract may not take that much OPEN from the account.',
    'Approve the amount and try again.',
  ],
  ERC2612ExpiredSignature: ['OPEN_PERMIT_EXPIRED', 'The signed permit has expired.', 'Sign again.'],
  ERC2612InvalidSigner: [
    'OPEN_PERMIT_SIGNER',
    'The permit was signed by another account.',
    'Choose the account that pays and sign again.',
  ],

  // Datanets
  UnknownDatanet: [
    'DATANET_UNKNOWN',
    'This Datanet is not on the chain.',
    'Check the chain, or create the Datanet first.',
  ],
  DatanetExists: ['DATANET_EXISTS', 'You have already created a Datanet with this name.', 'Choose another name.'],
  UnknownContribution: [
    'CONTRIBUTION_UNKNOWN',
    'There is no contribution with this number.',
    'Reload the list of contributions.',
  ],
  NoRows: ['CONTRIBUTION_EMPTY', 'A contribution needs at least one row.', 'Add rows and publish again.'],
  StakeTooLow: [
    'CONTRIBUTION_STAKE',
    'The stake is below the minimum of this Datanet.',
    'Raise the stake to the minimum shown.',
  ],
  NotCurator: [
    'DATANET_NOT_CURATOR',
    'Only the curator of the Datanet decides on contributions.',
    'Switch to the curator’s account.',
  ],
  AlreadyDecided: [
    'CONTRIBUTION_DECIDED',
    'This contribution has already been decided.',
    'Reload the list of contributions.',
  ],
  NotContributor: [
    'CONTRIBUTION_NOT_YOURS',
    'Only the contributor can withdraw the stake.',
    'Switch to the contributor’s account.',
  ],
  StakeLocked: ['CONTRIBUTION_STAKE_LOCKED', 'The stake is still locked.', 'Try again when the lock has ended.'],
  NoStake: ['CONTRIBUTION_NO_STAKE', 'This contribution has no stake left.', 'There is nothing to withdraw.'],

  // Models
  UnknownModel: ['MODEL_UNKNOWN', 'This model is not on the chain.', 'Check the chain, or propose the model first.'],
  ModelExists: ['MODEL_EXISTS', 'You have already proposed a model with this name.', 'Choose another name.'],
  NoDatanets: [
    'MODEL_NO_DATANETS',
    'A model must name at least one Datanet that it is trained on.',
    'Choose a Datanet.',
  ],
  OwnerShareTooHigh: [
    'MODEL_OWNER_SHARE',
    'The owner’s share is above the maximum of 50 %.',
    'Lower the owner’s share.',
  ],
  NotOwner: ['MODEL_NOT_OWNER', 'Only the model’s owner may do this.', 'Switch to the owner’s account.'],
  NotCourt: ['MODEL_NOT_COURT', 'Only governance decides a disputed model.', 'Make a proposal to the governor.'],
  WrongStatus: ['WRONG_STATUS', 'The current state on chain does not allow this.', 'Reload to see the current state.'],
  WindowOpen: ['WINDOW_OPEN', 'The waiting period has not ended.', 'Try again when it has ended.'],
  WindowClosed: ['WINDOW_CLOSED', 'The period for objections has ended.', 'It can no longer be changed.'],

  // Escrow
  LengthMismatch: [
    'ESCROW_LENGTHS',
    'The lists of the batch have different lengths.',
    'Pass one signature per voucher.',
  ],
  NotEnoughGas: [
    'ESCROW_GAS',
    'The transaction has too little gas for its vouchers.',
    'Collect fewer vouchers at once.',
  ],
  OnlySelf: ['ESCROW_ONLY_SELF', 'A voucher can only be collected through a batch.', 'Call collect with one voucher.'],
  BadSignature: ['VOUCHER_BAD_SIGNATURE', 'The voucher was not signed by its signer.', 'Sign the voucher again.'],
  SignerNotAllowed: [
    'SESSION_KEY_NOT_ALLOWED',
    'This key may not sign for the payer in that epoch.',
    'Set a session key that is still valid.',
  ],
  KeyCapExceeded: ['SESSION_KEY_CAP', 'The session key has spent its whole cap.', 'Raise the cap of the session key.'],
  SessionKeyCannotShrink: [
    'SESSION_KEY_SHRINKS',
    'A session key’s end and cap can only grow.',
    'Revoke the key instead and set a new one.',
  ],
  StaleVoucher: [
    'VOUCHER_STALE',
    'At least this much has already been collected.',
    'Use the latest voucher of the channel.',
  ],
  EpochClosed: ['EPOCH_CLOSED', 'This epoch no longer accepts vouchers.', 'Sign a voucher for the current epoch.'],
  EpochInFuture: ['EPOCH_IN_FUTURE', 'This epoch has not begun.', 'Check the clock and sign for the current epoch.'],
  ModelNotPayable: [
    'MODEL_NOT_PAYABLE',
    'This model cannot be paid: it is unknown or not active.',
    'Choose an active model.',
  ],
  NotThawed: ['ESCROW_NOT_THAWED', 'Nothing can be withdrawn yet.', 'Start a thaw and wait until it has ended.'],
  InsufficientBalance: [
    'ESCROW_INSUFFICIENT_BALANCE',
    'The prepaid account has less than that.',
    'Deposit OPEN first.',
  ],
  ThawTooShort: [
    'ESCROW_THAW_TOO_SHORT',
    'The thaw must outlast an epoch and its grace.',
    'Deploy with a longer thaw.',
  ],

  // Rewards
  OnlyEscrow: ['REWARDS_ONLY_ESCROW', 'Only the escrow funds rewards.', 'Collect a voucher instead.'],
  EscrowAlreadySet: ['REWARDS_ESCROW_SET', 'The escrow can be set once, by the deployer.', 'No action is needed.'],
  OnlyArbiter: ['REWARDS_ONLY_ARBITER', 'Only the arbiter resolves a challenge.', 'Wait for the arbiter.'],
  NotBonded: ['REWARDS_NOT_BONDED', 'The free bond is below what this needs.', 'Bond more OPEN and try again.'],
  RootPending: ['REWARDS_ROOT_PENDING', 'Another root is in its window.', 'Wait until it is final.'],
  EpochOpen: ['EPOCH_OPEN', 'This epoch still accepts vouchers.', 'Try again when the epoch has closed.'],
  EpochSettled: ['EPOCH_SETTLED', 'This epoch has already been settled.', 'Propose the next epoch that has money.'],
  EpochEmpty: ['EPOCH_EMPTY', 'Nothing was paid in this epoch.', 'Propose an epoch that has money.'],
  EpochSkipped: ['EPOCH_SKIPPED', 'An earlier epoch has money and must be settled first.', 'Propose that epoch first.'],
  WrongTotal: [
    'REWARDS_WRONG_TOTAL',
    'The ledger’s total differs from what was paid.',
    'Recompute the ledger from the pools on chain.',
  ],
  BadProof: ['REWARDS_BAD_PROOF', 'This amount is not part of the current root.', 'Reload: a newer root may be final.'],
  NothingToClaim: [
    'REWARDS_NOTHING_TO_CLAIM',
    'Everything you earned has already been claimed.',
    'Come back after the next epoch.',
  ],
  NotClaimer: [
    'REWARDS_NOT_CLAIMER',
    'Only the account or its appointed claimer can claim.',
    'Switch to the account that earned the reward.',
  ],
  RootExhausted: [
    'REWARDS_ROOT_EXHAUSTED',
    'More was claimed than the root contains: the root is wrong.',
    'Report it: the epoch needs a new root.',
  ],
  BondLocked: [
    'REWARDS_BOND_LOCKED',
    'The bond is locked in a proposal, or its exit has not ended.',
    'Wait until it is free.',
  ],
  ExitDelayTooShort: [
    'REWARDS_EXIT_DELAY',
    'The exit delay must be longer than the challenge window.',
    'Deploy with a longer exit delay.',
  ],

  // Address book, multicall, faucet
  NotAdmin: ['ADDRESS_BOOK_NOT_ADMIN', 'Only governance can add addresses.', 'Make a proposal to the governor.'],
  NotContract: ['ADDRESS_BOOK_NOT_CONTRACT', 'There is no contract at this address.', 'Check the address.'],
  UnknownEntry: ['ADDRESS_BOOK_UNKNOWN', 'The address book has no such entry.', 'Check the name.'],
  CallFailed: ['MULTICALL_FAILED', 'One of several reads failed.', 'Try again.'],
  HoldsEnough: ['FAUCET_ENOUGH', 'This account already has enough test OPEN.', 'Spend some first.'],
} as const satisfies Readonly<Record<string, readonly [code: string, message: string, hint: string]>>;

/** The codes of the named Solidity errors, for the `ErrorType` of an action. */
export type ContractErrorCode<Name extends keyof typeof contractErrors> = (typeof contractErrors)[Name][0];
