//! The buses: which messages chips exchange.
//!
//! A bus is a multiset equality: over all chips of a segment, every message is sent as often as it is received. Messages
//! of one bus have one width, and every message is built by the one struct here, whichever side it is on.
//!
//! Two uses: *calls* (one chip sends, another receives once) and *lookups* (many rows send, a table receives with a multiplicity).

use p3_field::PrimeCharacteristicRing;
use p3_lookup::{Count, InteractionBuilder};
use zkrom_asm::isa::LIMBS;

/// A word in a message.
pub type Word<E> = [E; LIMBS];
/// A single element of a message.
pub type One<E> = E;
/// A run of elements whose number the bus fixes.
pub type Many<E> = Vec<E>;

/// The buses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bus {
    /// Memory accesses: each receives the cell's previous state and sends the new one.
    Memory,
    /// Two-operand operations, main to chip.
    Op2,
    /// Three-operand operations, main to chip.
    Op3,
    /// Operations of memory chips, main to chip.
    MemOp,
    /// Instruction lookups, main to ROM.
    Rom,
    /// Opcode fetches, main to bytecode.
    Fetch,
    /// Push-data fetches, main to bytecode.
    PushData,
    /// Opcode-table lookups, main to opcode table.
    Opcode,
    /// 16-bit range checks.
    Range16,
    /// Byte pairs and bitwise operations on bytes.
    Byte,
    /// Keccak-f permutations, sponge to permutation chip.
    KeccakF,
    /// Key indices: a permutation of the key chip's rows.
    KeyIndex,
}

impl Bus {
    /// All buses.
    pub const ALL: [Self; 12] = [
        Self::Memory,
        Self::Op2,
        Self::Op3,
        Self::MemOp,
        Self::Rom,
        Self::Fetch,
        Self::PushData,
        Self::Opcode,
        Self::Range16,
        Self::Byte,
        Self::KeccakF,
        Self::KeyIndex,
    ];

    /// The bus's name in the proof system.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Op2 => "op2",
            Self::Op3 => "op3",
            Self::MemOp => "memop",
            Self::Rom => "rom",
            Self::Fetch => "fetch",
            Self::PushData => "push-data",
            Self::Opcode => "opcode",
            Self::Range16 => "range16",
            Self::Byte => "byte",
            Self::KeccakF => "keccak-f",
            Self::KeyIndex => "key-index",
        }
    }

    /// The bus of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|b| b.name() == name)
    }
}

/// A message of one bus.
pub trait Message<E> {
    /// The bus it belongs to.
    const BUS: Bus;
    /// Its elements, in order.
    fn into_fields(self) -> Vec<E>;
}

/// Sends a message `count` times; the chip must constrain `count` to be 0 or 1.
pub fn send<AB: InteractionBuilder, M: Message<AB::Expr>>(
    builder: &mut AB,
    message: M,
    count: impl Into<AB::Expr>,
) {
    builder.push_interaction(M::BUS.name(), message.into_fields(), Count::bounded(count.into(), 1));
}

/// Receives a message `count` times; the chip must constrain `count` to be 0 or 1.
pub fn receive<AB: InteractionBuilder, M: Message<AB::Expr>>(
    builder: &mut AB,
    message: M,
    count: impl Into<AB::Expr>,
) {
    builder.push_interaction(M::BUS.name(), message.into_fields(), Count::bounded(-count.into(), 1));
}

/// Receives a message any number of times: the table side of a lookup. `multiplicity` needs no constraint.
pub fn provide<AB: InteractionBuilder, M: Message<AB::Expr>>(
    builder: &mut AB,
    message: M,
    multiplicity: impl Into<AB::Expr>,
) {
    builder.push_interaction(M::BUS.name(), message.into_fields(), Count::provided(-multiplicity.into()));
}

macro_rules! messages {
    ($( $(#[$meta:meta])* $name:ident on $bus:ident { $( $(#[$fmeta:meta])* $field:ident : $kind:ident ),* $(,)? } )*) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub struct $name<E> { $( $(#[$fmeta])* pub $field: $kind<E> ),* }

        impl<E> Message<E> for $name<E> {
            const BUS: Bus = Bus::$bus;
            fn into_fields(self) -> Vec<E> {
                let fields = core::iter::empty();
                $( let fields = fields.chain(messages!(@iter self.$field, $kind)); )*
                fields.collect()
            }
        }
    )* };
    (@iter $v:expr, One) => { core::iter::once($v) };
    (@iter $v:expr, Word) => { $v };
    (@iter $v:expr, Many) => { $v };
}

messages! {
    /// The state of a memory cell: `(space, ctx, off)` held `word` since `time`.
    MemoryMsg on Memory {
        /// Number of the space.
        space: One,
        /// Context.
        ctx: One,
        /// Offset.
        off: One,
        /// Time of the access that left this state; 0 for a first value.
        time: One,
        /// The word.
        word: Word,
    }
    /// `r = kind(a, b)`; see [`zkrom_asm::isa::Op2`].
    Op2Msg on Op2 {
        /// Number of the operation.
        kind: One,
        /// First operand.
        a: Word,
        /// Second operand.
        b: Word,
        /// Result.
        r: Word,
    }
    /// `r = kind(a, b, c)`; see [`zkrom_asm::isa::Op3`].
    Op3Msg on Op3 {
        /// Number of the operation.
        kind: One,
        /// First operand.
        a: Word,
        /// Second operand.
        b: Word,
        /// Third operand.
        c: Word,
        /// Result.
        r: Word,
    }
    /// A call of a memory chip; see [`zkrom_asm::isa::MemOp`].
    MemOpMsg on MemOp {
        /// Number of the operation.
        kind: One,
        /// The caller's clock.
        clk: One,
        /// Space of address A.
        a_space: One,
        /// Context of address A.
        a_ctx: One,
        /// Offset of address A.
        a_off: One,
        /// Space of address B.
        b_space: One,
        /// Context of address B.
        b_ctx: One,
        /// Offset of address B.
        b_off: One,
        /// Register X3.
        len: One,
        /// Result word.
        r: Word,
    }
    /// An instruction: a ROM row.
    RomMsg on Rom {
        /// Micro-pc, packed flags, values, immediate.
        fields: Many,
    }
    /// The byte of code `cid` at `pc`.
    FetchMsg on Fetch {
        /// Code id.
        cid: One,
        /// Address.
        pc: One,
        /// The opcode; [`zkrom_asm::isa::PUSH_DATA`] for push data; 0 (STOP) from the end of the code on.
        opcode: One,
        /// Address after the instruction.
        next_pc: One,
    }
    /// The push data of code `cid` that ends before `next_pc`.
    PushDataMsg on PushData {
        /// Code id.
        cid: One,
        /// Address after the instruction.
        next_pc: One,
        /// The data as a word, zero-padded past the end of the code.
        word: Word,
    }
    /// An entry of the opcode table.
    OpcodeMsg on Opcode {
        /// `fork * OPCODE_STRIDE + opcode`.
        key: One,
        /// Micro-pc of the handler.
        handler: One,
        /// Static gas.
        gas: One,
        /// Stack items needed.
        need: One,
        /// Greatest stack height before it.
        max: One,
    }
    /// `value < 2^16`.
    Range16Msg on Range16 {
        /// The value.
        value: One,
    }
    /// `z = kind(x, y)` for bytes `x` and `y`; see [`ByteOp`].
    ByteMsg on Byte {
        /// Number of the [`ByteOp`].
        kind: One,
        /// First byte.
        x: One,
        /// Second byte.
        y: One,
        /// Result.
        z: One,
    }
    /// A Keccak-f\[1600\] permutation, state before and after as 16-bit limbs: lane `x + 5 y` at limbs `4 (x + 5 y) ..`.
    KeccakFMsg on KeccakF {
        /// The 100 limbs before, then the 100 limbs after.
        limbs: Many,
    }
    /// A key's index.
    KeyIndexMsg on KeyIndex {
        /// The index.
        index: One,
    }
}

/// Operations of the byte table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ByteOp {
    /// `z = 0`: only says that `x` and `y` are bytes.
    Pair = 0,
    /// `z = x & y`.
    And = 1,
    /// `z = x | y`.
    Or = 2,
    /// `z = x ^ y`.
    Xor = 3,
}

impl ByteOp {
    /// All operations, in order of their numbers.
    pub const ALL: [Self; 4] = [Self::Pair, Self::And, Self::Or, Self::Xor];

    /// The result.
    #[must_use]
    pub const fn apply(self, x: u8, y: u8) -> u8 {
        match self {
            Self::Pair => 0,
            Self::And => x & y,
            Self::Or => x | y,
            Self::Xor => x ^ y,
        }
    }
}

/// Range-checks a value to 16 bits, `count` (0 or 1) times.
pub fn range16<AB: InteractionBuilder>(
    builder: &mut AB,
    value: impl Into<AB::Expr>,
    count: impl Into<AB::Expr>,
) {
    send(builder, Range16Msg { value: value.into() }, count);
}

/// Range-checks two values to 8 bits, `count` (0 or 1) times.
pub fn byte_pair<AB: InteractionBuilder>(
    builder: &mut AB,
    x: impl Into<AB::Expr>,
    y: impl Into<AB::Expr>,
    count: impl Into<AB::Expr>,
) {
    let zero = AB::Expr::ZERO;
    send(builder, ByteMsg { kind: zero.clone(), x: x.into(), y: y.into(), z: zero }, count);
}
