// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";
import {TwoStepOwner} from "../src/TwoStepOwner.sol";
import {ITwoStepOwner} from "../src/interfaces/ITwoStepOwner.sol";

contract Owned is TwoStepOwner {
    constructor(address owner_) TwoStepOwner(owner_) {}

    function restricted() external onlyOwner {}
}

contract TwoStepOwnerTest is Test {
    address private alice = makeAddr("alice");
    address private bob = makeAddr("bob");
    address private carol = makeAddr("carol");
    Owned private owned;

    function setUp() public {
        vm.expectEmit();
        emit ITwoStepOwner.OwnershipTransferred(address(0), alice);
        owned = new Owned(alice);
    }

    function test_refusesZeroOwner() public {
        vm.expectRevert(ITwoStepOwner.ZeroOwner.selector);
        new Owned(address(0));
    }

    function test_handover() public {
        vm.expectEmit();
        emit ITwoStepOwner.OwnershipOffered(alice, bob);
        vm.prank(alice);
        owned.offerOwnership(bob);
        assertEq(owned.owner(), alice, "an offer changes nothing yet");
        assertEq(owned.nextOwner(), bob);

        vm.expectEmit();
        emit ITwoStepOwner.OwnershipTransferred(alice, bob);
        vm.prank(bob);
        owned.acceptOwnership();
        assertEq(owned.owner(), bob);
        assertEq(owned.nextOwner(), address(0));

        vm.prank(bob);
        owned.restricted();
        _expectUnauthorized(alice);
        owned.restricted();
    }

    function test_offerCanBeWithdrawn() public {
        vm.startPrank(alice);
        owned.offerOwnership(bob);
        owned.offerOwnership(address(0));
        vm.stopPrank();
        _expectUnauthorized(bob);
        owned.acceptOwnership();
    }

    function test_acceptedOnce() public {
        vm.prank(alice);
        owned.offerOwnership(bob);
        vm.startPrank(bob);
        owned.acceptOwnership();
        vm.expectRevert(abi.encodeWithSelector(ITwoStepOwner.Unauthorized.selector, bob));
        owned.acceptOwnership();
        vm.stopPrank();
    }

    function testFuzz_othersCanDoNothing(address other) public {
        vm.assume(other != alice && other != address(0));
        _expectUnauthorized(other);
        owned.restricted();
        _expectUnauthorized(other);
        owned.offerOwnership(other);
        vm.prank(alice);
        owned.offerOwnership(carol);
        vm.assume(other != carol);
        _expectUnauthorized(other);
        owned.acceptOwnership();
    }

    function _expectUnauthorized(address caller) private {
        vm.expectRevert(abi.encodeWithSelector(ITwoStepOwner.Unauthorized.selector, caller));
        vm.prank(caller);
    }
}
