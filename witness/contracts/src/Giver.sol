// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

interface IToken {
    function transfer(address to, uint256 value) external returns (bool);
}

/// Gives its tokens away, always to the same receiver.
contract Giver {
    address private constant RECEIVER = address(0xc0de3);

    IToken public token;

    constructor(IToken token_) {
        token = token_;
    }

    function send(uint256 value) external {
        token.transfer(RECEIVER, value);
    }
}
