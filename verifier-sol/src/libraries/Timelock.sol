// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title Delays between the announcement of a change and the change
/// @notice A delay gives users time to read what will hold next and to leave before it does. An announcement
/// lapses, or one made at the start could be kept until nobody thinks of it any more.
library Timelock {
    /// @notice The delay is outside `MIN_DELAY..MAX_DELAY`.
    error DelayOutOfRange(uint64 delay);
    /// @notice The change was announced, but its time has not come.
    error StillLocked(uint64 readyAt);
    /// @notice The change was announced too long ago.
    error Lapsed(uint64 deadline);

    /// @dev Shorter, and nobody could react; longer, and the owner could not either.
    uint64 internal constant MIN_DELAY = 1 days;
    uint64 internal constant MAX_DELAY = 60 days;
    /// @dev How long a change can be made once its time has come.
    uint64 internal constant WINDOW = 30 days;

    /// @notice Reverts unless `delay` is one a contract may be built with.
    /// @param delay Seconds between announcement and change.
    function requireSensible(uint64 delay) internal pure {
        if (delay < MIN_DELAY || delay > MAX_DELAY) revert DelayOutOfRange(delay);
    }

    /// @notice The moment from which a change announced now can be made.
    /// @param delay Seconds between announcement and change.
    /// @return readyAt Seconds since the epoch.
    function start(uint64 delay) internal view returns (uint64 readyAt) {
        return uint64(block.timestamp) + delay;
    }

    /// @notice Reverts before `readyAt` and more than `WINDOW` after it.
    /// @param readyAt What `start` returned.
    function requireOpen(uint64 readyAt) internal view {
        // Validators can move the time by seconds, the delay is a day at least.
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp < readyAt) revert StillLocked(readyAt);
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp > readyAt + WINDOW) revert Lapsed(readyAt + WINDOW);
    }
}
