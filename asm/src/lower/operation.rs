//! Operations: mnemonics and their operands to ports.

use super::{
    Lowerer,
    ir::Loc,
    row::Draft,
    value::{Cell, RegValue, Value},
};
use crate::{
    ast::{OpCall, Path, SExpr},
    consts,
    diag::Diagnostic,
    isa::{MemOp, Op, Op2, Op3, OperandA, OperandB, PUBLIC_WORDS, Reg, RegSource},
    ops::{self, Mnemonic},
    span::Span,
};

impl Lowerer<'_> {
    /// Adds an operation to a row; `lhs` is where its result goes.
    pub fn operation(&mut self, draft: &mut Draft, lhs: Option<&Path>, op: &OpCall) -> Option<()> {
        let mnemonic = Self::mnemonic(&op.name.node)?;
        draft.word = true;
        let takes_modulus = matches!(mnemonic, Mnemonic::MulAdd | Mnemonic::MulSub);
        if let (Some(s), false) = (&op.suffix, takes_modulus) {
            return self.error(Diagnostic::new(
                "asm::operands",
                s.span,
                format!("`{}` takes no modulus", op.name.node),
            ));
        }
        match mnemonic {
            Mnemonic::Two(two) => {
                let [a, b] = self.args(op, "two operands: a cell, and a cell or constant")?;
                self.port_a(draft, &a, Some(two))?;
                self.port_b(draft, &b)?;
                draft.row.instr.op = Op::Op2(two);
                self.result_to(draft, lhs)
            }
            Mnemonic::AddMod | Mnemonic::MulMod | Mnemonic::MulAdd | Mnemonic::MulSub => {
                self.three(draft, lhs, op, mnemonic)
            }
            Mnemonic::Swap => {
                let [a, b] = self.args(op, "two cells")?;
                let (ca, cb) = (self.cell(&a)?, self.cell(&b)?);
                for c in [&ca, &cb] {
                    self.read_cell(draft, c);
                    self.note_store(draft, c)?;
                }
                draft.row.instr.a = OperandA::Mem(ca.addr);
                draft.row.instr.b = OperandB::Mem(cb.addr);
                draft.row.instr.op = Op::Swap;
                self.no_result(lhs)
            }
            Mnemonic::AssertEq => {
                let [a, b] = self.args(op, "two operands: a cell, and a cell or constant")?;
                self.port_a(draft, &a, Some(Op2::Eq))?;
                self.port_b(draft, &b)?;
                draft.row.instr.op = Op::AssertEq;
                self.no_result(lhs)
            }
            Mnemonic::PushData => {
                let [] = self.args(op, "no operand")?;
                draft.row.instr.op = Op::PushData;
                self.result_to(draft, lhs)
            }
            Mnemonic::Test => {
                let [a] = self.args(op, "one cell")?;
                if let Some(lhs) = lhs {
                    return self.error(
                        Diagnostic::new("asm::one_spelling", lhs.span, "a move is written without `test`")
                            .help("`b = a`"),
                    );
                }
                self.port_a(draft, &a, None)?;
                draft.row.instr.op = Op::MovA;
                Some(())
            }
            Mnemonic::Narrow => self.error(
                Diagnostic::new("asm::narrow", op.span, "`narrow` gives a register its value")
                    .help("`x0 = narrow a`; a move between cells is `b = a`"),
            ),
            Mnemonic::Widen => {
                let [e] = self.args(op, "a register expression")?;
                let Value::Reg(v @ RegValue { source: RegSource::Reg(_), .. }) = self.value(&e)? else {
                    return self.error(
                        Diagnostic::new("asm::operands", e.span, "`widen` takes a register expression")
                            .help("`t = widen x0 + 1`; constants and cells are assigned without it"),
                    );
                };
                self.set_w(draft, &v, e.span)?;
                draft.row.instr.a = OperandA::Reg;
                draft.row.instr.op = Op::Op2(Op2::Split);
                self.result_to(draft, lhs)
            }
            Mnemonic::KeyId => {
                let [a, b] = self.args(op, "two operands: a cell, and a cell or constant")?;
                self.port_a(draft, &a, None)?;
                self.port_b(draft, &b)?;
                draft.row.instr.op = Op::Op2(Op2::KeyId);
                self.result_to(draft, lhs)
            }
            Mnemonic::KeyCount => {
                let [] = self.args(op, "no operand")?;
                draft.row.instr.op = Op::Op2(Op2::KeyCount);
                self.result_to(draft, lhs)
            }
            Mnemonic::PublicIn => {
                let [i] = self.args(op, "the number of a public word")?;
                let i = self.small(&i, 0, PUBLIC_WORDS as i64 - 1)?;
                draft.row.instr.op = Op::Op2(Op2::PubIn(i as u8));
                self.result_to(draft, lhs)
            }
            Mnemonic::PublicOut => {
                let [i, a] = self.args(op, "the number of a public word and a cell")?;
                let i = self.small(&i, 0, PUBLIC_WORDS as i64 - 1)?;
                self.port_a(draft, &a, None)?;
                draft.row.instr.op = Op::Op2(Op2::PubOut(i as u8));
                self.no_result(lhs)
            }
            Mnemonic::Mem(mem) => self.memory(draft, lhs, op, mem),
        }
    }

    fn three(
        &mut self,
        draft: &mut Draft,
        lhs: Option<&Path>,
        op: &OpCall,
        mnemonic: Mnemonic,
    ) -> Option<()> {
        let [a, b, c] = self.args(op, "three operands; the third is a cell")?;
        let modulus = |this: &mut Self| {
            let Some(s) = &op.suffix else {
                return this.error(
                    Diagnostic::new("asm::operands", op.name.span, "the modulus is missing")
                        .help(format!("`{}.secp256k1_p a, b, c`", op.name.node)),
                );
            };
            match ops::modulus(&s.node) {
                Some(m) => Some(m),
                None => this.error(
                    Diagnostic::new("asm::operands", s.span, format!("no modulus is called `{}`", s.node))
                        .help(crate::isa::ModulusId::ALL.map(crate::isa::ModulusId::name).join(", ")),
                ),
            }
        };
        draft.row.instr.op = Op::Op3(match mnemonic {
            Mnemonic::AddMod => Op3::AddMod,
            Mnemonic::MulMod => Op3::MulMod,
            Mnemonic::MulAdd => Op3::MulAdd(modulus(self)?),
            _ => Op3::MulSub(modulus(self)?),
        });
        self.port_a(draft, &a, Some(Op2::Mul))?;
        self.port_b(draft, &b)?;
        let third = self.cell(&c)?;
        self.read_cell(draft, &third);
        draft.row.instr.c = Some(third.addr);
        let Some(lhs) = lhs else { return Some(()) };
        let dst = self.target_cell(lhs)?;
        if dst.addr != third.addr {
            return self.error(
                Diagnostic::new(
                    "asm::third_operand",
                    lhs.span,
                    "the result goes to the cell of the third operand",
                )
                .label("another cell")
                .note(c.span, "this cell")
                .help("port C reads the third operand and takes the result: move it there first"),
            );
        }
        self.write_cell(draft, &dst)
    }

    fn memory(&mut self, draft: &mut Draft, lhs: Option<&Path>, op: &OpCall, mem: MemOp) -> Option<()> {
        draft.row.instr.op = Op::Mem(mem);
        match mem {
            MemOp::Keccak | MemOp::Sha256 | MemOp::LoadCode => {
                let [from, len] = self.args(op, "an address and the length, which is x3")?;
                let from = self.address(draft, &from, false)?;
                draft.row.instr.a = OperandA::Addr(from.addr);
                self.length(draft, &len)?;
                if mem == MemOp::LoadCode { self.no_result(lhs) } else { self.result_to(draft, lhs) }
            }
            MemOp::Copy => {
                let [from, len] = self.args(op, "a byte address and the length, which is x3")?;
                let to = self.byte_target(lhs, op.span, "`heap.byte[x0] = copy mem.byte[x1], x3`")?;
                let from = self.address(draft, &from, true)?;
                draft.row.instr.a = OperandA::Addr(from.addr);
                draft.row.instr.b = OperandB::Addr(to.addr);
                self.note_store(draft, &to)?;
                self.length(draft, &len)
            }
            MemOp::Load => {
                let [from] = self.args(op, "a byte address")?;
                let from = self.address(draft, &from, true)?;
                draft.row.instr.a = OperandA::Addr(from.addr);
                self.result_to(draft, lhs)
            }
            MemOp::Store | MemOp::Store8 => {
                let [value] = self.args(op, "a cell")?;
                let to = self.byte_target(lhs, op.span, "`mem.byte[x0] = store stack[1]`")?;
                let cell = self.cell(&value)?;
                if cell.addr.space == to.addr.space {
                    // Port C reads the word at the time at which the chip writes the bytes.
                    return self.error(
                        Diagnostic::new(
                            "asm::store_source",
                            cell.span,
                            "the word stored lies in the space it is stored to",
                        )
                        .help(
                            "the row would access a cell twice at one time: move the word to a local first",
                        ),
                    );
                }
                self.read_cell(draft, &cell);
                self.note_store(draft, &to)?;
                draft.row.instr.a = OperandA::Addr(to.addr);
                draft.row.instr.c = Some(cell.addr);
                Some(())
            }
        }
    }

    fn byte_target(&mut self, lhs: Option<&Path>, span: Span, example: &str) -> Option<Cell> {
        let cell = match lhs {
            Some(lhs) => self.target_cell(lhs)?,
            None => {
                return self.error(
                    Diagnostic::new("asm::operands", span, "it is not said where the bytes go")
                        .help(example.to_owned()),
                );
            }
        };
        if !cell.byte {
            return self.error(
                Diagnostic::new("asm::space", cell.span, "a byte address is needed here")
                    .help(example.to_owned()),
            );
        }
        Some(cell)
    }

    /// An address for a memory chip.
    fn address(&mut self, draft: &mut Draft, e: &SExpr, byte: bool) -> Option<Cell> {
        let cell = match self.value(e)? {
            Value::Cell(c) | Value::Array(c) => c,
            _ => return self.error(Diagnostic::new("asm::operands", e.span, "an address is needed here")),
        };
        if cell.byte != byte {
            let help = if byte { "`mem.byte[x0]`" } else { "this operation takes a word address: `mem[x0]`" };
            let message =
                if byte { "a byte address is needed here" } else { "a word address is needed here" };
            return self.error(Diagnostic::new("asm::space", cell.span, message).help(help));
        }
        self.read_cell(draft, &cell);
        Some(cell)
    }

    fn length(&mut self, draft: &mut Draft, e: &SExpr) -> Option<()> {
        match self.value(e)? {
            Value::Reg(RegValue { source: RegSource::Reg(Reg::X3), imm, .. }) if imm.is_zero() => {
                draft.row.reads.push((Loc::Reg(Reg::X3), e.span));
                Some(())
            }
            _ => self.error(
                Diagnostic::new("asm::length", e.span, "the length is in x3")
                    .help("set `x3` on a row before this one"),
            ),
        }
    }

    fn args<const N: usize>(&mut self, op: &OpCall, what: &str) -> Option<[SExpr; N]> {
        match <[SExpr; N]>::try_from(op.args.clone()) {
            Ok(args) => Some(args),
            Err(_) => self.error(
                Diagnostic::new("asm::operands", op.span, format!("`{}` takes {what}", op.name.node))
                    .label(format!("{} given", op.args.len())),
            ),
        }
    }

    /// An operand that is a cell.
    pub fn cell(&mut self, e: &SExpr) -> Option<Cell> {
        match self.value(e)? {
            Value::Cell(c) => {
                self.word_cell(&c)?;
                Some(c)
            }
            Value::Array(c) => self.error(
                Diagnostic::new("asm::index", c.span, "an array is no word")
                    .help("name one of its words: `name[0]`"),
            ),
            Value::Reg(_) => self.error(
                Diagnostic::new("asm::widen", e.span, "a register is no word")
                    .help("`t = widen x0`, then use `t`"),
            ),
            Value::CellPlus(..) => self.error(
                Diagnostic::new("asm::expression", e.span, "cells take no operators").help("`t = add a, 1`"),
            ),
            Value::Const(_) => self.error(
                Diagnostic::new("asm::immediate", e.span, "a cell is needed here")
                    .label("a constant")
                    .help("the only operand that can be a constant is the second: put it in a local first"),
            ),
        }
    }

    /// The first operand; `op` words the advice for a constant.
    fn port_a(&mut self, draft: &mut Draft, e: &SExpr, op: Option<Op2>) -> Option<()> {
        let before = self.errors.len();
        let Some(c) = self.cell(e) else {
            let swapped = match op {
                Some(Op2::Add | Op2::Mul | Op2::And | Op2::Or | Op2::Xor | Op2::Eq) => {
                    Some("the operands can be exchanged")
                }
                Some(Op2::Lt) => Some("`gt` compares the other way round"),
                Some(Op2::Gt) => Some("`lt` compares the other way round"),
                Some(Op2::Shl) => Some("a constant shift to the left is `mul a, 2**n`"),
                Some(Op2::Shr) => Some("a constant shift to the right is `div a, 2**n`"),
                _ => None,
            };
            if let (Some(help), Some(d)) = (swapped, self.errors.get_mut(before))
                && d.code == "asm::immediate"
            {
                d.help = Some(format!("only the second operand can be a constant: {help}"));
            }
            return None;
        };
        self.read_cell(draft, &c);
        draft.row.instr.a = OperandA::Mem(c.addr);
        Some(())
    }

    fn port_b(&mut self, draft: &mut Draft, e: &SExpr) -> Option<()> {
        if let Value::Const(n) = self.value(e)? {
            let Some(word) = consts::to_word(n) else {
                return self.error(
                    Diagnostic::new("asm::range", e.span, "the constant is no word")
                        .help("words are 0 to 2**256 - 1; write a negative number as `2**256 - n`"),
                );
            };
            draft.row.instr.b = OperandB::Imm(word);
            return Some(());
        }
        let c = self.cell(e)?;
        self.read_cell(draft, &c);
        draft.row.instr.b = OperandB::Mem(c.addr);
        Some(())
    }

    fn result_to(&mut self, draft: &mut Draft, lhs: Option<&Path>) -> Option<()> {
        let Some(lhs) = lhs else { return Some(()) };
        let dst = self.target_cell(lhs)?;
        self.write_cell(draft, &dst)
    }

    fn no_result(&mut self, lhs: Option<&Path>) -> Option<()> {
        match lhs {
            None => Some(()),
            Some(p) => self.error(
                Diagnostic::new("asm::no_result", p.span, "this operation gives no result")
                    .help("write it without `... =`"),
            ),
        }
    }
}
