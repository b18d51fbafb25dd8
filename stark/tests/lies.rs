//! A prover that lies about a block: a trie node, a code byte, a header field, a signature or the state root is changed, the executor's own checks
//! are off, and what would show the lie is lied about too. Each run goes on to its end and claims the words of a valid block; the check names what is
//! broken, and the verifier refuses the proof.
//!
//! Two kinds of prover. One *insists*: it lets every check fail and goes on as if it had held, by the other way of the branch before each
//! procedure of failure. The other *lies in a hash*: the changed bytes are given the old hash, so that everything after is consistent.
//!
//! Two proofs of each sort; `ZKROM_LIES=100` makes all.

mod common;

use std::path::Path;
use std::sync::LazyLock;

use alloy_primitives::{Bytes, U256, keccak256};
use common::forge::as_the_verifier;
use common::{caught, program, setting};
use zkrom_asm::isa::{FIRST_CLK, MemOp, Next, Op, OperandB, Reg};
use zkrom_asm::{Assembly, Files, Options, assemble};
use zkrom_executor::record::{MemOpEvent, Record};
use zkrom_executor::{Executor, Fault, FaultKind, Input, Limits, Program, Tamper};
use zkrom_stark::check::{Instance, check};
use zkrom_stark::config::ProofParams;
use zkrom_stark::key::ProvingKey;
use zkrom_witness::{BlockInput, ChainConfig, rom_input, samples};

/// Words of the statement.
const STATEMENT: usize = 8;
/// Checks a prover insists on before it gives up.
const MOST_INSISTED: usize = 20;

struct Rom {
    assembly: Assembly,
    program: Program,
    key: ProvingKey,
}

static ROM: LazyLock<Rom> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rom/main.zkasm");
    let assembly = assemble(&path, &Files::Disk, &Options::default()).expect("the program assembles");
    let key = ProvingKey::new(assembly.image.clone(), ProofParams::TESTING);
    Rom { program: program(&assembly.image), key, assembly }
});

/// A block that is valid, as the program sees it.
struct Block {
    name: &'static str,
    input: BlockInput,
    config: ChainConfig,
    honest: Record,
}

impl Block {
    fn new(name: &'static str) -> Self {
        let input = samples::find(name).expect("the sample is there").make().expect("it is made");
        let config = input.config().expect("its network is known");
        let honest = executor(&rom_input(&input, &config)).record().expect("the block is valid");
        Self { name, input, config, honest }
    }

    fn words(&self, input: &BlockInput) -> Vec<U256> {
        rom_input(input, &self.config)
    }
}

fn executor(private: &[U256]) -> Executor<'static> {
    let input = Input { private: private.to_vec(), ..Input::default() };
    Executor::new(&ROM.program, input).limits(Limits { rows: 1 << 17 })
}

fn row_of(event: &MemOpEvent) -> u32 {
    event.clk - FIRST_CLK
}

/// Rows that hash to a digest.
fn hashes(record: &Record, digest: U256) -> Vec<u32> {
    record.mem_ops.iter().filter(|e| e.op == MemOp::Keccak && e.r == digest).map(row_of).collect()
}

fn digest(bytes: &[u8]) -> U256 {
    keccak256(bytes).into()
}

/// What a prover does to a block.
struct Attack {
    name: String,
    private: Vec<U256>,
    faults: Vec<Fault>,
    /// Words it wants to claim.
    claim: Vec<U256>,
}

impl Attack {
    fn new(block: &Block, name: &str, input: &BlockInput) -> Self {
        Self {
            name: format!("{}: {name}", block.name),
            private: block.words(input),
            faults: vec![],
            claim: block.honest.public_out[..STATEMENT].to_vec(),
        }
    }

    /// The run with what is lied about so far, all checks passed over.
    fn run(&self) -> Option<Record> {
        executor(&self.private).unchecked().record_with_faults(&self.faults).ok()
    }

    fn lie(&mut self, row: u32, kind: FaultKind) {
        self.faults.push(Fault { row, kind });
    }

    /// Bytes are given another hash, wherever they are hashed.
    fn lie_in_hash(mut self, from: U256, to: U256) -> Self {
        let record = self.run().expect("the run can be executed");
        let rows = hashes(&record, from);
        assert!(!rows.is_empty(), "{}: nothing hashes the changed bytes", self.name);
        rows.into_iter().for_each(|row| self.lie(row, FaultKind::Result(Tamper::Set(to))));
        self
    }

    /// The last hash of the run, that of the state trie's root, is said to be another.
    fn lie_in_root(mut self, root: U256) -> Self {
        let record = self.run().expect("the run can be executed");
        let last = record.mem_ops.iter().rev().find(|e| e.op == MemOp::Keccak).expect("a root is hashed");
        self.lie(row_of(last), FaultKind::Result(Tamper::Set(root)));
        self
    }

    /// Goes the other way at each branch to a failure, until there is none.
    fn insist(mut self) -> Self {
        for _ in 0..MOST_INSISTED {
            let Some(record) = self.run() else { break };
            let Some(stuck) = stuck(&record) else { break };
            let instrs = &ROM.assembly.image.instrs;
            let is_branch = |row: &zkrom_executor::record::Row| {
                matches!(instrs[row.upc as usize].next, Next::BranchZero(_) | Next::BranchNonZero(_))
            };
            let branch =
                record.rows[..stuck].iter().rposition(is_branch).expect("a branch leads there") as u32;
            if self.faults.iter().any(|f| f.row == branch) {
                break;
            }
            self.lie(branch, FaultKind::Branch);
        }
        self
    }

    /// The whole dishonest run; it has claimed all it wanted.
    fn finish(&self) -> Option<Record> {
        let record = self.run()?;
        (record.public_out[..STATEMENT] == self.claim[..]).then_some(record)
    }
}

/// The first row of a procedure of failure: an assertion that 1 is 0.
fn stuck(record: &Record) -> Option<usize> {
    record.rows.iter().position(|row| {
        let instr = &ROM.assembly.image.instrs[row.upc as usize];
        instr.op == Op::AssertEq && instr.b == OperandB::Imm(U256::ZERO) && row.words[0] == U256::ONE
    })
}

/// The statement of a row of the main chip.
fn place(record: &Record, row: usize) -> String {
    let Some(row) = record.rows.get(row) else { return "padding".to_owned() };
    let map = &ROM.assembly.source_map;
    let at = &map.rows[row.upc as usize];
    let file = map.files[at.file as usize].rsplit("rom/").next().unwrap_or_default();
    let unit = map.unit(row.upc as usize).map_or("", |u| &u.name);
    format!("clk {}, {unit} at {file}:{}", row.regs.get(Reg::Clk), at.line)
}

/// Asserts that the check finds something and that the verifier refuses the proof; prints by what.
fn refused(name: &str, record: &Record, params: ProofParams) {
    let standard;
    let key = if params == ProofParams::TESTING {
        &ROM.key
    } else {
        standard = ProvingKey::new(ROM.assembly.image.clone(), params);
        &standard
    };
    let mut traces = key.traces(record).expect("the run fits a shape");
    as_the_verifier(&mut traces);
    let chips = key.chips.iter().zip(&traces.matrices).zip(&traces.public_values);
    let instances: Vec<Instance<'_, _>> = chips
        .map(|((air, trace), public_values)| Instance { name: air.id().name(), air, trace, public_values })
        .collect();
    let report = check(&instances);
    drop(instances);
    assert!(!report.is_ok(), "{name}: ACCEPTED by the check");
    let mut named: Vec<String> = report
        .failures
        .iter()
        .map(|f| match &*f.chip {
            "main" => format!("main constraint {} ({})", f.constraint, place(record, f.row)),
            chip => format!("{chip} constraint {}", f.constraint),
        })
        .collect();
    named.extend(report.imbalances.iter().map(|x| {
        let at = x.places.iter().find(|p| p.0 == "main").map_or(String::new(), |p| place(record, p.1));
        format!("bus {} ({at})", x.bus.name())
    }));
    named.dedup();
    let more = named.len().saturating_sub(4);
    named.truncate(4);
    let proof = key.prove_traces(record, traces).expect("the prover does not look");
    let verdict = caught(|| key.verifying.verify_with(&proof, params).map(|_| ()));
    let error = verdict.expect("the verifier does not panic").expect_err(name);
    println!("{name}\n    {}, {more} more; {error}", named.join("\n    "));
}

/// The changed list of the witness.
fn with(list: &[Bytes], i: usize, change: impl FnOnce(&mut Vec<u8>)) -> Vec<Bytes> {
    let mut list = list.to_vec();
    let mut bytes = list[i].to_vec();
    change(&mut bytes);
    list[i] = bytes.into();
    list
}

/// Accounts' leaves with another balance.
fn node_attacks(block: &Block) -> Vec<Attack> {
    let (mut consistent, mut insisting) = (vec![], vec![]);
    let state = &block.input.witness.state;
    let root = block.honest.public_out[7];
    for (i, node) in state.iter().enumerate() {
        // After the balance come the headers and bytes of two hashes.
        let Some(at) = node.len().checked_sub(67).filter(|_| (100..140).contains(&node.len())) else {
            continue;
        };
        let mut input = block.input.clone();
        input.witness.state = with(state, i, |b| b[at] ^= 1);
        let (old, new) = (digest(node), digest(&input.witness.state[i]));
        let lied = |name: &str| {
            Attack::new(block, &format!("node {i} flipped, {name}"), &input).lie_in_hash(new, old)
        };
        consistent.push(lied("its hash and the root's lied about").lie_in_root(root));
        insisting.push(lied("its hash lied about, insisting").insist());
    }
    consistent.into_iter().chain(insisting).collect()
}

/// A code with another byte: its last, which is not executed, and each of its first ones.
fn code_attacks(block: &Block) -> Vec<Attack> {
    let mut out = vec![];
    let codes = &block.input.witness.codes;
    for (i, code) in codes.iter().enumerate() {
        for at in [code.len() - 1, 0, 4] {
            let mut input = block.input.clone();
            input.witness.codes = with(codes, i, |b| b[at] ^= 1);
            let (old, new) = (digest(code), digest(&input.witness.codes[i]));
            let name = format!("byte {at} of code {i} flipped");
            out.push(Attack::new(block, &format!("{name}, insisting"), &input).insist());
            let lied = Attack::new(block, &format!("{name}, its hash lied about"), &input);
            out.push(lied.lie_in_hash(new, old).insist());
        }
    }
    out
}

/// The RLP of a block's header: where it is in the block.
fn header_range(block: &[u8]) -> std::ops::Range<usize> {
    // A list header of three bytes, then the header, a list of two bytes of length.
    assert_eq!((block[0], block[3]), (0xf9, 0xf9), "a block as all are");
    let length = usize::from(block[4]) << 8 | usize::from(block[5]);
    3..6 + length
}

/// Where fields of a header begin in its RLP: after three bytes of the list's header come two hashes and the coinbase, each with a byte of its own.
const STATE_ROOT: usize = 3 + 33 + 33 + 21 + 1;
const RECEIPTS_ROOT: usize = STATE_ROOT + 2 * 33;
const BLOOM: usize = RECEIPTS_ROOT + 32 + 3;

/// The parent's and the block's headers with another byte, under their old hashes.
fn header_attacks(block: &Block) -> Vec<Attack> {
    let mut out = vec![];
    let parent = &block.input.witness.headers[0];
    let flipped = |at: usize| {
        let mut input = block.input.clone();
        input.witness.headers = with(&input.witness.headers, 0, |b| b[at] ^= 1);
        (digest(parent), digest(&input.witness.headers[0]), input)
    };
    let (old, new, input) = flipped(parent.len() - 1);
    let last = Attack::new(block, "last byte of the parent flipped, its hash lied about", &input);
    out.push(last.lie_in_hash(new, old).insist());
    // Another state root, and the root node's hash is that.
    let (old, new, input) = flipped(STATE_ROOT + 31);
    let name = "state root of the parent flipped, its hash and the root node's lied about";
    let mut root = Attack::new(block, name, &input);
    let from = root.claim[6];
    root.claim[6] = from ^ U256::ONE;
    let to = root.claim[6];
    out.push(root.lie_in_hash(new, old).lie_in_hash(from, to).insist());
    let range = header_range(&block.input.block);
    let header = &block.input.block[range.clone()];
    for (name, at) in
        [("receipts root", RECEIPTS_ROOT + 31), ("bloom", BLOOM + 255), ("last field", header.len() - 1)]
    {
        let mut bytes = block.input.block.to_vec();
        bytes[range.start + at] ^= 1;
        let (old, new) = (digest(header), digest(&bytes[range.clone()]));
        let input = BlockInput { block: bytes.into(), ..block.input.clone() };
        let lied = Attack::new(block, &format!("{name} flipped, the header's hash lied about"), &input);
        out.push(lied.lie_in_hash(new, old).insist());
    }
    out
}

/// The block's first signature with another bit in s.
fn signature_attacks(block: &Block) -> Vec<Attack> {
    let pair = |record: &Record| {
        let of_key = |e: &&MemOpEvent| e.op == MemOp::Keccak && e.len == 64;
        let event = record.mem_ops.iter().find(of_key).expect("a public key is hashed");
        (row_of(event), event.r)
    };
    let (_, signer) = pair(&block.honest);
    // The last field of the first transaction: its last byte is the last of the list of transactions where there is one alone.
    let tx = block.input.decode().expect("the block decodes").transactions[0].clone();
    let mut encoded = vec![];
    alloy_rlp::Encodable::encode(&tx, &mut encoded);
    let at = block.input.block.windows(encoded.len()).position(|w| w == encoded).expect("it is in the block");
    let mut bytes = block.input.block.to_vec();
    bytes[at + encoded.len() - 1] ^= 1;
    let input = BlockInput { block: bytes.into(), ..block.input.clone() };
    let mut lied = Attack::new(block, "signature flipped, the public key's hash lied about", &input);
    let record = lied.run().expect("the run can be executed");
    let (row, _) = pair(&record);
    lied.lie(row, FaultKind::Result(Tamper::Set(signer)));
    vec![lied.insist(), Attack::new(block, "signature flipped, insisting", &input).insist()]
}

/// Another state root in the header.
fn root_attacks(block: &Block) -> Vec<Attack> {
    let range = header_range(&block.input.block);
    let mut bytes = block.input.block.to_vec();
    // Its last byte.
    let at = range.start + STATE_ROOT + 31;
    bytes[at] ^= 1;
    let hash = digest(&bytes[range]);
    let input = BlockInput { block: bytes.into(), ..block.input.clone() };
    let root = block.honest.public_out[7] ^ U256::ONE;
    let new = |name: &str| {
        let mut attack = Attack::new(block, &format!("state root flipped, {name}"), &input);
        (attack.claim[5], attack.claim[7]) = (hash, root);
        attack
    };
    // The comparison is said to hold: the result of the row before the branch to the failure, which is that branch.
    let mut equal = new("the comparison lied about");
    let record = equal.run().expect("the run can be executed");
    let stuck = stuck(&record).expect("the root is compared");
    let compare = record.rows[..stuck]
        .iter()
        .rposition(|r| ROM.assembly.image.instrs[r.upc as usize].op == Op::Op2(zkrom_asm::isa::Op2::Eq));
    equal.lie(compare.expect("a row compares") as u32, FaultKind::Result(Tamper::Set(U256::ONE)));
    vec![new("insisting").insist(), new("the root's hash lied about").lie_in_root(root), equal]
}

#[test]
fn honest_blocks_are_proved() {
    for name in ["transfer", "peer-erc20"] {
        common::whole(&ROM.assembly.image, &Block::new(name).honest);
    }
}

/// Proves and refuses those of the attacks that reach their claim, at most `ZKROM_LIES` of them; at least `least` do.
fn all_refused(attacks: Vec<Attack>, least: usize) {
    let (total, most) = (attacks.len(), setting("ZKROM_LIES", 2));
    let mut reached = 0;
    for attack in attacks {
        let Some(record) = attack.finish() else {
            println!("{}: does not reach its claim", attack.name);
            continue;
        };
        reached += 1;
        if reached <= most {
            let name = format!("{} ({} lies)", attack.name, attack.faults.len());
            refused(&name, &record, ProofParams::TESTING);
        }
    }
    println!("{reached} of {total} reach their claim");
    assert!(reached >= least, "{reached} of {total}");
}

#[test]
fn flipped_trie_nodes() {
    all_refused(node_attacks(&Block::new("transfer")), 2);
}

#[test]
fn flipped_code_bytes() {
    all_refused(code_attacks(&Block::new("peer-erc20")), 2);
}

#[test]
fn flipped_header_fields() {
    all_refused(header_attacks(&Block::new("transfer")), 2);
}

#[test]
fn flipped_signatures() {
    all_refused(signature_attacks(&Block::new("transfer")), 1);
}

#[test]
fn flipped_state_roots() {
    all_refused(root_attacks(&Block::new("transfer")), 3);
}

/// One of them at full strength.
#[test]
fn a_lie_at_full_strength() {
    let attacks = root_attacks(&Block::new("transfer"));
    let attack = attacks.into_iter().find(|a| a.finish().is_some()).expect("an attack reaches its claim");
    refused(&attack.name, &attack.finish().expect("it does"), ProofParams::STANDARD);
}
