// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// A contract that remembers who made it, and a number.
contract Box {
    address public immutable maker;
    uint256 public number;

    constructor(uint256 start) {
        maker = msg.sender;
        number = start;
    }
}

/// Makes boxes with CREATE2, at addresses known beforehand.
contract Factory {
    event Made(address indexed box, bytes32 salt);

    function make(bytes32 salt, uint256 start) external returns (address box) {
        box = address(new Box{salt: salt}(start));
        emit Made(box, salt);
    }
}
