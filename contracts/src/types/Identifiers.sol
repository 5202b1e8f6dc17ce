// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Identifier of a datanet: derived from its creator and a salt, so it can be computed off chain and never
/// squatted.
type DatanetId is bytes32;

/// @notice Identifier of a model, derived in the same way.
type ModelId is bytes32;

using {sameDatanet as ==} for DatanetId global;
using {sameModel as ==} for ModelId global;

function sameDatanet(DatanetId a, DatanetId b) pure returns (bool) {
    return DatanetId.unwrap(a) == DatanetId.unwrap(b);
}

function sameModel(ModelId a, ModelId b) pure returns (bool) {
    return ModelId.unwrap(a) == ModelId.unwrap(b);
}

// The leading word keeps a model's identifier different from the identifier of a datanet of the same creator and salt.

function datanetIdOf(address creator, bytes32 salt) pure returns (DatanetId) {
    return DatanetId.wrap(keccak256(abi.encode("Datanet", creator, salt)));
}

function modelIdOf(address proposer, bytes32 salt) pure returns (ModelId) {
    return ModelId.wrap(keccak256(abi.encode("Model", proposer, salt)));
}
