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

/// @title A chain of state roots, each reached from the one before by a proof
/// @notice An example a rollup can start from: bridges and withdrawals would read `head()`.
/// @dev A replay is refused because the head has moved on, never because the bytes of a proof were seen before:
/// anyone can make other bytes for the same statement. There is no way back: the head moves along proofs only, and
/// if a version is frozen it stays where it is until the owner's next ROM is due.
contract StateChain is IStateChain, TwoStepOwner {
    /// @inheritdoc IStateChain
    IZkRomRouter public immutable override router;
    /// @inheritdoc IStateChain
    bytes32 public immutable override configHash;
    /// @inheritdoc IStateChain
    uint256 public immutable override chainId;
    /// @inheritdoc IStateChain
    uint64 public immutable override delay;

    /// @dev The first three share a slot: an ordinary proof reads four slots and writes three.
    uint64 private _number;
    uint32 private _version;
    uint64 private _readyAt;
    bytes32 private _hash;
    bytes32 private _stateRoot;
    bytes32 private _romDigest;
    Rom private _proposed;

    /// @param owner_ Who may change the ROM, after the delay.
    /// @param router_ The router that proofs go through.
    /// @param delay_ Seconds between the proposal of a ROM and its activation.
    /// @param rom_ The first ROM; its verifier fixes config and chain id for good.
    /// @param genesis The block the chain starts from.
    constructor(address owner_, IZkRomRouter router_, uint64 delay_, Rom memory rom_, Head memory genesis)
        TwoStepOwner(owner_)
    {
        Timelock.requireSensible(delay_);
        IZkRomVerifier verifier = router_.verifierOf(rom_.version);
        router = router_;
        delay = delay_;
        configHash = verifier.configHash();
        chainId = verifier.chainId();
        _requireFits(rom_, verifier);
        (_version, _romDigest) = (rom_.version, rom_.digest);
        (_number, _hash, _stateRoot) = (genesis.number, genesis.hash, genesis.stateRoot);
        emit RomChanged(rom_.version, rom_.digest);
        emit Advanced(genesis.number, genesis.hash, genesis.stateRoot, genesis.number);
    }

    /// @inheritdoc IStateChain
    function advance(PublicValues calldata values, Proof calldata proof) external override {
        ExactCalldata.requireWords(17);
        // The router's verifier pins these as well; a version added later may pin others.
        if (values.configHash != configHash) revert WrongConfig(configHash, values.configHash);
        if (values.chainId != chainId) revert WrongChain(chainId, values.chainId);
        bytes32 romDigest = _romDigest;
        if (values.romDigest != romDigest) revert WrongRom(romDigest, values.romDigest);

        uint256 next = uint256(_number) + 1;
        if (values.firstBlock != next) revert WrongFirstBlock(next, values.firstBlock);
        if (values.lastBlock < next || values.lastBlock > type(uint64).max) {
            revert WrongLastBlock(next, values.lastBlock);
        }
        if (values.parentHash != _hash) revert WrongParent(_hash, values.parentHash);
        if (values.preStateRoot != _stateRoot) revert WrongPreState(_stateRoot, values.preStateRoot);

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
        _proposed = next;
        _readyAt = Timelock.start(delay);
        emit RomProposed(next.version, next.digest, _readyAt);
    }

    /// @inheritdoc IStateChain
    function cancelRom() external override onlyOwner {
        Rom memory next = _takeProposed();
        emit RomCancelled(next.version, next.digest);
    }

    /// @inheritdoc IStateChain
    function activateRom() external override onlyOwner {
        uint64 readyAt = _readyAt;
        Rom memory next = _takeProposed();
        Timelock.requireOver(readyAt);
        _requireFits(next, router.verifierOf(next.version));
        (_version, _romDigest) = (next.version, next.digest);
        emit RomChanged(next.version, next.digest);
    }

    /// @inheritdoc IStateChain
    function head() external view override returns (Head memory) {
        return Head({number: _number, hash: _hash, stateRoot: _stateRoot});
    }

    /// @inheritdoc IStateChain
    function rom() external view override returns (Rom memory) {
        return Rom({version: _version, digest: _romDigest});
    }

    /// @inheritdoc IStateChain
    function proposedRom() external view override returns (Rom memory next, uint64 readyAt) {
        return (_proposed, _readyAt);
    }

    /// @dev A verifier that pins something else would leave the chain without any proof it could accept.
    function _requireFits(Rom memory next, IZkRomVerifier verifier) private view {
        if (verifier.romDigest() != next.digest) revert WrongRom(next.digest, verifier.romDigest());
        if (verifier.configHash() != configHash) revert WrongConfig(configHash, verifier.configHash());
        if (verifier.chainId() != chainId) revert WrongChain(chainId, verifier.chainId());
    }

    /// @dev Ends a proposal and returns it.
    function _takeProposed() private returns (Rom memory next) {
        if (_readyAt == 0) revert NoRomProposed();
        next = _proposed;
        delete _proposed;
        delete _readyAt;
    }
}
