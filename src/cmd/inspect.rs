//! `zkrom inspect`.

use std::path::{Path, PathBuf};

use alloy_primitives::B256;
use clap::Args;
use miette::{IntoDiagnostic, Result, miette};
use serde::Serialize;
use zkrom::wrapping::SnarkFile;
use zkrom::{EvmRom, EvmStatement};
use zkrom_asm::Image;
use zkrom_recursion::pipeline::{StageFile, WrapFile};
use zkrom_snark_wrapper::groth16::read_key;
use zkrom_stark::machine::{machine_digest, page};
use zkrom_stark::proof::{FORMAT_VERSION, FileFormat, Proof, VerifyingKey};
use zkrom_witness::BlockInput;

use crate::{files, output};

/// Say what a file is; or, with --machine, print the inventory of chips.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    zkrom inspect block.json.gz\n  \
    zkrom inspect block.proof\n  \
    zkrom inspect --machine > docs/chips.md")]
pub struct Inspect {
    /// A block file, ROM image, proof or key.
    #[arg(required_unless_present = "machine")]
    file: Option<PathBuf>,
    /// Print the machine's chips, columns and buses as Markdown.
    #[arg(long)]
    machine: bool,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum What {
    Machine {
        page: String,
        machine_digest: String,
    },
    Block(Box<BlockFile>),
    Proof {
        format: u16,
        rom_digest: String,
        shape: u8,
        public_in: Vec<String>,
        public_out: Vec<String>,
    },
    VerifyingKey {
        format: u16,
        evm_rom: bool,
        program_digest: String,
        machine_digest: String,
        rom_digest: String,
    },
    Groth16Proof {
        format: u16,
        rom_digest: String,
        public_input: String,
        statement: EvmStatement,
    },
    StageProof {
        format: u16,
        stage: String,
        bytes: usize,
    },
    Groth16Key {
        circuit: String,
        variables: usize,
        public_inputs: usize,
    },
    Image {
        instructions: usize,
        forks: usize,
        evm_rom: bool,
        program_digest: String,
    },
}

/// What a block file says of itself; nothing of it is checked but the RLP.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BlockFile {
    network: String,
    chain_id: u64,
    fork: String,
    number: u64,
    timestamp: u64,
    hash: B256,
    parent_hash: B256,
    transactions: usize,
    withdrawals: Option<usize>,
    gas_used: u64,
    gas_limit: u64,
    block_bytes: usize,
    nodes: usize,
    node_bytes: usize,
    codes: usize,
    code_bytes: usize,
    headers: usize,
}

fn block_file(path: &Path) -> Result<BlockFile> {
    let input = BlockInput::load(path).into_diagnostic()?;
    let block = input.decode().into_diagnostic()?;
    let header = &block.header;
    let fork =
        input.config().and_then(|c| c.fork_at(header.number, header.timestamp).map(|f| f.rules.to_string()));
    let bytes = |list: &[alloy_primitives::Bytes]| list.iter().map(|b| b.len()).sum();
    let witness = &input.witness;
    Ok(BlockFile {
        fork: fork.unwrap_or_else(|e| format!("none ({e})")),
        number: header.number,
        timestamp: header.timestamp,
        hash: block.hash,
        parent_hash: header.parent_hash,
        transactions: block.transactions.len(),
        withdrawals: block.withdrawals.as_ref().map(Vec::len),
        gas_used: header.gas_used,
        gas_limit: header.gas_limit,
        block_bytes: input.block.len(),
        nodes: witness.state.len(),
        node_bytes: bytes(&witness.state),
        codes: witness.codes.len(),
        code_bytes: bytes(&witness.codes),
        headers: witness.headers.len(),
        chain_id: input.chain_id,
        network: input.network,
    })
}

fn is_evm_rom(program_digest: &[u8]) -> bool {
    EvmRom::get().image.digest().as_slice() == program_digest
}

fn what(path: &Path) -> Result<What> {
    // A proving key is large, and read by its own reader.
    if files::starts_with(path, b"zkromg16")? {
        let key = read_key(path, None).map_err(|e| miette!("{e}"))?;
        return Ok(What::Groth16Key {
            circuit: output::hex(&key.circuit),
            variables: key.proving.a_query.len(),
            public_inputs: key.proving.vk.gamma_abc_g1.len() - 1,
        });
    }
    let bytes = files::read(path)?;
    if bytes.starts_with(&Proof::MAGIC) {
        let p = Proof::from_bytes(&bytes).map_err(|e| miette!("{e}"))?;
        let words = |w: &[alloy_primitives::U256]| w.iter().map(|x| format!("{x:#x}")).collect();
        return Ok(What::Proof {
            format: FORMAT_VERSION,
            rom_digest: output::hex(&p.statement.rom_digest),
            shape: p.shape,
            public_in: words(&p.statement.public_in),
            public_out: words(&p.statement.public_out),
        });
    }
    if bytes.starts_with(&VerifyingKey::MAGIC) {
        let k = VerifyingKey::from_bytes(&bytes).map_err(|e| miette!("{e}"))?;
        return Ok(What::VerifyingKey {
            format: FORMAT_VERSION,
            evm_rom: is_evm_rom(&k.program_digest),
            program_digest: output::hex(&k.program_digest),
            machine_digest: output::hex(&k.machine_digest),
            rom_digest: output::hex(&k.rom_digest()),
        });
    }
    if bytes.starts_with(&SnarkFile::MAGIC) {
        let file = SnarkFile::from_bytes(&bytes).map_err(|e| miette!("{e}"))?;
        return Ok(What::Groth16Proof {
            format: FORMAT_VERSION,
            rom_digest: file.values.rom_digest.to_string(),
            public_input: file.values.public_input().to_string(),
            statement: file.values.statement(),
        });
    }
    if bytes.starts_with(&StageFile::MAGIC) {
        let file = StageFile::from_bytes(&bytes).map_err(|e| miette!("{e}"))?;
        return Ok(What::StageProof { format: FORMAT_VERSION, stage: file.stage, bytes: bytes.len() });
    }
    if bytes.starts_with(&WrapFile::MAGIC) {
        WrapFile::from_bytes(&bytes).map_err(|e| miette!("{e}"))?;
        return Ok(What::StageProof { format: FORMAT_VERSION, stage: "wrap".to_owned(), bytes: bytes.len() });
    }
    if bytes.starts_with(&zkrom_asm::file::MAGIC) {
        let image = Image::from_bytes(&bytes).map_err(|e| miette!("{e}"))?;
        return Ok(What::Image {
            instructions: image.instrs.len(),
            forks: image.opcodes.len(),
            evm_rom: is_evm_rom(image.digest().as_slice()),
            program_digest: image.digest().to_string(),
        });
    }
    // JSON, or gzip.
    if bytes.trim_ascii_start().starts_with(b"{") || bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(What::Block(Box::new(block_file(path)?)));
    }
    Err(miette!("neither a block file, a ROM image, a proof nor a key"))
}

const fn note(evm_rom: bool) -> &'static str {
    if evm_rom { " (the EVM ROM of this build)" } else { "" }
}

impl Inspect {
    pub fn run(&self, json: bool) -> Result<()> {
        let what = match &self.file {
            Some(path) => what(path).map_err(|e| e.wrap_err(path.display().to_string()))?,
            None => What::Machine { page: page(), machine_digest: output::hex(&machine_digest()) },
        };
        output::print(json, &what, text)
    }
}

fn text(what: &What) -> String {
    match what {
        What::Machine { page, .. } => page.trim_end().to_owned(),
        What::Block(b) => format!(
            "block file: block {} of {} (chain id {}), {} rules\n\
             hash   {}\nparent {}\n\
             {} transactions, {} withdrawals, {} gas of {}, {} bytes\n\
             witness: {} nodes ({} bytes), {} codes ({} bytes), {} headers",
            b.number,
            b.network,
            b.chain_id,
            b.fork,
            b.hash,
            b.parent_hash,
            b.transactions,
            b.withdrawals.unwrap_or(0),
            b.gas_used,
            b.gas_limit,
            b.block_bytes,
            b.nodes,
            b.node_bytes,
            b.codes,
            b.code_bytes,
            b.headers
        ),
        What::Proof { format, rom_digest, shape, public_in, public_out } => format!(
            "STARK proof, format {format}\nROM digest {rom_digest}\nshape {shape}\npublic input{}\npublic output{}",
            output::numbered(public_in),
            output::numbered(public_out)
        ),
        What::VerifyingKey { format, evm_rom, program_digest, machine_digest, rom_digest } => format!(
            "verifying key, format {format}\nprogram {program_digest}{}\nmachine {machine_digest}\nROM     {rom_digest}",
            note(*evm_rom)
        ),
        What::Groth16Proof { format, rom_digest, public_input, statement } => format!(
            "Groth16 proof, format {format}\nROM digest    {rom_digest}\npublic input  {public_input}\nclaims: {statement}"
        ),
        What::StageProof { format, stage, bytes } => {
            format!("proof of the recursion's stage {stage}, format {format}, {bytes} bytes")
        }
        What::Groth16Key { circuit, variables, public_inputs } => format!(
            "Groth16 proving key of circuit {circuit}: {variables} variables, {public_inputs} public inputs"
        ),
        What::Image { instructions, forks, evm_rom, program_digest } => format!(
            "ROM image: {instructions} instructions, {forks} forks\nprogram {program_digest}{}",
            note(*evm_rom)
        ),
    }
}
