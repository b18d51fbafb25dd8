// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title Refusal of calldata that is longer than the arguments
/// @notice The ABI decoder refuses short calldata but ignores what follows the arguments. Calls here have one
/// encoding only, so that nobody can attach data to a verified call and have a reader believe it was checked.
library ExactCalldata {
    /// @notice The call is not exactly its selector and arguments.
    error CalldataLength(uint256 expected, uint256 got);

    /// @notice Reverts unless the call consists of its selector and `arguments` words.
    /// @param arguments Number of 32-byte words of the (static) arguments.
    function requireWords(uint256 arguments) internal pure {
        uint256 expected = 4 + 32 * arguments;
        if (msg.data.length != expected) revert CalldataLength(expected, msg.data.length);
    }
}
