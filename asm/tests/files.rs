//! Image files, digests, source maps: round trips, determinism, and what is refused.

use std::path::Path;

use zkrom_asm::{
    Assembly, Files, Image, Options, assemble,
    file::{FORMAT_VERSION, FileError, MAGIC},
    isa::{Addr, Instr, MemOp, Next, Op, Op2, OperandA, OperandB, REG_BOUND, Reg, RegExpr, RegSource, Space},
    source_map::SourceMap,
    validate::{Invalid, validate},
};

fn bench() -> Assembly {
    assemble(Path::new("../rom/bench/opcodes.zkasm"), &Files::Disk, &Options::default()).unwrap()
}

#[test]
fn an_image_survives_its_file() {
    let dir = tempfile::tempdir().unwrap();
    let a = bench();
    let path = dir.path().join("rom.bin");
    a.image.save(&path).unwrap();
    assert_eq!(Image::load(&path).unwrap(), a.image);
    let map = dir.path().join("rom.map");
    a.source_map.save(&map).unwrap();
    assert_eq!(SourceMap::load(&map).unwrap(), a.source_map);
    // Nothing is left beside them.
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);
    a.tests.image.save(&path).unwrap();
    assert_eq!(Image::load(&path).unwrap(), a.tests.image);
}

#[test]
fn an_unwritable_path_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let e = bench().image.save(&dir.path().join("no/such/dir/rom.bin")).unwrap_err();
    assert!(matches!(e, FileError::Io { .. }), "{e}");
    assert!(matches!(Image::load(&dir.path().join("absent")).unwrap_err(), FileError::Io { .. }));
}

#[test]
fn same_source_same_bytes() {
    let (a, b) = (bench(), bench());
    assert_eq!(a.image.to_bytes().unwrap(), b.image.to_bytes().unwrap());
    assert_eq!(a.listing, b.listing);
    assert_eq!(a.source_map, b.source_map);
    // Names and comments are no part of the program.
    let with = |name: &str, note: &str| {
        let text = format!("; {note}\nroutine main() {{\n    local {name}\n    {name} = 5\n    halt\n}}\n");
        assemble(Path::new("m"), &Files::memory([("m", &*text)]), &Options::default()).unwrap().image
    };
    assert_eq!(with("a", "one").digest(), with("b", "two").digest());
}

#[test]
fn the_digest_covers_what_is_proved() {
    let image = bench().image;
    let digest = image.digest();
    let mut hints = image.clone();
    hints.instrs[0].hint = Some(zkrom_asm::isa::HintCall { name: "other".into(), args: vec![] });
    assert_eq!(hints.digest(), digest);
    for fork in 0..image.opcodes.len() {
        let mut m = image.clone();
        m.opcodes[fork][1].gas += 1;
        assert_ne!(m.digest(), digest);
    }
    for upc in 0..image.instrs.len() {
        let mut m = image.clone();
        m.instrs[upc].dsp += 1;
        assert_ne!(m.digest(), digest);
    }
    let edits: [fn(&mut Instr); 7] = [
        |i| i.c_write = !i.c_write,
        |i| i.w.imm += 1,
        |i| i.reg = if i.reg.is_some() { None } else { Some(Reg::X2) },
        |i| i.op = if i.op == Op::MovC { Op::MovA } else { Op::MovC },
        |i| i.next = if i.next == Next::Jump(3) { Next::Jump(4) } else { Next::Jump(3) },
        |i| i.a = if i.a == OperandA::Reg { OperandA::None } else { OperandA::Reg },
        |i| {
            i.c = match i.c {
                None => Some(Addr { space: Space::Heap, ctx: None, base: None, off: 0 }),
                Some(a) => Some(Addr { off: a.off + 1, ..a }),
            }
        },
    ];
    for edit in edits {
        let mut m = image.clone();
        edit(&mut m.instrs[0]);
        assert_ne!(m.digest(), digest);
    }
}

#[test]
fn bad_files_are_refused() {
    let bytes = bench().image.to_bytes().unwrap();
    let err = |b: &[u8]| Image::from_bytes(b).unwrap_err();
    assert!(matches!(err(b"PK\x03\x04 something else"), FileError::Magic { .. }));
    assert!(matches!(err(b"ELF"), FileError::Magic { .. }));
    let mut version = bytes.clone();
    version[8] = 9;
    assert!(matches!(err(&version), FileError::Version { got: 9 }));
    for cut in (0..bytes.len()).step_by(37) {
        assert!(matches!(err(&bytes[..cut]), FileError::Truncated { .. }), "cut at {cut}");
    }
    let mut long = bytes;
    long.push(0);
    assert!(matches!(err(&long), FileError::Trailing(1)));
    let file = |image: &Image| {
        let mut out = MAGIC.to_vec();
        out.extend(FORMAT_VERSION.to_le_bytes());
        postcard::to_extend(image, out).unwrap()
    };
    let mut image = bench().image;
    image.instrs[5].next = Next::Jump(1 << 20);
    assert!(matches!(err(&file(&image)), FileError::Instruction { upc: 5, source: Invalid::Target { .. } }));
    let mut image = bench().image;
    image.opcodes[2].pop();
    assert!(matches!(err(&file(&image)), FileError::Opcodes { fork: 2, .. }));
    let mut image = bench().image;
    image.opcodes[1][7].handler = 1 << 20;
    assert!(matches!(err(&file(&image)), FileError::Opcodes { fork: 1, .. }));
    let mut image = bench().image;
    image.opcodes = vec![image.opcodes[0].clone(); 9];
    assert!(matches!(err(&file(&image)), FileError::Opcodes { .. }));
    let image =
        Image { instrs: vec![Instr { next: Next::Halt, ..Instr::default() }; 40_000], opcodes: vec![] };
    assert!(matches!(err(&file(&image)), FileError::TooLong { got: 40_000 }));
}

#[test]
fn damaged_files_never_panic() {
    let bytes = bench().image.to_bytes().unwrap();
    let mut state = 7u64;
    for _ in 0..20_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut b = bytes.clone();
        let at = (state >> 33) as usize % b.len();
        b[at] ^= 1 << (state >> 60 & 7);
        if let Ok(image) = Image::from_bytes(&b) {
            image.check().unwrap();
        }
    }
}

#[test]
fn every_rule_of_an_instruction() {
    let at = |space, base, off| Addr { space, ctx: None, base, off };
    let cell = at(Space::Global, None, 1);
    let input = at(Space::Input, None, 1);
    let ok = Instr { a: OperandA::Mem(cell), op: Op::MovA, c: Some(cell), c_write: true, ..Instr::default() };
    assert_eq!(validate(&ok, 0, 2), Ok(()));
    let bad = |edit: &dyn Fn(&mut Instr)| {
        let mut i = ok.clone();
        edit(&mut i);
        validate(&i, 0, 2).unwrap_err()
    };
    let w = |source, imm| RegExpr { source, imm };
    assert_eq!(
        bad(&|i| i.a = OperandA::Mem(at(Space::Heap, None, REG_BOUND as i32))),
        Invalid::Offset { port: 'A' }
    );
    assert_eq!(
        bad(&|i| i.c = Some(at(Space::Heap, None, -(REG_BOUND as i32)))),
        Invalid::Offset { port: 'C' }
    );
    assert_eq!(
        bad(&|i| i.b = OperandB::Mem(at(Space::Heap, Some(Reg::Gas), 0))),
        Invalid::Base { port: 'B', reg: Reg::Gas }
    );
    assert_eq!(
        bad(&|i| i.c = Some(Addr { ctx: Some(Reg::Sp), ..cell })),
        Invalid::Context { port: 'C', reg: Reg::Sp }
    );
    assert_eq!(bad(&|i| i.c = Some(input)), Invalid::InputWrite { port: 'C' });
    assert_eq!(
        bad(&|i| {
            i.op = Op::Swap;
            i.b = OperandB::Mem(input);
        }),
        Invalid::InputWrite { port: 'B' }
    );
    let mem = |op, a, b: OperandB| {
        move |i: &mut Instr| {
            i.op = Op::Mem(op);
            i.a = OperandA::Addr(a);
            i.b = b;
        }
    };
    assert_eq!(bad(&mem(MemOp::Copy, cell, OperandB::Addr(input))), Invalid::InputWrite { port: 'B' });
    assert_eq!(bad(&mem(MemOp::Store, input, OperandB::None)), Invalid::InputWrite { port: 'A' });
    assert_eq!(bad(&mem(MemOp::Copy, cell, OperandB::None)), Invalid::AddressOperand { port: 'B' });
    assert_eq!(bad(&mem(MemOp::Load, cell, OperandB::Mem(cell))), Invalid::UnusedOperand { port: 'B' });
    assert_eq!(bad(&|i| i.a = OperandA::Addr(cell)), Invalid::AddressOperand { port: 'A' });
    assert_eq!(bad(&|i| i.op = Op::Mem(MemOp::Load)), Invalid::AddressOperand { port: 'A' });
    assert_eq!(
        bad(&|i| {
            mem(MemOp::Store8, cell, OperandB::None)(i);
            i.c = None;
            i.c_write = false;
        }),
        Invalid::StoreWithoutC
    );
    assert_eq!(bad(&|i| i.a = OperandA::Reg), Invalid::SplitOperand);
    assert_eq!(bad(&|i| i.op = Op::Op2(Op2::Split)), Invalid::SplitOperand);
    assert_eq!(
        bad(&|i| {
            i.op = Op::Op2(Op2::Split);
            i.a = OperandA::Reg;
            i.b = OperandB::Mem(cell);
        }),
        Invalid::UnusedOperand { port: 'B' }
    );
    for op in [Op2::KeyCount, Op2::PubIn(0), Op2::Hint] {
        assert_eq!(bad(&|i| i.op = Op::Op2(op)), Invalid::UnusedOperand { port: 'A' });
    }
    assert_eq!(bad(&|i| i.op = Op::Op2(Op2::PubOut(16))), Invalid::PublicWord(16));
    assert_eq!(
        bad(&|i| {
            i.op = Op::Op2(Op2::Hint);
            i.a = OperandA::None;
        }),
        Invalid::HintFunction
    );
    let call = zkrom_asm::isa::HintCall { name: "f".into(), args: vec![] };
    assert_eq!(bad(&|i| i.hint = Some(call.clone())), Invalid::HintFunction);
    assert_eq!(bad(&|i| i.op = Op::Swap), Invalid::SwapOperands);
    assert_eq!(bad(&|i| i.c = None), Invalid::WriteWithoutCell);
    assert_eq!(bad(&|i| i.w = w(RegSource::Zero, REG_BOUND as i32)), Invalid::RegImmediate);
    assert_eq!(bad(&|i| i.reg = Some(Reg::Clk)), Invalid::ClockWrite);
    assert_eq!(
        bad(&|i| {
            i.reg = Some(Reg::X0);
            i.next = Next::Charge(1);
        }),
        Invalid::ChargeWrite
    );
    assert_eq!(
        bad(&|i| {
            i.w = w(RegSource::Zero, -1);
            i.next = Next::Charge(1);
        }),
        Invalid::NegativeCharge
    );
    assert_eq!(bad(&|i| i.dsp = 1025), Invalid::StackChange);
    for next in [Next::Jump(2), Next::BranchZero(2), Next::BranchNonZero(2), Next::Charge(2)] {
        assert!(matches!(bad(&|i| i.next = next), Invalid::Target { .. }));
    }
    // A fault vector has four rows.
    assert!(matches!(bad(&|i| i.next = Next::Dispatch(0)), Invalid::Target { target: 3, .. }));
    assert!(matches!(bad(&|i| i.next = Next::EvmJump(u32::MAX)), Invalid::Target { .. }));
    assert_eq!(bad(&|i| i.next = Next::Halt), Invalid::HaltEffect);
    assert_eq!(validate(&ok, 1, 2), Err(Invalid::RunsOff));
}
