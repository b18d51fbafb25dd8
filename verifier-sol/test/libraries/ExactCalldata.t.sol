// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";
import {ExactCalldata} from "../../src/libraries/ExactCalldata.sol";

contract ExactCalldataHarness {
    /// @dev Its one argument is a word, so any other number of words is wrong.
    function requireWords(uint256 words) external pure {
        ExactCalldata.requireWords(words);
    }
}

contract ExactCalldataTest is Test {
    ExactCalldataHarness private harness;

    function setUp() public {
        harness = new ExactCalldataHarness();
    }

    function testFuzz_acceptsOneLength(uint256 words) public {
        words = bound(words, 0, 100);
        if (words != 1) {
            vm.expectRevert(abi.encodeWithSelector(ExactCalldata.CalldataLength.selector, 4 + 32 * words, 36));
        }
        harness.requireWords(words);
    }

    function testFuzz_refusesWhateverFollows(bytes calldata extra) public view {
        bytes memory call = bytes.concat(abi.encodeCall(harness.requireWords, (1)), extra);
        (bool success,) = address(harness).staticcall(call);
        assertEq(success, extra.length == 0);
    }
}
