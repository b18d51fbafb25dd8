// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title An owner that is handed over in two steps
interface ITwoStepOwner {
    /// @notice The handover to `next` was started by `owner`.
    event OwnershipOffered(address indexed owner, address indexed next);
    /// @notice `next` took over from `previous`.
    event OwnershipTransferred(address indexed previous, address indexed next);

    /// @notice The caller may not do this.
    error Unauthorized(address caller);
    /// @notice The zero address cannot own.
    error ZeroOwner();

    /// @notice The account that may change things.
    function owner() external view returns (address);

    /// @notice The account that may take over, or zero.
    function nextOwner() external view returns (address);

    /// @notice Offers the ownership to `next`; zero withdraws an offer.
    /// @param next The account that may then call `acceptOwnership`.
    function offerOwnership(address next) external;

    /// @notice Takes the ownership that was offered to the caller.
    function acceptOwnership() external;
}
