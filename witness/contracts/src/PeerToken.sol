// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// An OpenZeppelin token, for comparison with other provers.
contract PeerToken is ERC20("Peer Token", "PEER") {
    constructor() {
        _mint(msg.sender, 1000e18);
    }
}
