//! Constraints of the main chip; the equations are in the module's documentation.

use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_field::PrimeCharacteristicRing;
use p3_lookup::InteractionBuilder;
use zkrom_asm::isa::{JUMPDEST, LIMBS, OPCODE_STRIDE, Reg, fault};

use super::columns::MainCols;
use super::{MainChip, NUM_PUBLIC_VALUES};
use crate::buses::{
    FetchMsg, MemOpMsg, MemoryMsg, Op2Msg, Op3Msg, OpcodeMsg, PushDataMsg, RomImmMsg, RomMsg, range16,
    receive, send,
};
use crate::chips::rom::columns::RomFields;
use crate::columns::view;
use crate::field::Val;

impl BaseAir<Val> for MainChip {
    fn width(&self) -> usize {
        MainCols::WIDTH
    }

    fn num_public_values(&self) -> usize {
        NUM_PUBLIC_VALUES
    }

    fn main_next_row_columns(&self) -> Vec<usize> {
        (0..=Reg::READABLE).collect()
    }
}

impl<AB: InteractionBuilder<F = Val>> Air<AB> for MainChip {
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        let local: &MainCols<AB::Var> = view(main.current_slice());
        let next = main.next_slice();
        let next_upc = next[0];
        let next_regs: [AB::Var; Reg::READABLE] = core::array::from_fn(|k| next[1 + k]);
        let row = RowExprs::<AB>::new(local);

        boundaries(builder, local);
        instruction(builder, local);
        operands(builder, local);
        ports(builder, local, &row);
        result(builder, local);
        registers(builder, local, &row, &next_regs);
        outcomes(builder, local, &row, &next_regs);
        next_instruction(builder, local, &row, next_upc);
        calls(builder, local, &row);
    }
}

/// Expressions several parts share.
struct RowExprs<AB: AirBuilder> {
    /// The integer in `R`, where it is taken as one.
    r_int: AB::Expr,
    /// `f.dispatch cost + f.charge W`.
    amount: AB::Expr,
    /// Address fetched from.
    fetch_pc: AB::Expr,
}

impl<AB: AirBuilder> RowExprs<AB> {
    fn new(local: &MainCols<AB::Var>) -> Self {
        let f = &local.f;
        let r_int: AB::Expr = local.r[0].into() + local.r[1] * AB::F::from_u32(1 << 16);
        let pc = local.regs[Reg::Pc as usize];
        Self {
            amount: f.dispatch * local.cost + f.charge * local.w,
            fetch_pc: pc.into() + f.evm_jump * (r_int.clone() - pc.into()),
            r_int,
        }
    }
}

fn dot<AB: AirBuilder>(flags: &[AB::Var], values: impl IntoIterator<Item = AB::Var>) -> AB::Expr {
    flags.iter().zip(values).map(|(&f, v)| f * v).sum()
}

/// First and last row.
fn boundaries<AB: AirBuilder>(builder: &mut AB, local: &MainCols<AB::Var>) {
    let public: Vec<AB::Expr> = builder.public_values().iter().map(|&p| p.into()).collect();
    let state = || core::iter::once(local.upc).chain(local.regs);
    let n = 1 + Reg::READABLE;
    for (k, x) in state().enumerate() {
        builder.when_first_row().assert_eq(x, public[k].clone());
        builder.when_last_row().assert_eq(x, public[n + k].clone());
    }
    builder.when_last_row().assert_one(local.f.halt + local.f.idle);
    builder.when_last_row().assert_eq(local.f.halt, public[2 * n].clone());
}

/// The instruction's fields come from the ROM.
fn instruction<AB: InteractionBuilder>(builder: &mut AB, local: &MainCols<AB::Var>) {
    let f = &local.f;
    builder.assert_zero((AB::Expr::ONE - f.idle.into()) * (local.rom_upc - local.upc));
    let row = field_list::<AB>(f);
    let fields = core::iter::once(local.rom_upc.into()).chain(row).collect();
    send(builder, RomMsg { fields }, AB::Expr::ONE);
    let imm = RomImmMsg { upc: local.rom_upc.into(), word: local.b.map(Into::into) };
    send(builder, imm, f.b_imm);
}

/// The fields in the order of the column struct.
fn field_list<AB: AirBuilder>(f: &RomFields<AB::Var>) -> Vec<AB::Expr> {
    crate::columns::cells::<AB::Var, RomFields<AB::Var>>(f).iter().map(|&x| x.into()).collect()
}

/// Operands that are not read from memory.
fn operands<AB: AirBuilder>(builder: &mut AB, local: &MainCols<AB::Var>) {
    let f = &local.f;
    let one = AB::Expr::ONE;
    let no_a = one.clone() - f.a_en.into();
    let no_b = one.clone() - f.b_en.into() - f.b_imm.into();
    let no_c = one - f.c_en.into();
    for i in 0..LIMBS {
        let no_a = if i == 0 { no_a.clone() - f.a_reg.into() } else { no_a.clone() };
        builder.assert_zero(no_a * local.a[i]);
        builder.assert_zero(no_b.clone() * local.b[i]);
        builder.assert_zero(no_c.clone() * local.c[i]);
        builder.assert_zero(f.assert_eq * (local.a[i] - local.b[i]));
    }
    builder.assert_zero(f.a_reg * (local.a[0] - local.w));
}

/// Addresses and memory accesses.
fn ports<AB: InteractionBuilder>(builder: &mut AB, local: &MainCols<AB::Var>, _row: &RowExprs<AB>) {
    let f = &local.f;
    let enabled = [f.a_en, f.b_en, f.c_en];
    let spaces = [f.a_space, f.b_space, f.c_space];
    let ctxs = [&f.a_ctx, &f.b_ctx, &f.c_ctx];
    let bases = [&f.a_base, &f.b_base, &f.c_base];
    let offs = [f.a_off, f.b_off, f.c_off];
    let old = [&local.a, &local.b, &local.c];
    let new: [[AB::Expr; LIMBS]; 3] = [
        core::array::from_fn(|i| local.a[i].into() + f.swap * (local.b[i] - local.a[i])),
        core::array::from_fn(|i| local.b[i].into() + f.swap * (local.a[i] - local.b[i])),
        core::array::from_fn(|i| local.c[i].into() + f.c_write * (local.r[i] - local.c[i])),
    ];
    let clk4 = local.regs[Reg::Clk as usize] * AB::F::from_u32(4);
    let now = PORT_TIMES.map(|t| clk4.clone() + AB::Expr::from_u32(t));
    for p in 0..3 {
        let ctx = dot::<AB>(ctxs[p], Reg::CONTEXTS.map(|r| local.regs[r as usize]));
        builder.assert_eq(local.port_ctx[p], ctx);
        let base = dot::<AB>(bases[p], Reg::BASES.map(|r| local.regs[r as usize]));
        builder.assert_eq(local.port_off[p], base + offs[p].into());
        let diff = local.diff_lo[p].into() + local.diff_hi[p] * AB::F::from_u32(1 << 16);
        builder.assert_zero(enabled[p] * (now[p].clone() - local.old_time[p].into() - AB::Expr::ONE - diff));
        range16(builder, local.diff_lo[p], AB::Expr::ONE);
        range16(builder, local.diff_hi[p] * AB::F::from_u32(8), AB::Expr::ONE);
    }
    let message = |p: usize, time: AB::Expr, word: [AB::Expr; LIMBS]| MemoryMsg {
        space: spaces[p].into(),
        ctx: local.port_ctx[p].into(),
        off: local.port_off[p].into(),
        time,
        word,
    };
    for p in 0..3 {
        receive(builder, message(p, local.old_time[p].into(), old[p].map(Into::into)), enabled[p]);
    }
    for (p, (time, word)) in now.into_iter().zip(new).enumerate() {
        send(builder, message(p, time, word), enabled[p]);
    }
}

/// Times of the ports within a row.
pub(super) const PORT_TIMES: [u32; 3] = [0, 1, 3];

/// The result word, its zero test, and its use as an integer.
fn result<AB: InteractionBuilder>(builder: &mut AB, local: &MainCols<AB::Var>) {
    let f = &local.f;
    let own = AB::Expr::ONE - f.r_bus.into();
    let as_int: AB::Expr = f.w_result + f.ret.into() + f.evm_jump.into();
    let mut sum = AB::Expr::ZERO;
    for i in 0..LIMBS {
        let mut value = f.r_a * local.a[i] + f.r_b * local.b[i] + f.r_c * local.c[i];
        if i == 0 {
            value += f.r_link * (local.upc + AB::F::ONE);
        }
        builder.assert_eq(own.clone() * local.r[i], value);
        if i >= 2 {
            builder.assert_zero(as_int.clone() * local.r[i]);
        }
        sum += local.r[i].into();
    }
    builder.assert_zero(as_int * (local.r1_scaled - local.r[1] * AB::F::from_u32(8)));
    range16(builder, local.r1_scaled, AB::Expr::ONE);
    builder.assert_zero(sum.clone() * local.zero);
    builder.assert_eq(sum * local.sum_inv, AB::Expr::ONE - local.zero.into());
}

/// The register expression and the registers' next values.
fn registers<AB: AirBuilder>(
    builder: &mut AB,
    local: &MainCols<AB::Var>,
    row: &RowExprs<AB>,
    next: &[AB::Var; Reg::READABLE],
) {
    let f = &local.f;
    let w = row.r_int.clone() * f.w_result + dot::<AB>(&f.w_reg, local.regs) + f.w_imm.into();
    builder.assert_eq(local.w, w);
    for reg in Reg::ALL {
        let old = local.regs[reg as usize];
        let mut value: AB::Expr = old.into();
        if reg == Reg::Clk {
            value += AB::Expr::ONE - f.idle.into();
        } else {
            value += f.set[reg as usize] * (local.w - old);
        }
        match reg {
            Reg::Sp => value += f.dsp.into(),
            Reg::Pc => value += f.dispatch * local.ok * (local.next_pc - old),
            Reg::Gas => value -= row.amount.clone() * local.ok,
            _ => {}
        }
        builder.when_transition().assert_eq(next[reg as usize], value);
    }
}

/// Outcomes of dispatches and charges.
fn outcomes<AB: InteractionBuilder>(
    builder: &mut AB,
    local: &MainCols<AB::Var>,
    row: &RowExprs<AB>,
    next: &[AB::Var; Reg::READABLE],
) {
    let f = &local.f;
    let one = AB::Expr::ONE;
    let flags = [local.ok, local.short, local.under, local.over, local.bad];
    for flag in flags {
        builder.assert_bool(flag);
    }
    let sum: AB::Expr = flags.into_iter().map(Into::into).sum();
    builder.assert_eq(sum, f.dispatch + f.charge);
    builder.assert_zero((local.under + local.over + local.bad) * (one.clone() - f.dispatch.into()));
    builder.assert_zero((one.clone() - f.evm_jump.into()) * local.bad);

    let is_jumpdest = local.opcode - AB::F::from_u32(JUMPDEST);
    builder.assert_zero((is_jumpdest.clone() * local.jd_inv - one.clone()) * local.bad);
    builder.assert_zero(is_jumpdest * f.evm_jump * (one.clone() - local.bad.into()));
    let fetch = FetchMsg {
        cid: local.regs[Reg::Cid as usize].into(),
        pc: row.fetch_pc.clone(),
        opcode: local.opcode.into(),
        next_pc: local.next_pc.into(),
    };
    send(builder, fetch, f.dispatch);
    let entry = OpcodeMsg {
        key: local.regs[Reg::Fork as usize] * AB::F::from_usize(OPCODE_STRIDE) + local.opcode.into(),
        handler: local.handler.into(),
        gas: local.cost.into(),
        need: local.need.into(),
        max: local.max.into(),
    };
    send(builder, entry, f.dispatch - local.bad);

    let height: AB::Expr = next[Reg::Sp as usize].into();
    let (u, v): (AB::Expr, AB::Expr) = (local.u.into(), local.v.into());
    let (need, max): (AB::Expr, AB::Expr) = (local.need.into(), local.max.into());
    let ok = f.dispatch * local.ok;
    let mut when = builder.when_transition();
    when.assert_zero(ok.clone() * (u.clone() - (height.clone() - need.clone())));
    when.assert_zero(ok * (v.clone() - (max.clone() - height.clone())));
    when.assert_zero((u - (need - height.clone() - one.clone())) * local.under);
    when.assert_zero((v - (height - max - one.clone())) * local.over);
    range16(builder, local.u, one.clone());
    range16(builder, local.v, one.clone());

    let gas = local.regs[Reg::Gas as usize];
    let g = local.g_lo.into() + local.g_hi * AB::F::from_u32(1 << 16);
    builder.assert_zero((g.clone() - gas.into() + row.amount.clone()) * local.ok);
    builder.assert_zero((g - row.amount.clone() + gas.into() + one.clone()) * local.short);
    range16(builder, local.g_lo, one.clone());
    range16(builder, local.g_hi * AB::F::from_u32(8), one);
}

/// The next micro-pc.
fn next_instruction<AB: AirBuilder>(
    builder: &mut AB,
    local: &MainCols<AB::Var>,
    row: &RowExprs<AB>,
    next_upc: AB::Var,
) {
    let f = &local.f;
    let one = AB::Expr::ONE;
    let follow = local.upc + AB::F::ONE;
    let target: AB::Expr = f.target.into();
    let jump_by = target.clone() - follow.clone();
    // Each kind as what it adds to the following instruction's address.
    let mut step = jump_by.clone() * f.jump;
    step += jump_by.clone() * f.branch_zero * local.zero;
    step += jump_by.clone() * f.branch_nonzero * (one.clone() - local.zero.into());
    step += (row.r_int.clone() - follow.clone()) * f.ret;
    step -= f.halt + f.idle;
    step += (local.handler.into() - follow.clone()) * (f.dispatch * local.ok);
    for (flag, number) in [
        (local.short, fault::OUT_OF_GAS),
        (local.under, fault::UNDERFLOW),
        (local.over, fault::OVERFLOW),
        (local.bad, fault::BAD_JUMP),
    ] {
        step += (jump_by.clone() + AB::Expr::from_u32(number)) * flag;
    }
    builder.when_transition().assert_eq(next_upc, follow + step);
}

/// Messages to the chips that operate for this one.
fn calls<AB: InteractionBuilder>(builder: &mut AB, local: &MainCols<AB::Var>, _row: &RowExprs<AB>) {
    let f = &local.f;
    let word = |w: &[AB::Var; LIMBS]| w.map(Into::into);
    let (a, b, c, r) = (word(&local.a), word(&local.b), word(&local.c), word(&local.r));
    let clk: AB::Expr = local.regs[Reg::Clk as usize].into();
    let kind: AB::Expr = f.kind.into();
    send(builder, Op2Msg { kind: kind.clone(), a: a.clone(), b: b.clone(), r: r.clone() }, f.op2);
    send(builder, Op3Msg { kind: kind.clone(), a, b, c, r: r.clone() }, f.op3);
    let memop = MemOpMsg {
        kind,
        clk,
        a_space: f.a_space.into(),
        a_ctx: local.port_ctx[0].into(),
        a_off: local.port_off[0].into(),
        b_space: f.b_space.into(),
        b_ctx: local.port_ctx[1].into(),
        b_off: local.port_off[1].into(),
        len: local.regs[Reg::X3 as usize].into(),
        r: r.clone(),
    };
    send(builder, memop, f.memop);
    let push = PushDataMsg {
        cid: local.regs[Reg::Cid as usize].into(),
        next_pc: local.regs[Reg::Pc as usize].into(),
        word: r,
    };
    send(builder, push, f.push_data);
}
