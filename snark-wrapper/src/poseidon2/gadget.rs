//! The permutation in the circuit, beside [`zkrom_recursion::outer::permutation`].

use std::sync::OnceLock;

use ark_ff::{Field, One};

use zkrom_recursion::outer::{self, WIDTH};

use crate::field::{Fr, fr_from_bn254};
use crate::r1cs::{Builder, Lc};

/// Partial rounds between two materialisations of the words that a partial round leaves linear.
///
/// Without them a word would be a combination of all S-box outputs before it: a third fewer non-zeros
/// are worth the 12 constraints.
const MATERIALIZE_EVERY: usize = 8;

/// Constraints of one permutation of variable inputs.
pub const CONSTRAINTS: usize = 252;

/// [`outer::RoundConstants`] in the field of the circuit.
struct RoundConstants {
    initial: Vec<[Fr; WIDTH]>,
    internal: Vec<Fr>,
    terminal: Vec<[Fr; WIDTH]>,
}

fn constants() -> &'static RoundConstants {
    static CONSTANTS: OnceLock<RoundConstants> = OnceLock::new();
    CONSTANTS.get_or_init(|| {
        let outer::RoundConstants { initial, internal, terminal } = outer::round_constants();
        let full = |rounds: Vec<[_; WIDTH]>| rounds.into_iter().map(|r| r.map(fr_from_bn254)).collect();
        RoundConstants {
            initial: full(initial),
            internal: internal.into_iter().map(fr_from_bn254).collect(),
            terminal: full(terminal),
        }
    })
}

/// x^5: three constraints, or none for a constant.
fn sbox(b: &mut Builder, x: &Lc) -> Lc {
    if let Some(c) = x.as_constant() {
        return Lc::constant(c.pow([5u64]));
    }
    let x2 = b.mul(x, x);
    let x4 = b.mul(&x2, &x2);
    b.mul(&x4, x)
}

/// The external matrix circ(2, 1, 1).
fn external(state: &[Lc; WIDTH]) -> [Lc; WIDTH] {
    mix(state, [1, 1, 1])
}

/// The internal matrix: all ones plus diag(1, 1, 2).
fn internal(state: &[Lc; WIDTH]) -> [Lc; WIDTH] {
    mix(state, [1, 1, 2])
}

fn mix(state: &[Lc; WIDTH], diagonal: [u64; WIDTH]) -> [Lc; WIDTH] {
    core::array::from_fn(|i| {
        Lc::sum(state.iter().enumerate().map(|(j, word)| {
            let own = if i == j { Fr::from(diagonal[i]) } else { Fr::from(0u64) };
            (own + Fr::one(), word)
        }))
    })
}

/// The permutation.
#[must_use]
pub fn permute(b: &mut Builder, state: &[Lc; WIDTH]) -> [Lc; WIDTH] {
    let rc = constants();
    let full_round = |b: &mut Builder, state: [Lc; WIDTH], rc: &[Fr; WIDTH]| {
        let mut i = 0;
        external(&state.map(|word| {
            i += 1;
            sbox(b, &word.add_constant(rc[i - 1]))
        }))
    };
    let mut state = external(state);
    for round in &rc.initial {
        state = full_round(b, state, round);
    }
    for (i, &c) in rc.internal.iter().enumerate() {
        let [s0, mut s1, mut s2] = state;
        if i > 0 && i % MATERIALIZE_EVERY == 0 {
            s1 = b.materialize(&s1);
            s2 = b.materialize(&s2);
        }
        let s0 = sbox(b, &s0.add_constant(c));
        state = internal(&[s0, s1, s2]);
    }
    for round in &rc.terminal {
        state = full_round(b, state, round);
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::bn254_from_fr;
    use crate::r1cs::{Mode, usual_deltas};
    use p3_symmetric::Permutation;

    fn build(mode: Mode, inputs: [u64; 3]) -> (Builder, [Lc; 3]) {
        let mut b = Builder::new(mode);
        let state = inputs.map(|x| b.alloc(Fr::from(x)));
        let out = permute(&mut b, &state);
        (b, out)
    }

    #[test]
    fn equals_the_native_permutation_in_252_constraints() {
        for inputs in [[0, 1, 2], [7, u64::MAX, 3]] {
            let expected =
                outer::permutation().permute(inputs.map(|x| bn254_from_fr(Fr::from(x)))).map(fr_from_bn254);
            for mode in [Mode::Shape, Mode::Witness] {
                let (b, out) = build(mode, inputs);
                assert_eq!(out.map(|w| w.value()), expected);
                assert_eq!(b.failure(), None);
                assert_eq!(b.num_constraints(), CONSTRAINTS);
            }
        }
    }

    #[test]
    fn constants_fold_away() {
        let mut b = Builder::new(Mode::Shape);
        let out = permute(&mut b, &[0u64, 1, 2].map(|x| Lc::constant(Fr::from(x))));
        assert_eq!(b.num_constraints(), 0);
        assert!(out[0].as_constant().is_some());
    }

    #[test]
    fn every_variable_is_bound() {
        let (b, _) = build(Mode::Shape, [5, 6, 7]);
        let (r1cs, z) = b.into_r1cs();
        assert_eq!(r1cs.first_violation(&z), None);
        let free = r1cs.free_variables(&z, &usual_deltas());
        assert_eq!(free, Vec::<usize>::new());
        let non_zeros: usize = r1cs.matrices.iter().map(crate::r1cs::SparseRows::non_zeros).sum();
        assert!(non_zeros < 4000, "{non_zeros} non-zeros");
    }
}
