//! Fusing a product with the sum or difference that alone uses it.

use super::{Alu, Circuit, Slot, Step, Writes};

/// `x 1 + y = d` with `x = a b` becomes `a b + y = d`, and `x 1 + c = y` (a difference) becomes `a b + c = y`, where nothing else reads `x`.
pub(super) fn fuse(circuit: &mut Circuit) {
    let zero = circuit.constants.iter().find(|(_, v)| *v == Default::default()).map(|c| c.0);
    let one =
        circuit.constants.iter().find(|(_, v)| *v == p3_field::PrimeCharacteristicRing::ONE).map(|c| c.0);
    let (Some(zero), Some(one)) = (zero, one) else { return };
    let (reads, _) = circuit.reads();
    let mut product: Vec<Option<usize>> = vec![None; circuit.slots];
    let mut dropped = vec![false; circuit.alu.len()];
    for i in 0..circuit.alu.len() {
        let op = circuit.alu[i];
        if op.writes == Writes::D && op.c == zero && op.b != one && reads[op.d.0 as usize] == 1 {
            product[op.d.0 as usize] = Some(i);
        }
        if op.b != one || matches!(op.writes, Writes::A) {
            continue;
        }
        let mut take = |slot: Slot| -> Option<Alu> {
            let j = product[slot.0 as usize].take()?;
            dropped[j] = true;
            Some(circuit.alu[j])
        };
        if let Some(p) = take(op.a) {
            (circuit.alu[i].a, circuit.alu[i].b) = (p.a, p.b);
        } else if op.writes == Writes::D
            && let Some(p) = take(op.c)
        {
            circuit.alu[i] = Alu { a: p.a, b: p.b, c: op.a, ..op };
        }
    }
    let mut moved = vec![0; circuit.alu.len()];
    let mut kept = Vec::with_capacity(circuit.alu.len());
    for (i, op) in circuit.alu.iter().enumerate() {
        moved[i] = kept.len();
        if !dropped[i] {
            kept.push(*op);
        }
    }
    circuit.order.retain(|s| !matches!(s, Step::Alu(i) if dropped[*i]));
    for step in &mut circuit.order {
        if let Step::Alu(i) = step {
            *i = moved[*i];
        }
    }
    circuit.alu = kept;
}
