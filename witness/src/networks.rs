//! The schedules of public networks, and of the network names test fixtures use.

use alloy_primitives::{Address, address};

use crate::fork::{
    Activation, BlobSchedule, ChainConfig, Fork, ForkError, ForkName, MAINNET_DEPOSIT_CONTRACT,
};

/// Activations of a public network: the Merge block, then timestamps of Shanghai, Cancun, Prague, Osaka, BPO1, BPO2.
struct Network {
    name: &'static str,
    chain_id: u64,
    paris: u64,
    times: [u64; 6],
    deposit_contract: Address,
}

const NETWORKS: [Network; 4] = [
    Network {
        name: "mainnet",
        chain_id: 1,
        paris: 15_537_394,
        times: [1_681_338_455, 1_710_338_135, 1_746_612_311, 1_764_798_551, 1_765_290_071, 1_767_747_671],
        deposit_contract: MAINNET_DEPOSIT_CONTRACT,
    },
    Network {
        name: "sepolia",
        chain_id: 11_155_111,
        paris: 1_450_409,
        times: [1_677_557_088, 1_706_655_072, 1_741_159_776, 1_760_427_360, 1_761_017_184, 1_761_607_008],
        deposit_contract: address!("0x7f02C3E3c98b133055B8B348B2Ac625669Ed295D"),
    },
    Network {
        name: "holesky",
        chain_id: 17_000,
        paris: 0,
        times: [1_696_000_704, 1_707_305_664, 1_740_434_112, 1_759_308_480, 1_759_800_000, 1_760_389_824],
        deposit_contract: address!("0x4242424242424242424242424242424242424242"),
    },
    Network {
        name: "hoodi",
        chain_id: 560_048,
        paris: 0,
        times: [0, 0, 1_742_999_832, 1_761_677_592, 1_762_365_720, 1_762_955_544],
        deposit_contract: MAINNET_DEPOSIT_CONTRACT,
    },
];

/// A fork name as fixtures write it: rules and the blob parameters it begins with.
const STEPS: [(&str, ForkName, Option<BlobSchedule>); 9] = [
    ("Paris", ForkName::Paris, None),
    ("Shanghai", ForkName::Shanghai, None),
    ("Cancun", ForkName::Cancun, Some(BlobSchedule::CANCUN)),
    ("Prague", ForkName::Prague, Some(BlobSchedule::PRAGUE)),
    ("Osaka", ForkName::Osaka, Some(BlobSchedule::PRAGUE)),
    ("BPO1", ForkName::Osaka, Some(BlobSchedule::BPO1)),
    ("BPO2", ForkName::Osaka, Some(BlobSchedule::BPO2)),
    // Invented by the test suites.
    (
        "BPO3",
        ForkName::Osaka,
        Some(BlobSchedule { target: 21, max: 32, base_fee_update_fraction: 20_609_697 }),
    ),
    (
        "BPO4",
        ForkName::Osaka,
        Some(BlobSchedule { target: 14, max: 21, base_fee_update_fraction: 13_739_630 }),
    ),
];

const EXPECTED: &str = "mainnet, sepolia, holesky, hoodi, a fork from Paris to BPO4, or a transition like \
                        ParisToShanghaiAtTime15k";

impl ChainConfig {
    /// The config of a public network, by name.
    pub fn public(name: &str) -> Option<Self> {
        let network = NETWORKS.iter().find(|n| n.name == name)?;
        let mut forks =
            vec![Fork { activation: Activation::Block(network.paris), rules: ForkName::Paris, blobs: None }];
        for ((_, rules, blobs), time) in STEPS[1..].iter().zip(network.times) {
            forks.push(Fork { activation: Activation::Time(time), rules: *rules, blobs: *blobs });
        }
        Some(Self { chain_id: network.chain_id, forks, deposit_contract: network.deposit_contract })
    }

    /// The config of Ethereum mainnet.
    pub fn mainnet() -> Self {
        Self::public("mainnet").expect("the table has mainnet")
    }

    /// A chain whose genesis already has the rules of `fork` (and its first blob parameters).
    pub fn from_genesis(fork: ForkName, chain_id: u64) -> Self {
        let step = STEPS.iter().position(|s| s.1 == fork).expect("the table has every fork");
        Self { chain_id, forks: vec![genesis_line(step)], deposit_contract: MAINNET_DEPOSIT_CONTRACT }
    }

    /// The config a test fixture's `network` stands for: a fork, or `<A>To<B>AtTime<n>k`.
    pub fn fixture(network: &str, chain_id: u64) -> Result<Self, ForkError> {
        let unknown = || ForkError::UnknownNetwork { got: network.into(), expected: EXPECTED };
        let step = |name: &str| STEPS.iter().position(|s| s.0 == name || (name == "Merge" && s.0 == "Paris"));
        let deposit_contract = MAINNET_DEPOSIT_CONTRACT;
        if let Some(step) = step(network) {
            return Ok(Self { chain_id, forks: vec![genesis_line(step)], deposit_contract });
        }
        let (names, time) = network.split_once("AtTime").ok_or_else(unknown)?;
        let (from, to) = names.split_once("To").ok_or_else(unknown)?;
        let (from, to) = step(from).zip(step(to)).ok_or_else(unknown)?;
        let time = match time.strip_suffix('k') {
            Some(thousands) => thousands.parse::<u64>().ok().and_then(|t| t.checked_mul(1000)),
            None => time.parse().ok(),
        };
        let activation = Activation::Time(time.ok_or_else(unknown)?);
        let (_, rules, blobs) = STEPS[to];
        let forks = vec![genesis_line(from), Fork { activation, rules, blobs }];
        Ok(Self { chain_id, forks, deposit_contract })
    }

    /// The config a block file's `network` and `chainId` stand for: a public network or a fixture name.
    pub fn named(network: &str, chain_id: u64) -> Result<Self, ForkError> {
        let Some(config) = Self::public(network) else { return Self::fixture(network, chain_id) };
        if config.chain_id != chain_id {
            let network = network.into();
            return Err(ForkError::ChainId { network, expected: config.chain_id, got: chain_id });
        }
        Ok(config)
    }
}

/// Rules of a step from block 0 on.
fn genesis_line(step: usize) -> Fork {
    let (_, rules, blobs) = STEPS[step];
    Fork { activation: Activation::Block(0), rules, blobs }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(config: &ChainConfig, number: u64, time: u64) -> ForkName {
        config.fork_at(number, time).unwrap().rules
    }

    #[test]
    fn mainnet_blocks_have_their_forks() {
        let config = ChainConfig::mainnet();
        assert_eq!(rules(&config, 15_537_394, 1_663_224_179), ForkName::Paris);
        assert_eq!(rules(&config, 17_034_870, 1_681_338_455), ForkName::Shanghai);
        assert_eq!(rules(&config, 19_426_587, 1_710_338_135), ForkName::Cancun);
        assert_eq!(rules(&config, 22_431_084, 1_746_612_311), ForkName::Prague);
        let bpo2 = config.fork_at(24_628_607, 1_767_747_671).unwrap();
        assert_eq!((bpo2.rules, bpo2.blobs), (ForkName::Osaka, Some(BlobSchedule::BPO2)));
        assert_eq!(
            config.fork_at(15_537_393, 1_663_224_162).unwrap_err().to_string(),
            "block 15537393 (timestamp 1663224162) is before Paris on chain 1: expected a post-Merge block"
        );
    }

    #[test]
    fn fixture_names_are_schedules() {
        let config = ChainConfig::fixture("ParisToShanghaiAtTime15k", 1).unwrap();
        assert_eq!(rules(&config, 5, 14_999), ForkName::Paris);
        assert_eq!(rules(&config, 5, 15_000), ForkName::Shanghai);
        assert_eq!(
            ChainConfig::fixture("Cancun", 7).unwrap(),
            ChainConfig::from_genesis(ForkName::Cancun, 7)
        );
        for name in
            ["London", "ArrowGlacierToParisAtDiffC0000", "ParisToLondonAtTime15k", "ParisToShanghaiAtTimex"]
        {
            let error = ChainConfig::fixture(name, 1).unwrap_err();
            assert!(error.to_string().starts_with(&format!("network `{name}` is not supported")), "{error}");
        }
        let error = ChainConfig::named("mainnet", 5).unwrap_err();
        assert_eq!(error.to_string(), "network `mainnet`: expected chain id 1, got 5");
    }

    #[test]
    fn the_config_hash_covers_every_field() {
        let base = ChainConfig::mainnet();
        assert_eq!(base.encode().len(), 32 * (4 + 6 * base.forks.len()));
        let mut hashes = std::collections::BTreeSet::from([base.config_hash()]);
        let mut changed = vec![base; 8];
        changed[0].chain_id += 1;
        changed[1].deposit_contract = Address::ZERO;
        changed[2].forks.pop();
        changed[3].forks[0].activation = Activation::Time(15_537_394);
        changed[4].forks[2].activation = Activation::Time(1);
        changed[5].forks[2].rules = ForkName::Prague;
        changed[6].forks[2].blobs = None;
        changed[7].forks[6].blobs = Some(BlobSchedule { max: 22, ..BlobSchedule::BPO2 });
        hashes.extend(changed.iter().map(ChainConfig::config_hash));
        assert_eq!(hashes.len(), 9);
    }
}
