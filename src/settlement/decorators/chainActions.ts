// Whether the chain answers, which epoch runs, and what became of a transaction. One method per action; the actions say what they do and throw.
import {
  type GetEpochErrorType,
  type GetEpochParameters,
  type GetEpochReturnType,
  getEpoch,
} from '../actions/getEpoch.ts';
import {
  type GetHealthErrorType,
  type GetHealthParameters,
  type GetHealthReturnType,
  getHealth,
} from '../actions/getHealth.ts';
import {
  type GetTransactionErrorType,
  type GetTransactionParameters,
  type GetTransactionReturnType,
  getTransaction,
} from '../actions/getTransaction.ts';
import {
  type GetUnminedErrorType,
  type GetUnminedParameters,
  type GetUnminedReturnType,
  getUnmined,
} from '../actions/getUnmined.ts';
import {
  type WaitForTransactionErrorType,
  type WaitForTransactionParameters,
  type WaitForTransactionReturnType,
  waitForTransaction,
} from '../actions/waitForTransaction.ts';
import type { SettlementClient } from '../client/settlementClient.ts';

export interface ChainActions {
  /** The state of RPC server and chain; an unreachable server is a state, not an error. */
  health(options?: GetHealthParameters): Promise<GetHealthReturnType>;
  /** The epoch that runs now, by the chain's clock. */
  epoch(options?: GetEpochParameters): Promise<GetEpochReturnType>;
  /** What became of a transaction that was sent earlier. */
  transaction(parameters: GetTransactionParameters): Promise<GetTransactionReturnType>;
  /** How many transactions of an account no block has yet. */
  unmined(parameters: GetUnminedParameters): Promise<GetUnminedReturnType>;
  /** Waits for a transaction that was sent earlier, as a write waits for its own. */
  waitForTransaction(parameters: WaitForTransactionParameters): Promise<WaitForTransactionReturnType>;
}

export type ChainErrorType =
  | GetHealthErrorType
  | GetEpochErrorType
  | GetTransactionErrorType
  | GetUnminedErrorType
  | WaitForTransactionErrorType;

export function chainActions(client: SettlementClient): ChainActions {
  return {
    health: (options) => getHealth(client, options),
    epoch: (options) => getEpoch(client, options),
    transaction: (parameters) => getTransaction(client, parameters),
    unmined: (parameters) => getUnmined(client, parameters),
    waitForTransaction: (parameters) => waitForTransaction(client, parameters),
  };
}
