//! The lowered program: units of rows whose jumps are still labels.

use crate::{
    ast::TestAttr,
    isa::{Instr, Reg, Space},
    span::Span,
};

/// Index of a [`Var`].
pub type VarId = usize;
/// Index of a [`Unit`].
pub type UnitId = usize;
/// Index of a label in its unit.
pub type LabelId = usize;

/// What a variable is to its procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A global or buffer.
    Global,
    /// An input; `untrusted` ones are checked by the callee.
    Input {
        /// Whether the callee checks it.
        untrusted: bool,
    },
    /// An output.
    Output,
    /// A local.
    Local,
    /// The return address or a failure's.
    Link,
}

/// A variable: words at fixed offsets of context 0.
#[derive(Clone, Debug)]
pub struct Var {
    /// Its name.
    pub name: String,
    /// Its procedure or routine.
    pub owner: Option<UnitId>,
    /// What it is to the owner.
    pub role: Role,
    /// [`Space::Global`], or [`Space::Heap`] for a buffer.
    pub space: Space,
    /// First word.
    pub off: i32,
    /// Number of words of an array.
    pub size: Option<u32>,
    /// Its declaration.
    pub span: Span,
}

/// A location that flow analysis follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Loc {
    /// A variable.
    Var(VarId),
    /// A register.
    Reg(Reg),
}

/// Where a row's word result goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// To a variable; `whole` unless it is an element of an array.
    Var(VarId, bool),
    /// To a space.
    Memory(Space),
}

/// A jump's destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dest {
    /// A label of the unit.
    Label(LabelId),
    /// The first row of a unit.
    Unit(UnitId),
}

/// The next clause, with labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SymNext {
    /// The following row.
    #[default]
    Seq,
    /// A jump.
    Jump(Dest),
    /// A branch where the result is zero.
    Zero(Dest),
    /// A branch where it is not.
    NonZero(Dest),
    /// A charge and where it fails to.
    Charge(Dest),
    /// A call: on to the following row afterwards.
    Call(UnitId),
    /// A dispatch.
    Dispatch,
    /// A dispatch at the result.
    EvmJump,
    /// A return or failure.
    Return,
    /// The end.
    Halt,
}

/// A row.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The instruction, jump targets aside.
    pub instr: Instr,
    /// Its next clause.
    pub next: SymNext,
    /// The label whose address is the immediate.
    pub imm_label: Option<LabelId>,
    /// The statement.
    pub span: Span,
    /// The outermost macro invocation it comes from.
    pub site: Option<Span>,
    /// Marked `check`.
    pub check: bool,
    /// A branch marked `guess`.
    pub guess: bool,
    /// What it reads.
    pub reads: Vec<(Loc, Span)>,
    /// Registers its addresses that are written take.
    pub address: Vec<Loc>,
    /// Where its words go.
    pub stores: Vec<Store>,
    /// Labels that a call may return to besides the following row.
    pub fails: Vec<LabelId>,
    /// Whether it returns (rather than fails).
    pub returns: bool,
}

/// What a unit is.
#[derive(Clone, Debug)]
pub enum UnitKind {
    /// A procedure.
    Proc,
    /// Code that never returns.
    Routine,
    /// A handler.
    Opcode,
    /// The four rows of a fault vector.
    Faults,
    /// A test.
    Test(Box<TestAttr>),
}

/// An input or output that is a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegParam {
    /// The register.
    pub reg: Reg,
    /// What it holds.
    pub ty: Option<RegType>,
    /// Whether the callee checks it.
    pub untrusted: bool,
}

/// What a register holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegType {
    /// A word offset into a space.
    Word(Space),
    /// A byte offset into a space.
    Byte(Space),
    /// A context of a space.
    Ctx(Space),
}

impl std::fmt::Display for RegType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Word(s) => write!(f, "{}", s.name()),
            Self::Byte(s) => write!(f, "{}.byte", s.name()),
            Self::Ctx(s) => write!(f, "{}.ctx", s.name()),
        }
    }
}

/// Something that can be jumped to or called.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Its name, as listings show it.
    pub name: String,
    /// Its declaration.
    pub span: Span,
    /// What it is.
    pub kind: UnitKind,
    /// Word inputs in order with their places among all inputs; `None` for a register.
    pub inputs: Vec<InputSlot>,
    /// Word outputs.
    pub outputs: Vec<VarId>,
    /// Register outputs.
    pub reg_outputs: Vec<RegParam>,
    /// Declared clobbers.
    pub clobbers: Vec<(Loc, Span)>,
    /// Failures and the cells of their addresses.
    pub fails: Vec<(String, VarId)>,
    /// Routines it may end in.
    pub exits: Vec<(UnitId, Span)>,
    /// The return address's cell.
    pub link: Option<VarId>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Row of each label.
    pub labels: Vec<usize>,
    /// Header lines.
    pub doc: Vec<String>,
    /// Whether lowering it had errors, so that flow analysis would only repeat them.
    pub broken: bool,
}

/// An input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputSlot {
    /// A word in the frame.
    Word(VarId),
    /// A register.
    Reg(RegParam),
}

impl Unit {
    /// A unit without rows.
    #[must_use]
    pub fn new(name: String, span: Span, kind: UnitKind) -> Self {
        Self {
            name,
            span,
            kind,
            inputs: vec![],
            outputs: vec![],
            reg_outputs: vec![],
            clobbers: vec![],
            fails: vec![],
            exits: vec![],
            link: None,
            rows: vec![],
            labels: vec![],
            doc: vec![],
            broken: false,
        }
    }
}
