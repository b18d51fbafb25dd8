// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ITwoStepOwner} from "./interfaces/ITwoStepOwner.sol";

/// @title An owner that is handed over in two steps
/// @notice The next owner has to show that it can call before the old one is let go.
abstract contract TwoStepOwner is ITwoStepOwner {
    /// @inheritdoc ITwoStepOwner
    address public override owner;
    /// @inheritdoc ITwoStepOwner
    address public override nextOwner;

    /// @dev Refuses callers other than the owner.
    modifier onlyOwner() {
        _requireOwner();
        _;
    }

    /// @param owner_ The first owner.
    constructor(address owner_) {
        if (owner_ == address(0)) revert ZeroOwner();
        owner = owner_;
        emit OwnershipTransferred(address(0), owner_);
    }

    /// @inheritdoc ITwoStepOwner
    function offerOwnership(address next) external override onlyOwner {
        nextOwner = next;
        emit OwnershipOffered(msg.sender, next);
    }

    /// @inheritdoc ITwoStepOwner
    function acceptOwnership() external override {
        if (msg.sender != nextOwner) revert Unauthorized(msg.sender);
        emit OwnershipTransferred(owner, msg.sender);
        owner = msg.sender;
        delete nextOwner;
    }

    /// @dev A function, so that the check is in the bytecode once.
    function _requireOwner() private view {
        if (msg.sender != owner) revert Unauthorized(msg.sender);
    }
}
