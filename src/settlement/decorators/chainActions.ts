// Whether the chain answers, and which epoch runs. One method per action; the actions say what they do and throw.
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
import type { SettlementClient } from '../client/settlementClient.ts';

export interface ChainActions {
  /** The state of RPC server and chain; an unreachable server is a state, not an error. */
  health(options?: GetHealthParameters): Promise<GetHealthReturnType>;
  /** The epoch that runs now, by the chain's clock. */
  epoch(options?: GetEpochParameters): Promise<GetEpochReturnType>;
}

export type ChainErrorType = GetHealthErrorType | GetEpochErrorType;

export function chainActions(client: SettlementClient): ChainActions {
  return {
    health: (options) => getHealth(client, options),
    epoch: (options) => getEpoch(client, options),
  };
}
