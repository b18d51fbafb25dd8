//! The syntax tree. Names are not resolved yet: `x = y` may write a cell or a register.

use alloy_primitives::U256;

use crate::span::{Span, Spanned};

/// A name with its place.
pub type Name = Spanned<String>;
/// An expression with its place.
pub type SExpr = Spanned<Expr>;

/// Operators of constant expressions; a register expression uses `+` and `-` only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Rem,
    /// `<<`
    Shl,
    /// `>>`
    Shr,
    /// `**`
    Pow,
    /// `&`
    And,
    /// `^`
    Xor,
}

/// An expression: a constant, a register expression, or a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// A number.
    Num(U256),
    /// A name, cell or built-in constant.
    Path(Path),
    /// `-e`
    Neg(Box<SExpr>),
    /// `a op b`
    Bin(BinOp, Box<SExpr>, Box<SExpr>),
    /// `_`: an argument already in its place.
    Hole,
}

/// `name`, `proc.output`, `space(ctx)[index]`, `space(ctx).byte[index]`, `modulus(bn254_p)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// First name.
    pub name: Name,
    /// Name after the dot (other than `byte`).
    pub member: Option<Name>,
    /// What stands between parentheses: a context register, or the argument of a built-in constant.
    pub paren: Option<Box<SExpr>>,
    /// Whether `.byte` follows: the index counts bytes, not words.
    pub byte: bool,
    /// What stands between brackets.
    pub index: Option<Box<SExpr>>,
    /// All of it.
    pub span: Span,
}

/// An operation and its operands: `mul_add.bn254_p a, b, c`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpCall {
    /// The mnemonic.
    pub name: Name,
    /// What follows the dot.
    pub suffix: Option<Name>,
    /// Operands.
    pub args: Vec<SExpr>,
    /// All of it.
    pub span: Span,
}

/// The right side of an assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rhs {
    /// An operation.
    Op(OpCall),
    /// A cell, a constant or a register expression.
    Value(SExpr),
}

/// Where a branch goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `goto name`
    Name(Name),
    /// `break`
    Break(Span),
    /// `continue`
    Continue(Span),
}

/// What a row ends with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextClause {
    /// `dispatch`
    Dispatch,
    /// `jump`
    Jump,
    /// `goto L`, `break`, `continue`
    Goto(Target),
    /// `if zero goto L`, `guess nonzero goto L`
    Branch {
        /// Whether the row is a hint's: `guess` instead of `if`.
        guess: bool,
        /// `zero` or `nonzero`.
        zero: bool,
        /// Where to.
        target: Target,
    },
    /// `charge W else L`
    Charge {
        /// The gas.
        amount: SExpr,
        /// Where to go when short of it.
        target: Target,
    },
    /// `return`
    Return,
    /// `fail name`
    Fail(Name),
    /// `halt`
    Halt,
}

/// A part of a row, between `|`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// `place = rhs`: a cell's or a register's.
    Assign {
        /// What is written.
        lhs: Path,
        /// What with.
        rhs: Rhs,
    },
    /// An operation whose result goes to no cell.
    Op(OpCall),
    /// `hint place = name(args)` or `hint name(args)`
    Hint {
        /// What is written.
        lhs: Option<Path>,
        /// The executor's function.
        name: Name,
        /// Its arguments.
        args: Vec<SExpr>,
    },
    /// `push n` (positive) or `pop n` (negative).
    Stack {
        /// Whether it is `push`.
        push: bool,
        /// How many items.
        count: SExpr,
    },
    /// A next clause.
    Next(NextClause),
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowStmt {
    /// Whether it is marked as checking hints.
    pub check: Option<Span>,
    /// Its parts with their places.
    pub parts: Vec<Spanned<Part>>,
    /// All of it.
    pub span: Span,
}

/// The condition of `if` and `while`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cond {
    /// A row whose result is compared with zero.
    Row(RowStmt),
    /// `fork since name`
    Fork(Name),
}

/// `name` or `name[size]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VarDecl {
    /// Its name.
    pub name: Name,
    /// Number of words of an array.
    pub size: Option<SExpr>,
}

/// What a register holds: `heap`, `mem.byte`, `key.ctx`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName {
    /// The space.
    pub space: Name,
    /// `byte` or `ctx`; word offsets otherwise.
    pub member: Option<Name>,
}

/// An input or output of a procedure or routine: a word `name`, or a register `x0 as name: type`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// Whether the callee checks it as it would a hint.
    pub untrusted: bool,
    /// A word's name, or a register's.
    pub name: Name,
    /// The register's name inside.
    pub alias: Option<Name>,
    /// The register's type.
    pub ty: Option<TypeName>,
}

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stmt {
    /// `name:`
    Label(Name),
    /// `local a, b[4]`
    Local(Vec<VarDecl>),
    /// `use x0 as name: type`
    Use {
        /// The register.
        reg: Name,
        /// Its name from here on.
        name: Name,
        /// Its type.
        ty: Option<TypeName>,
    },
    /// A row.
    Row(RowStmt),
    /// `call f(args) else fail goto L | clauses`
    Call {
        /// The procedure.
        proc: Name,
        /// Arguments; [`Expr::Hole`] where the input is already in place.
        args: Vec<SExpr>,
        /// Where each failure goes.
        fails: Vec<(Name, Target)>,
        /// Clauses of the link row.
        parts: Vec<Spanned<Part>>,
        /// All of it.
        span: Span,
    },
    /// `if cond { } else { }`
    If {
        /// Whether it branches on a hint (`guess`).
        guess: bool,
        /// Whether `not` stands before the condition.
        not: bool,
        /// The condition.
        cond: Cond,
        /// Where the condition holds.
        then: Vec<Stmt>,
        /// Where it does not.
        other: Option<Vec<Stmt>>,
        /// `if` and its condition.
        span: Span,
    },
    /// `while cond { }`
    While {
        /// Whether `not` stands before the condition.
        not: bool,
        /// The condition.
        cond: Cond,
        /// What is repeated.
        body: Vec<Stmt>,
        /// `while` and its condition.
        span: Span,
    },
    /// `loop { }`
    Loop {
        /// What is repeated.
        body: Vec<Stmt>,
        /// The keyword.
        span: Span,
    },
    /// `repeat i in a..b { }`: unrolled.
    Repeat {
        /// The constant's name.
        var: Name,
        /// First value.
        from: SExpr,
        /// One past the last value.
        to: SExpr,
        /// What is unrolled.
        body: Vec<Stmt>,
        /// The header.
        span: Span,
    },
    /// `name!(args)`
    Macro {
        /// The macro.
        name: Name,
        /// Its arguments.
        args: Vec<SExpr>,
        /// All of it.
        span: Span,
    },
    /// `stack [a, b] -> [b, a] | clauses`
    Rewrite {
        /// Names of the items before, the top first.
        from: Vec<Name>,
        /// Items after: names or constants.
        to: Vec<SExpr>,
        /// Clauses of the last row.
        parts: Vec<Spanned<Part>>,
        /// All of it.
        span: Span,
    },
}

/// `#[test(public = [..], private = [..], output = [..], stuck)]`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestAttr {
    /// Public input words.
    pub public: Vec<SExpr>,
    /// Private input words.
    pub private: Vec<SExpr>,
    /// Expected output words.
    pub output: Option<Vec<SExpr>>,
    /// Whether the run must get stuck on a row that cannot be satisfied.
    pub stuck: bool,
}

/// A procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proc {
    /// Present for a test.
    pub test: Option<TestAttr>,
    /// Inputs.
    pub inputs: Vec<Param>,
    /// Outputs.
    pub outputs: Vec<Param>,
    /// Registers and globals it overwrites.
    pub clobbers: Vec<Name>,
    /// Failures that return to a place the caller names.
    pub fails: Vec<Name>,
    /// Routines it may end in.
    pub exits: Vec<Name>,
    /// Statements.
    pub body: Vec<Stmt>,
}

/// What an item is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// `include "path"`
    Include(String),
    /// `const NAME = e`
    Const(SExpr),
    /// `global a, b[4]`
    Global(Vec<VarDecl>),
    /// `buffer b[4]`: a static part of the heap.
    Buffer(Vec<VarDecl>),
    /// `layout frame { a, b[2] }`: names for a space's offsets from 0. The item's name is the space. With a record's name,
    /// `layout heap node { left, right }`, the offsets are `node.left` and so on, and `node.words` is their number.
    Layout(Option<Name>, Vec<VarDecl>),
    /// `proc name(..) -> (..) ...`
    Proc(Box<Proc>),
    /// `routine name(..)`: code that never returns.
    Routine {
        /// Registers it takes.
        inputs: Vec<Param>,
        /// Statements.
        body: Vec<Stmt>,
    },
    /// `opcode FIRST..LAST each i since F until G`
    Opcode {
        /// The last opcode of a range.
        last: Option<Name>,
        /// The constant's name, with one handler for each opcode.
        each: Option<Name>,
        /// First fork.
        since: Option<Name>,
        /// The fork that ends it.
        until: Option<Name>,
        /// Statements.
        body: Vec<Stmt>,
    },
    /// `faults dispatch { out_of_gas -> L, ... }`: the item's name is `dispatch` or `jump`.
    Faults(Vec<(Name, Name)>),
    /// `macro name(a, b)`
    Macro {
        /// Parameters.
        params: Vec<Name>,
        /// Statements.
        body: Vec<Stmt>,
    },
}

/// An item of a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Header lines (`;!`).
    pub doc: Vec<Spanned<String>>,
    /// Its name; for an include the path's place.
    pub name: Name,
    /// What it is.
    pub kind: ItemKind,
}
