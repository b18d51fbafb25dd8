// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";
import {Timelock} from "../../src/libraries/Timelock.sol";

contract TimelockHarness {
    function requireSensible(uint64 delay) external pure {
        Timelock.requireSensible(delay);
    }

    function start(uint64 delay) external view returns (uint64) {
        return Timelock.start(delay);
    }

    function requireOpen(uint64 readyAt) external view {
        Timelock.requireOpen(readyAt);
    }
}

contract TimelockTest is Test {
    TimelockHarness private harness;

    function setUp() public {
        harness = new TimelockHarness();
    }

    function test_boundsOfTheDelay() public {
        harness.requireSensible(1 days);
        harness.requireSensible(60 days);
        vm.expectRevert(abi.encodeWithSelector(Timelock.DelayOutOfRange.selector, 1 days - 1));
        harness.requireSensible(1 days - 1);
        vm.expectRevert(abi.encodeWithSelector(Timelock.DelayOutOfRange.selector, 60 days + 1));
        harness.requireSensible(60 days + 1);
    }

    function testFuzz_lockedUntilTheSecond(uint64 delay, uint64 early) public {
        delay = uint64(bound(delay, 1 days, 60 days));
        early = uint64(bound(early, 1, delay));
        uint64 readyAt = harness.start(delay);
        assertEq(readyAt, block.timestamp + delay);
        vm.warp(readyAt - early);
        vm.expectRevert(abi.encodeWithSelector(Timelock.StillLocked.selector, readyAt));
        harness.requireOpen(readyAt);
        vm.warp(readyAt);
        harness.requireOpen(readyAt);
        vm.warp(readyAt + 30 days);
        harness.requireOpen(readyAt);
        vm.warp(readyAt + 30 days + 1);
        vm.expectRevert(abi.encodeWithSelector(Timelock.Lapsed.selector, readyAt + 30 days));
        harness.requireOpen(readyAt);
    }
}
