//! Where the keys of the Groth16 circuit are, and the circuit itself.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use zkrom::wrapping::{Circuit, KeyFolder};
use zkrom_recursion::keys::KeySet;
use zkrom_recursion::pipeline::{Last, Parameters, standard_keys};

/// Where keys are looked for.
#[derive(Debug, Args)]
pub struct KeysArgs {
    /// Folder of the Groth16 keys; `~/.cache/zkrom` by default.
    #[arg(long, value_name = "FOLDER", env = "ZKROM_KEYS")]
    keys: Option<PathBuf>,
}

impl KeysArgs {
    /// The folder.
    pub fn folder(&self) -> Result<PathBuf> {
        if let Some(folder) = &self.keys {
            return Ok(folder.clone());
        }
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|p| p.is_absolute());
        let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
        let cache = cache.or_else(home);
        cache.map(|c| c.join("zkrom")).ok_or_else(|| miette!("no home folder: name a folder with --keys"))
    }
}

/// The stages after the block proof, which every wrap has in common.
pub struct Stages {
    /// Parameters of all stages.
    pub parameters: Parameters,
    /// Keys of the first stages.
    pub keys: KeySet,
    /// The last stages.
    pub last: Last,
}

impl Stages {
    /// Makes the keys of the last stages: some seconds.
    pub fn new(progress: &mut impl FnMut(&str, Option<Duration>)) -> Result<Self> {
        let keys =
            standard_keys().into_diagnostic().wrap_err("the recursion's keys are not of this build")?;
        let parameters = Parameters::standard();
        let last = Last::new(&parameters, progress);
        Ok(Self { parameters, keys, last })
    }

    /// The Groth16 circuit.
    pub fn circuit(&self) -> Circuit<'_> {
        Circuit::new(&self.last.wrap, self.keys.root())
    }

    /// The circuit's keys in a folder.
    pub fn key_folder(&self, args: &KeysArgs) -> Result<KeyFolder> {
        Ok(KeyFolder::new(&args.folder()?, &self.circuit().id()))
    }
}
