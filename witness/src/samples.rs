//! Blocks that the project makes itself: no network, no file from outside, the same bytes every time.

mod contracts;
mod peers;
mod plain;

use crate::{builder::BuildError, input::BlockInput};

/// A sample block.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Its name on the command line.
    pub name: &'static str,
    /// What is in it.
    pub about: &'static str,
    make: fn() -> Result<BlockInput, BuildError>,
}

impl Sample {
    /// Makes the block and its witness.
    pub fn make(&self) -> Result<BlockInput, BuildError> {
        (self.make)()
    }
}

/// All samples.
pub const SAMPLES: [Sample; 6] = [
    Sample { name: "transfer", about: "one transfer of ETH (type 2)", make: plain::transfer },
    Sample {
        name: "erc20",
        about: "deployment of an ERC-20 token, then a transfer of tokens",
        make: plain::erc20,
    },
    Sample {
        name: "failing-call",
        about: "a call that reverts and a call that runs out of gas",
        make: plain::failing_call,
    },
    Sample {
        name: "create2",
        about: "deployment of a factory, which then deploys with CREATE2",
        make: plain::create2,
    },
    Sample { name: "peer-transfer", about: "zk_evm's case simple_transfer", make: peers::simple_transfer },
    Sample { name: "peer-erc20", about: "zk_evm's case erc20", make: peers::erc20 },
];

/// The sample with this name.
pub fn find(name: &str) -> Option<&'static Sample> {
    SAMPLES.iter().find(|sample| sample.name == name)
}
