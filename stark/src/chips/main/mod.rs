//! The main chip: one row runs one instruction.
//!
//! # Statement
//!
//! Starting from the registers in the public values, each row looks its instruction up in the ROM and does exactly what
//! [`zkrom_asm::isa`] says of it, up to the end registers in the public values, where the program has halted (`halted = 1`) or goes on in another
//! segment (`halted = 0`).
//!
//! # Notation
//!
//! `f.x` is a field of the instruction, from the ROM: 0 or 1 for flags, exclusive where the ISA has one choice, so that they need no
//! constraints here. `upc, x0..x3, ctx, sp, pc, gas, cid, fork, clk` are the registers, primed on the next row. `A, B, C, R` are words of 16-bit limbs.
//!
//! # Equations (degree)
//!
//! Fetch: `(1 - f.idle)(rom_upc - upc) = 0` (2); lookup `rom: (rom_upc, f)`. The idle instruction has no effect, wherever the prover
//! puts it: all its fields are zero and the registers stay (clk too).
//!
//! Ports (for A; B and C alike): `a_ctx = sum f.a_ctx[k] reg_k` (2), `a_off = f.a_off + sum f.a_base[k] reg_k` (2);
//! where `f.a_en`: receive `memory: (space, a_ctx, a_off, old_time, A)` and send `(.., now, A')`, with `f.a_en (now - old_time - 1 - lo - 2^16 hi) = 0` (2),
//! `lo` and `8 hi` 16-bit lookups (so `lo + 2^16 hi < 2^29 + 2^16`). `now = 4 clk + {0, 1, 3}`; every time on the bus is 0 or some row's `now` < 2^29, so `now - 1 - old_time` in `[0, 2^29 + 2^16)` says
//! `old_time < now` over the integers. New words: `A' = A + f.swap (B - A)` (2), `B' = B + f.swap (A - B)` (2), `C' = C + f.c_write (R - C)` (2).
//! Absent operands are zero: `(1 - f.a_en - [i = 0] f.a_reg) A_i = 0` (2), `f.a_reg (A_0 - W) = 0` (2), `(1 - f.b_en - f.b_imm) B_i = 0` (2),
//! `(1 - f.c_en) C_i = 0` (2). Immediates: lookup `rom-imm: (rom_upc, B)` where `f.b_imm`.
//!
//! Result: `(1 - f.r_bus) R_i = f.r_a A_i + f.r_b B_i + f.r_c C_i + [i = 0] f.r_link (upc + 1)` (2); where `f.r_bus`, `R` is what the
//! operation's bus says. `f.assert_eq (A_i - B_i) = 0` (2). `upc + 1 <= 2^15` is a 16-bit limb.
//!
//! Integer in `R`: where `f.w_result + f.ret + f.evm_jump` (at most one of them for a valid image, else their sum still only strengthens): `R_i = 0`
//! for `i >= 2` (2) and `r1_scaled = 8 R_1` (2) is a 16-bit lookup, so `R = R_0 + 2^16 R_1 < 2^29`.
//!
//! Zero test: `zero sum(R) = 0` (2), `sum(R) sum_inv = 1 - zero` (2). Limbs are 16-bit, so `sum(R) < 2^20` is zero only where `R` is.
//!
//! Registers: `W = f.w_result (R_0 + 2^16 R_1) + sum f.w_reg[k] reg_k + f.w_imm` (2); `reg' = reg + f.set[reg] (W - reg)` (2) plus, for `sp`, `f.dsp`;
//! for `pc`, `f.dispatch ok (next_pc - pc)` (3); for `gas`, `- ok (f.dispatch cost + f.charge W)` (3); `clk' = clk + 1 - f.idle`.
//!
//! Dispatch: exactly one outcome, `ok + short + under + over + bad = f.dispatch + f.charge`, each boolean; `under + over + bad` only where `f.dispatch`, `bad` only
//! where `f.evm_jump` (2). Fetched from `F = pc + f.evm_jump (R - pc)`: lookup `fetch: (cid, F, opcode, next_pc)` where `f.dispatch`.
//! `bad`: `bad ((opcode - JUMPDEST) jd_inv - 1) = 0` (3); otherwise on an EVM jump `f.evm_jump (1 - bad)(opcode - JUMPDEST) = 0` (3), and the
//! opcode's entry is looked up: `opcode: (512 fork + opcode, handler, cost, need, max)` with count `f.dispatch - bad`.
//! Stack height `h = sp'`: `ok f.dispatch (u - (h - need)) = 0` (3), `ok f.dispatch (v - (max - h)) = 0` (3), `under (u - (need - h - 1)) = 0` (2),
//! `over (v - (h - max - 1)) = 0` (2), `u` and `v` 16-bit lookups. `h` is `sp` of an honest stack or, where the ROM let it go astray, any field element: then no
//! outcome but one with a true 16-bit difference exists. Gas: `ok (g - (gas - amount)) = 0`, `short (g - (amount - gas - 1)) = 0` with
//! `amount = f.dispatch cost + f.charge W` (3) and `g = g_lo + 2^16 g_hi`, `g_lo` and `8 g_hi` 16-bit lookups. `8 g_hi = v < 2^16` in the field gives
//! `g = g_lo + 2^13 v` in `[0, 2^29 + 2^16)`. With `gas < 2^29` and `amount < 2^30` (the ROM's duty for `W`, which is a 29-bit integer plus a 29-bit
//! constant) `gas - amount` is in `(-2^30, 2^29)`; a negative one is above `p - 2^30 > 2^29 + 2^16` in the field, so only the true case is in reach. The same
//! bound serves `now - old_time - 1`, whose terms are below 2^29.
//!
//! Next: `upc'` is the sum over the exclusive kinds (3), see `air.rs`; `halt` and `idle` stay.
//!
//! Bounds: first row: registers equal the public start. Last row: registers equal the public end, `f.halt + f.idle = 1` and
//! `f.halt = halted`. A halted program repeats `halt` to the end of the trace, so every row is a row of the run and there is no padding.
//!
//! # What it relies on
//!
//! ROM and opcode table are preprocessed. Words received from memory and from operations are 16-bit limbs (their producers check). The verifier
//! shell checks that the end clock is below 2^27 and, for a whole run, that the start is [`Regs::start`](zkrom_executor::record::Regs::start) and `halted = 1`.

mod air;
pub mod columns;
mod trace;

#[cfg(test)]
mod tests;

pub use trace::{public_values, trace};

/// The main chip.
#[derive(Clone, Copy, Debug, Default)]
pub struct MainChip;

/// Number of public values: start (micro-pc and registers), end (likewise), halted.
pub const NUM_PUBLIC_VALUES: usize = 2 * (1 + zkrom_asm::isa::Reg::READABLE) + 1;
