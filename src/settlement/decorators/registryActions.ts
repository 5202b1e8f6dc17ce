// Datanets, contributions, models and their versions. One method per action; the actions say what they do and throw.
import {
  type ContributeErrorType,
  type ContributeParameters,
  type ContributeReturnType,
  contribute,
} from '../actions/contribute.ts';
import {
  type CreateDatanetErrorType,
  type CreateDatanetParameters,
  type CreateDatanetReturnType,
  createDatanet,
} from '../actions/createDatanet.ts';
import {
  type GetContributionsErrorType,
  type GetContributionsParameters,
  type GetContributionsReturnType,
  getContributions,
} from '../actions/getContributions.ts';
import {
  type GetDatanetsErrorType,
  type GetDatanetsParameters,
  type GetDatanetsReturnType,
  getDatanets,
} from '../actions/getDatanets.ts';
import {
  type GetModelsErrorType,
  type GetModelsParameters,
  type GetModelsReturnType,
  getModels,
} from '../actions/getModels.ts';
import {
  type GetVersionsErrorType,
  type GetVersionsParameters,
  type GetVersionsReturnType,
  getVersions,
} from '../actions/getVersions.ts';
import {
  type ProposeModelErrorType,
  type ProposeModelParameters,
  type ProposeModelReturnType,
  proposeModel,
} from '../actions/proposeModel.ts';
import {
  type PublishVersionErrorType,
  type PublishVersionParameters,
  type PublishVersionReturnType,
  publishVersion,
} from '../actions/publishVersion.ts';
import type { SettlementClient } from '../client/settlementClient.ts';

export interface RegistryActions {
  datanets(options?: GetDatanetsParameters): Promise<GetDatanetsReturnType>;
  contributions(parameters: GetContributionsParameters): Promise<GetContributionsReturnType>;
  /** `slug` and the connected account make the identifier: see `datanetIdOf`. */
  createDatanet(parameters: CreateDatanetParameters): Promise<CreateDatanetReturnType>;
  contribute(parameters: ContributeParameters): Promise<ContributeReturnType>;
  models(options?: GetModelsParameters): Promise<GetModelsReturnType>;
  versions(parameters: GetVersionsParameters): Promise<GetVersionsReturnType>;
  proposeModel(parameters: ProposeModelParameters): Promise<ProposeModelReturnType>;
  publishVersion(parameters: PublishVersionParameters): Promise<PublishVersionReturnType>;
}

export type RegistryErrorType =
  | GetDatanetsErrorType
  | GetContributionsErrorType
  | CreateDatanetErrorType
  | ContributeErrorType
  | GetModelsErrorType
  | GetVersionsErrorType
  | ProposeModelErrorType
  | PublishVersionErrorType;

export function registryActions(client: SettlementClient): RegistryActions {
  return {
    datanets: (options) => getDatanets(client, options),
    contributions: (parameters) => getContributions(client, parameters),
    createDatanet: (parameters) => createDatanet(client, parameters),
    contribute: (parameters) => contribute(client, parameters),
    models: (options) => getModels(client, options),
    versions: (parameters) => getVersions(client, parameters),
    proposeModel: (parameters) => proposeModel(client, parameters),
    publishVersion: (parameters) => publishVersion(client, parameters),
  };
}
