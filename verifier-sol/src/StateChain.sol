// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {TwoStepOwner} from "./TwoStepOwner.sol";
import {IStateChain} from "./interfaces/IStateChain.sol";
import {IZkRomRouter} from "./interfaces/IZkRomRouter.sol";
import {IZkRomVerifier} from "./interfaces/IZkRomVerifier.sol";
import {ExactCalldata} from "./libraries/ExactCalldata.sol";
import {Timelock} from "./libraries/Timelock.sol";
import {Head, Rom} from "./types/Head.sol";
import {Proof} from "./types/Proof.sol";
import {PublicValues} from "./types/PublicValues.sol";
import {Route, RouteStatus} from "./types/Route.sol";

/// @title A chain of state roots, each reached from the one before by a proof
/// @notice An example a rollup can start from: bridges and withdrawals would read `head()`.
/// @dev A proof says that blocks are valid, not that they are the ones everybody expects: who may add the next block
/// (a sequencer, a queue of deposits, published data) is decided by `_requireWanted`, which here admits everyone.
/// A replay is refused because the head has moved on, never because the bytes of a proof were seen before:
/// anyone can make other bytes for the same statement. There is no way back: the head moves along proofs only, and
/// if a version is frozen it stays where it is until the owner's next ROM is due.
contract StateChain is IStateChain, TwoStepOwner {
    /// @inheritdoc IStateChain
    IZkRomRouter public immutable override router;
    /// @inheritdoc IStateChain
    uint256 public immutable override chainId;
    /// @inheritdoc IStateChain
    uint64 public immutable override delay;

    /// @dev The first three share a slot: an ordinary proof reads five slots and writes three.
    uint64 private _number;
    uint32 private _version;
    uint64 private _readyAt;
    bytes32 private _hash;
    bytes32 private _stateRoot;
    bytes32 private _romDigest;
    bytes32 private _configHash;
    Rom private _proposed;
    IZkRomVerifier private _proposedVerifier;

    /// @param owner_ Who may change the ROM, after the delay.
    /// @param router_ The router that proofs go through.
    /// @param delay_ Seconds between the proposal of a ROM and its activation.
    /// @param rom_ The first ROM and config; its verifier fixes the chain id for good.
    /// @param genesis The block the chain starts from.
    constructor(address owner_, IZkRomRouter router_, uint64 delay_, Rom memory rom_, Head memory genesis)
        TwoStepOwner(owner_)
    {
        Timelock.requireSensible(delay_);
        IZkRomVerifier verifier = router_.verifierOf(rom_.version);
        router = router_;
        delay = delay_;
        chainId = verifier.chainId();
        _requireFits(rom_, verifier);
        _setRom(rom_);
        (_number, _hash, _stateRoot) = (genesis.number, genesis.hash, genesis.stateRoot);
        emit Advanced(genesis.number, genesis.hash, genesis.stateRoot, genesis.number);
    }

    /// @inheritdoc IStateChain
    function advance(PublicValues calldata values, Proof calldata proof) external override {
        ExactCalldata.requireWords(17);
        // The version's verifier pins these three as well: two contracts would have to be wrong.
        if (values.configHash != _configHash) revert WrongConfig(_configHash, values.configHash);
        if (values.chainId != chainId) revert WrongChain(chainId, values.chainId);
        if (values.romDigest != _romDigest) revert WrongRom(_romDigest, values.romDigest);

        uint256 next = uint256(_number) + 1;
        if (values.firstBlock != next) revert WrongFirstBlock(next, values.firstBlock);
        if (values.lastBlock < next || values.lastBlock > type(uint64).max) {
            revert WrongLastBlock(next, values.lastBlock);
        }
        if (values.parentHash != _hash) revert WrongParent(_hash, values.parentHash);
        if (values.preStateRoot != _stateRoot) revert WrongPreState(_stateRoot, values.preStateRoot);
        _requireWanted(values);

        router.verify(_version, values, proof);

        // Both numbers were bounded above.
        // forge-lint: disable-next-line(unsafe-typecast)
        (uint64 firstBlock, uint64 lastBlock) = (uint64(next), uint64(values.lastBlock));
        _number = lastBlock;
        _hash = values.lastBlockHash;
        _stateRoot = values.postStateRoot;
        emit Advanced(lastBlock, values.lastBlockHash, values.postStateRoot, firstBlock);
    }

    /// @inheritdoc IStateChain
    function proposeRom(Rom calldata next) external override onlyOwner {
        // The verifier of a version that is only proposed can still be exchanged, so it is written down.
        Route memory route = router.route(next.version);
        if (route.status != RouteStatus.Proposed && route.status != RouteStatus.Active) {
            revert IZkRomRouter.VersionNotActive(next.version);
        }
        _requireFits(next, route.verifier);
        _proposed = next;
        _proposedVerifier = route.verifier;
        _readyAt = Timelock.start(delay);
        emit RomProposed(next.version, next.digest, next.configHash, route.verifier, _readyAt);
    }

    /// @inheritdoc IStateChain
    function cancelRom() external override onlyOwner {
        (Rom memory next,) = _takeProposed();
        emit RomCancelled(next.version, next.digest);
    }

    /// @inheritdoc IStateChain
    function activateRom() external override onlyOwner {
        uint64 readyAt = _readyAt;
        (Rom memory next, IZkRomVerifier announced) = _takeProposed();
        Timelock.requireOpen(readyAt);
        IZkRomVerifier verifier = router.verifierOf(next.version);
        if (verifier != announced) revert WrongVerifier(announced, verifier);
        _setRom(next);
    }

    /// @inheritdoc IStateChain
    function head() external view override returns (Head memory) {
        return Head({number: _number, hash: _hash, stateRoot: _stateRoot});
    }

    /// @inheritdoc IStateChain
    function rom() external view override returns (Rom memory) {
        return Rom({version: _version, digest: _romDigest, configHash: _configHash});
    }

    /// @inheritdoc IStateChain
    function proposedRom()
        external
        view
        override
        returns (Rom memory next, IZkRomVerifier verifier, uint64 readyAt)
    {
        return (_proposed, _proposedVerifier, _readyAt);
    }

    /// @dev Where a rollup puts its own rule about the next blocks: reverts if they are not wanted.
    /// @param values What the proof will be checked to say; it starts at the head.
    function _requireWanted(PublicValues calldata values) internal view virtual {}

    /// @dev A verifier that pins something else would leave the chain without any proof it could accept.
    function _requireFits(Rom memory next, IZkRomVerifier verifier) private view {
        if (verifier.romDigest() != next.digest) revert WrongRom(next.digest, verifier.romDigest());
        if (verifier.configHash() != next.configHash) {
            revert WrongConfig(next.configHash, verifier.configHash());
        }
        if (verifier.chainId() != chainId) revert WrongChain(chainId, verifier.chainId());
    }

    /// @dev Whose proofs count from now on.
    function _setRom(Rom memory next) private {
        (_version, _romDigest, _configHash) = (next.version, next.digest, next.configHash);
        emit RomChanged(next.version, next.digest, next.configHash);
    }

    /// @dev Ends a proposal and returns it.
    function _takeProposed() private returns (Rom memory next, IZkRomVerifier verifier) {
        if (_readyAt == 0) revert NoRomProposed();
        (next, verifier) = (_proposed, _proposedVerifier);
        delete _proposed;
        delete _proposedVerifier;
        delete _readyAt;
    }
}
