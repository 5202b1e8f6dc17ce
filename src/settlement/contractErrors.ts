// One code, one sentence and one hint for every error that the contracts can revert with.

/** Solidity error name -> [code, sentence, hint]. `contractErrors.test.ts` compares the names with the ABIs. */
export const contractErrors = {
  // OPEN
  ERC20InsufficientBalance: [
    'OPEN_INSUFFICIENT_BALANCE',
    'The account holds less OPEN than that.',
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
  DatanetExists: ['DATANET_EXISTS', 'You already created a Datanet of this name.', 'Choose another name.'],
  UnknownContribution: [
    'CONTRIBUTION_UNKNOWN',
    'There is no contribution of this number.',
    'Reload the list of contributions.',
  ],
  NoRows: ['CONTRIBUTION_EMPTY', 'A contribution needs at least one row.', 'Add rows and publish again.'],
  StakeTooLow: [
    'CONTRIBUTION_STAKE',
    'The stake is below what this Datanet asks.',
    'Raise the stake to the minimum shown.',
  ],
  NotCurator: [
    'DATANET_NOT_CURATOR',
    'Only the curator of the Datanet decides on contributions.',
    'Switch to the curator’s account.',
  ],
  AlreadyDecided: [
    'CONTRIBUTION_DECIDED',
    'This contribution was decided already.',
    'Reload the list of contributions.',
  ],
  NotContributor: [
    'CONTRIBUTION_NOT_YOURS',
    'Only the contributor takes the stake back.',
    'Switch to the contributor’s account.',
  ],
  StakeLocked: ['CONTRIBUTION_STAKE_LOCKED', 'The stake is still locked.', 'Come back when the lock has ended.'],
  NoStake: ['CONTRIBUTION_NO_STAKE', 'No stake is left on this contribution.', 'Nothing is to be done.'],

  // Models
  UnknownModel: ['MODEL_UNKNOWN', 'This model is not on the chain.', 'Check the chain, or propose the model first.'],
  ModelExists: ['MODEL_EXISTS', 'You already proposed a model of this name.', 'Choose another name.'],
  NoDatanets: ['MODEL_NO_DATANETS', 'A model names at least one Datanet that it is trained on.', 'Choose a Datanet.'],
  OwnerShareTooHigh: [
    'MODEL_OWNER_SHARE',
    'The owner’s share is above the maximum of 50 %.',
    'Lower the owner’s share.',
  ],
  NotOwner: ['MODEL_NOT_OWNER', 'Only the model’s owner may do this.', 'Switch to the owner’s account.'],
  NotCourt: ['MODEL_NOT_COURT', 'Only governance decides a disputed model.', 'Make a proposal to the governor.'],
  WrongStatus: ['WRONG_STATUS', 'The state on chain does not allow this now.', 'Reload and look at the present state.'],
  WindowOpen: ['WINDOW_OPEN', 'The waiting time has not ended.', 'Try again when it has ended.'],
  WindowClosed: [
    'WINDOW_CLOSED',
    'The time for objections has ended.',
    'Nothing can be changed for this one any more.',
  ],

  // Escrow
  LengthMismatch: [
    'ESCROW_LENGTHS',
    'The batch’s lists differ in length.',
    'Give one signer and one signature for each voucher.',
  ],
  NotEnoughGas: [
    'ESCROW_GAS',
    'The transaction has too little gas for its vouchers.',
    'Collect fewer vouchers at once.',
  ],
  OnlySelf: ['ESCROW_ONLY_SELF', 'A single voucher is collected through a batch.', 'Call collect with one voucher.'],
  BadSignature: ['VOUCHER_BAD_SIGNATURE', 'The voucher’s signature is not its signer’s.', 'Sign the voucher again.'],
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
    'At least this much was collected already.',
    'Use the latest voucher of the channel.',
  ],
  EpochClosed: ['EPOCH_CLOSED', 'This epoch takes no vouchers any more.', 'Sign a voucher for the present epoch.'],
  EpochInFuture: ['EPOCH_IN_FUTURE', 'This epoch has not begun.', 'Check the clock, and sign for the present epoch.'],
  ModelNotPayable: [
    'MODEL_NOT_PAYABLE',
    'This model cannot be paid: it is unknown or not active.',
    'Choose an active model.',
  ],
  NotThawed: [
    'ESCROW_NOT_THAWED',
    'Nothing can be withdrawn yet.',
    'Ask the amount back and wait until it has thawed.',
  ],
  InsufficientBalance: [
    'ESCROW_INSUFFICIENT_BALANCE',
    'The prepaid account holds less than that.',
    'Deposit OPEN first.',
  ],
  ThawTooShort: [
    'ESCROW_THAW_TOO_SHORT',
    'The thaw must outlast an epoch and its grace.',
    'Deploy with a longer thaw.',
  ],

  // Rewards
  OnlyEscrow: ['REWARDS_ONLY_ESCROW', 'Only the escrow funds rewards.', 'Collect a voucher instead.'],
  EscrowAlreadySet: ['REWARDS_ESCROW_SET', 'The escrow is set once, by the deployer.', 'Nothing is to be done.'],
  OnlyArbiter: ['REWARDS_ONLY_ARBITER', 'Only the arbiter resolves a challenge.', 'Wait for the arbiter.'],
  NotBonded: ['REWARDS_NOT_BONDED', 'The free bond is below what this needs.', 'Bond more OPEN and try again.'],
  RootPending: ['REWARDS_ROOT_PENDING', 'Another root is in its window.', 'Wait until it is final.'],
  EpochOpen: ['EPOCH_OPEN', 'Vouchers of this epoch are still taken.', 'Try again when the epoch has closed.'],
  EpochSettled: ['EPOCH_SETTLED', 'This epoch is settled already.', 'Propose the next epoch that holds money.'],
  EpochEmpty: ['EPOCH_EMPTY', 'Nothing was paid in this epoch.', 'Propose an epoch that holds money.'],
  EpochSkipped: ['EPOCH_SKIPPED', 'An earlier epoch holds money and comes first.', 'Propose that epoch first.'],
  WrongTotal: [
    'REWARDS_WRONG_TOTAL',
    'The ledger’s total is not what was paid.',
    'Compute the ledger again from the chain’s pools.',
  ],
  BadProof: ['REWARDS_BAD_PROOF', 'This amount is not under the current root.', 'Reload: a newer root may be final.'],
  NothingToClaim: [
    'REWARDS_NOTHING_TO_CLAIM',
    'Everything that is yours was claimed already.',
    'Come back after the next epoch.',
  ],
  NotClaimer: [
    'REWARDS_NOT_CLAIMER',
    'Only the account or its named claimer claims.',
    'Switch to the account that earned.',
  ],
  RootExhausted: [
    'REWARDS_ROOT_EXHAUSTED',
    'More was claimed than the root holds: the root is wrong.',
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
  NotAdmin: ['ADDRESS_BOOK_NOT_ADMIN', 'Only governance adds addresses.', 'Make a proposal to the governor.'],
  NotContract: ['ADDRESS_BOOK_NOT_CONTRACT', 'There is no contract at this address.', 'Check the address.'],
  UnknownEntry: ['ADDRESS_BOOK_UNKNOWN', 'The address book has no such entry.', 'Check the name.'],
  CallFailed: ['MULTICALL_FAILED', 'One of several reads failed.', 'Try again.'],
  HoldsEnough: ['FAUCET_ENOUGH', 'This account holds enough test OPEN already.', 'Spend some first.'],
} as const satisfies Readonly<Record<string, readonly [code: string, message: string, hint: string]>>;

/** The codes of the named Solidity errors, for the `ErrorType` of an action. */
export type ContractErrorCode<Name extends keyof typeof contractErrors> = (typeof contractErrors)[Name][0];
