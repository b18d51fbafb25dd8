// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Script, console} from "forge-std/Script.sol";
import {StateChain} from "../src/StateChain.sol";
import {ZkRomRouter} from "../src/ZkRomRouter.sol";
import {ZkRomVerifier} from "../src/ZkRomVerifier.sol";
import {IGroth16Verifier} from "../src/interfaces/IGroth16Verifier.sol";
import {KeyCheck} from "../src/libraries/KeyCheck.sol";
import {Head, Rom} from "../src/types/Head.sol";

/// @notice What to deploy; see script/config/.
struct Config {
    /// The artifact of the Groth16 verifier.
    string artifact;
    /// The Groth16 verifier if it was deployed before, else zero; its code must be the artifact's.
    IGroth16Verifier groth16;
    /// Digest of the verifying key, as the prover's tools print it.
    bytes32 keyDigest;
    address owner;
    uint64 delay;
    uint256 chainId;
    Rom rom;
    Head genesis;
}

struct Deployment {
    IGroth16Verifier groth16;
    ZkRomVerifier verifier;
    ZkRomRouter router;
    StateChain chain;
}

/// @title Deploys the four contracts from a configuration file and writes down their addresses
/// @dev Environment: `ZKROM_DEPLOY_CONFIG` (default script/config/toy.json), `ZKROM_DEPLOY_OUT` (default
/// deployments/<chain id>.json). The owner is the sender unless the file names one.
contract Deploy is Script {
    /// @notice The key in the contract is not the one that was asked for.
    error KeyDigestMismatch(bytes32 expected, bytes32 got);
    /// @notice The contract deployed before is not the artifact, whatever key it says it has.
    error CodeMismatch(IGroth16Verifier groth16, string artifact);
    /// @notice The constructor of the artifact refused, as it does for a forgeable key.
    error NotCreated(string artifact);

    function run() external {
        string memory path = vm.envOr("ZKROM_DEPLOY_CONFIG", string("script/config/toy.json"));
        Config memory config = read(path, msg.sender);
        vm.startBroadcast();
        Deployment memory deployment = deploy(config);
        vm.stopBroadcast();
        string memory fallbackOut = string.concat("deployments/", vm.toString(block.chainid), ".json");
        string memory out = vm.envOr("ZKROM_DEPLOY_OUT", fallbackOut);
        write(deployment, out);
        console.log("addresses written to", out);
    }

    /// @notice Creates the contracts, checking the key before anything is built on it.
    function deploy(Config memory config) public returns (Deployment memory d) {
        d.groth16 = address(config.groth16) == address(0) ? _create(config.artifact) : config.groth16;
        // The constructor has checked this; a contract deployed by others may not have.
        KeyCheck.requireSound(d.groth16.verifyingKey());
        bytes32 digest = KeyCheck.digest(d.groth16.verifyingKey());
        if (digest != config.keyDigest) revert KeyDigestMismatch(config.keyDigest, digest);
        if (keccak256(address(d.groth16).code) != keccak256(vm.getDeployedCode(config.artifact))) {
            revert CodeMismatch(d.groth16, config.artifact);
        }

        d.verifier = new ZkRomVerifier(d.groth16, config.rom.digest, config.rom.configHash, config.chainId);
        d.router = new ZkRomRouter(config.owner, config.delay, config.rom.version, d.verifier);
        d.chain = new StateChain(config.owner, d.router, config.delay, config.rom, config.genesis);
    }

    /// @notice Reads a configuration file.
    function read(string memory path, address sender) public view returns (Config memory config) {
        // The path is the deployer's own, and foundry.toml bounds where it may lead.
        // forge-lint: disable-next-line(unsafe-cheatcode)
        string memory json = vm.readFile(path);
        config.artifact = vm.parseJsonString(json, ".groth16.artifact");
        if (vm.keyExistsJson(json, ".groth16.address")) {
            config.groth16 = IGroth16Verifier(vm.parseJsonAddress(json, ".groth16.address"));
        }
        config.keyDigest = vm.parseJsonBytes32(json, ".groth16.keyDigest");
        config.owner = vm.keyExistsJson(json, ".owner") ? vm.parseJsonAddress(json, ".owner") : sender;
        config.delay = uint64(vm.parseJsonUint(json, ".delay"));
        config.chainId = vm.parseJsonUint(json, ".chainId");
        config.rom = Rom({
            version: uint32(vm.parseJsonUint(json, ".version")),
            digest: vm.parseJsonBytes32(json, ".romDigest"),
            configHash: vm.parseJsonBytes32(json, ".configHash")
        });
        config.genesis = Head({
            number: uint64(vm.parseJsonUint(json, ".genesis.number")),
            hash: vm.parseJsonBytes32(json, ".genesis.hash"),
            stateRoot: vm.parseJsonBytes32(json, ".genesis.stateRoot")
        });
    }

    /// @notice Writes the addresses as JSON.
    function write(Deployment memory d, string memory path) public {
        vm.createDir("deployments", true);
        string memory object = "deployment";
        vm.serializeAddress(object, "groth16", address(d.groth16));
        vm.serializeAddress(object, "verifier", address(d.verifier));
        vm.serializeAddress(object, "router", address(d.router));
        vm.writeJson(vm.serializeAddress(object, "chain", address(d.chain)), path);
    }

    function _create(string memory artifact) private returns (IGroth16Verifier created) {
        bytes memory code = vm.getCode(artifact);
        address at;
        assembly ("memory-safe") {
            at := create(0, add(code, 0x20), mload(code))
        }
        if (at == address(0)) revert NotCreated(artifact);
        return IGroth16Verifier(at);
    }
}
