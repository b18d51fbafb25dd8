//! The file formats of a ceremony: constraint systems out (`.r1cs`), keys in (`.zkey`).
//!
//! Wires are our variables in our order: one, public inputs, witness. snarkjs keeps points in Montgomery form, little-endian; the radix is that of arkworks.

use std::io::{Error, Write};

use ark_bn254::{Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{BigInt, BigInteger, PrimeField, Zero};
use rayon::prelude::*;

use super::verify::{KeyError, check_verifying_key};
use super::{Key, ProvingKey, VerifyingKey};
use crate::r1cs::R1cs;

/// Writes the constraint system as an iden3 `.r1cs` file.
///
/// # Errors
///
/// Where the writer fails.
pub fn write_r1cs(r1cs: &R1cs, out: &mut impl Write) -> Result<(), Error> {
    let non_zeros: usize = r1cs.matrices.iter().map(crate::r1cs::SparseRows::non_zeros).sum();
    let constraints = 12 * r1cs.num_constraints() + 36 * non_zeros;
    out.write_all(b"r1cs")?;
    out.write_all(&1u32.to_le_bytes())?;
    out.write_all(&3u32.to_le_bytes())?;
    let section = |out: &mut dyn Write, kind: u32, size: usize| {
        out.write_all(&kind.to_le_bytes())?;
        out.write_all(&(size as u64).to_le_bytes())
    };
    section(out, 1, 4 + 32 + 16 + 8 + 4)?;
    out.write_all(&32u32.to_le_bytes())?;
    out.write_all(&Fr::MODULUS.to_bytes_le())?;
    let witness = r1cs.num_variables - r1cs.num_public - 1;
    for n in [r1cs.num_variables, 0, r1cs.num_public, witness] {
        out.write_all(&(n as u32).to_le_bytes())?;
    }
    out.write_all(&(r1cs.num_variables as u64).to_le_bytes())?;
    out.write_all(&(r1cs.num_constraints() as u32).to_le_bytes())?;
    section(out, 2, constraints)?;
    let coefficients: Vec<Vec<u8>> = (0..r1cs.num_coefficients())
        .map(|i| r1cs.coefficient(i as u32).into_bigint().to_bytes_le())
        .collect();
    for i in 0..r1cs.num_constraints() {
        for m in &r1cs.matrices {
            let row = m.row(i);
            out.write_all(&(row.len() as u32).to_le_bytes())?;
            for &(v, c) in row {
                out.write_all(&v.to_le_bytes())?;
                out.write_all(&coefficients[c as usize])?;
            }
        }
    }
    section(out, 3, 8 * r1cs.num_variables)?;
    for wire in 0..r1cs.num_variables as u64 {
        out.write_all(&wire.to_le_bytes())?;
    }
    Ok(())
}

/// Why a `.zkey` is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ZkeyError {
    /// It ends early, or a section is missing or of another size.
    #[error("the file is malformed: {0}")]
    Malformed(&'static str),
    /// It is for another protocol or another curve.
    #[error("it is not a Groth16 key over BN254")]
    OtherProtocol,
    /// It is for another circuit.
    #[error("the key has {got} {what}, the circuit {expected}")]
    OtherCircuit {
        /// Of what the numbers are.
        what: &'static str,
        /// The circuit's.
        expected: usize,
        /// The key's.
        got: usize,
    },
    /// A point is not on its curve.
    #[error("point {index} of section {section} is not on the curve")]
    Point {
        /// The section.
        section: u32,
        /// The point's place in it.
        index: usize,
    },
    /// The verifying key is refused.
    #[error(transparent)]
    Key(#[from] KeyError),
}

type Result<T, E = ZkeyError> = core::result::Result<T, E>;

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(n).ok_or(ZkeyError::Malformed("it ends early"))?;
        self.0 = rest;
        Ok(head)
    }

    fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.take(4)?.try_into().expect("four bytes")))
    }

    fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.take(8)?.try_into().expect("eight bytes")))
    }
}

fn fq(bytes: &[u8]) -> Option<Fq> {
    let limb = |i: usize| u64::from_le_bytes(core::array::from_fn(|k| bytes[8 * i + k]));
    let limbs = BigInt::new(core::array::from_fn(limb));
    (limbs < Fq::MODULUS).then(|| Fq::new_unchecked(limbs))
}

fn g1(bytes: &[u8]) -> Option<G1Affine> {
    let (x, y) = (fq(&bytes[..32])?, fq(&bytes[32..])?);
    if x.is_zero() && y.is_zero() {
        return Some(G1Affine::zero());
    }
    let p = G1Affine::new_unchecked(x, y);
    p.is_on_curve().then_some(p)
}

fn g2(bytes: &[u8]) -> Option<G2Affine> {
    let c: Option<Vec<Fq>> = bytes.chunks_exact(32).map(fq).collect();
    let c = c?;
    if c.iter().all(Zero::is_zero) {
        return Some(G2Affine::zero());
    }
    let p = G2Affine::new_unchecked(Fq2::new(c[0], c[1]), Fq2::new(c[2], c[3]));
    p.is_on_curve().then_some(p)
}

/// The points of a section.
fn points<T: Send>(
    section: u32,
    bytes: &[u8],
    n: usize,
    size: usize,
    read: impl Fn(&[u8]) -> Option<T> + Sync,
) -> Result<Vec<T>> {
    if Some(bytes.len()) != n.checked_mul(size) {
        return Err(ZkeyError::Malformed("a section of points has another size"));
    }
    bytes
        .par_chunks_exact(size)
        .enumerate()
        .map(|(index, p)| read(p).ok_or(ZkeyError::Point { section, index }))
        .collect()
}

/// Reads a ceremony's key for a circuit. Points are checked to be on their curves, and those of the verifying key to be in their groups; that the key is of this circuit and of a
/// ceremony is what `snarkjs zkey verify` shows, from the same `.r1cs`.
///
/// # Errors
///
/// Why the key is refused.
pub fn read_zkey(bytes: &[u8], r1cs: &R1cs) -> Result<Key> {
    let mut file = Cursor(bytes);
    if file.take(4)? != b"zkey" || file.u32()? != 1 {
        return Err(ZkeyError::Malformed("it is no .zkey of version 1"));
    }
    let mut sections: Vec<(u32, &[u8])> = Vec::new();
    for _ in 0..file.u32()? {
        let (kind, size) = (file.u32()?, file.u64()?);
        let size = usize::try_from(size).map_err(|_| ZkeyError::Malformed("a section is too long"))?;
        sections.push((kind, file.take(size)?));
    }
    let section = |kind: u32| {
        let mut of_kind = sections.iter().filter(|s| s.0 == kind);
        match (of_kind.next(), of_kind.next()) {
            (Some(s), None) => Ok(s.1),
            _ => Err(ZkeyError::Malformed("a section is missing or doubled")),
        }
    };
    if Cursor(section(1)?).u32()? != 1 {
        return Err(ZkeyError::OtherProtocol);
    }
    let mut head = Cursor(section(2)?);
    let fields = [Fq::MODULUS.to_bytes_le(), Fr::MODULUS.to_bytes_le()];
    for modulus in fields {
        if head.u32()? != 32 || head.take(32)? != modulus {
            return Err(ZkeyError::OtherProtocol);
        }
    }
    let rows = r1cs.num_constraints() + r1cs.num_public + 1;
    let numbers = [
        ("variables", r1cs.num_variables),
        ("public inputs", r1cs.num_public),
        ("points", rows.next_power_of_two()),
    ];
    for (what, expected) in numbers {
        let got = head.u32()? as usize;
        if got != expected {
            return Err(ZkeyError::OtherCircuit { what, expected, got });
        }
    }
    let [variables, inputs, domain] = numbers.map(|n| n.1);
    let mut point_g1 = |i| g1(head.take(64)?).ok_or(ZkeyError::Point { section: 2, index: i });
    let (alpha_g1, beta_g1) = (point_g1(0)?, point_g1(1)?);
    let mut point_g2 = |i| g2(head.take(128)?).ok_or(ZkeyError::Point { section: 2, index: i });
    let (beta_g2, gamma_g2) = (point_g2(2)?, point_g2(3)?);
    let delta_g1 = g1(head.take(64)?).ok_or(ZkeyError::Point { section: 2, index: 4 })?;
    let delta_g2 = g2(head.take(128)?).ok_or(ZkeyError::Point { section: 2, index: 5 })?;
    let vk = VerifyingKey {
        alpha_g1,
        beta_g2,
        gamma_g2,
        delta_g2,
        gamma_abc_g1: points(3, section(3)?, inputs + 1, 64, g1)?,
    };
    check_verifying_key(&vk)?;
    let proving = ProvingKey {
        vk,
        beta_g1,
        delta_g1,
        a_query: points(5, section(5)?, variables, 64, g1)?,
        b_g1_query: points(6, section(6)?, variables, 64, g1)?,
        b_g2_query: points(7, section(7)?, variables, 128, g2)?,
        l_query: points(8, section(8)?, variables - inputs - 1, 64, g1)?,
        h_query: points(9, section(9)?, domain, 64, g1)?,
    };
    Ok(Key { circuit: r1cs.digest(), proving })
}
