//! Expressions of a row's columns that several constraints use.

use core::array::from_fn;

use p3_field::PrimeCharacteristicRing;

use super::columns::{CopyCols, POSITIONS};

/// `256 hi + lo`.
pub fn pack<E: PrimeCharacteristicRing>(hi: &E, lo: &E) -> E {
    hi.clone() * E::from_u32(256) + lo.clone()
}

/// `sum mask[q] word[q]`.
fn pick<E: PrimeCharacteristicRing>(mask: &[E; POSITIONS], word: &[E; POSITIONS]) -> E {
    mask.iter().zip(word).map(|(m, w)| m.clone() * w.clone()).sum()
}

/// `sum scale k group[k]`.
fn weigh<E: PrimeCharacteristicRing>(group: &[E], scale: u32) -> E {
    (0u32..).zip(group).map(|(k, x)| x.clone() * E::from_u32(scale * k)).sum()
}

/// What `shifted` is: the last `shift` bytes of the source word on the row before, then the first `32 - shift` of the row's own (degree 3).
pub fn rotated<E: PrimeCharacteristicRing>(before: &CopyCols<E>, c: &CopyCols<E>) -> [E; POSITIONS] {
    let at = |k: usize| {
        let c = if k < POSITIONS { before } else { c };
        (&c.hi[k % POSITIONS], &c.lo[k % POSITIONS])
    };
    // Both words, one byte late where `odd`. The first position is never taken: `q - j >= 1 - 16`.
    let stream: [E; 2 * POSITIONS] = from_fn(|k| {
        if k == 0 {
            return E::ZERO;
        }
        let (hi, lo) = at(k);
        let even = pack(hi, lo);
        let late = pack(at(k - 1).1, hi);
        c.odd.clone() * (late - even.clone()) + even
    });
    from_fn(|q| (0..POSITIONS).map(|j| c.rotate[j].clone() * stream[POSITIONS + q - j].clone()).sum())
}

/// What a row's flags and one-hot groups say.
#[derive(Clone, Debug)]
pub struct Derived<E> {
    /// The row is not padding.
    pub real: E,
    /// The row belongs to a call of at least one byte.
    pub active: E,
    /// The row has a destination word.
    pub writes: E,
    /// The row has a call's first destination word.
    pub starts: E,
    /// The row has a destination word that is not the call's last.
    pub open: E,
    /// The call stores its operand: the source is `R`.
    pub stores: E,
    /// The call is not a COPY.
    pub special: E,
    /// The row reads its source word from memory (degree 2).
    pub fetches: E,
    /// The row writes its destination word to memory (degree 2).
    pub saves: E,
    /// The shift.
    pub shift: E,
    /// First byte to write.
    pub first: E,
    /// Last byte to write.
    pub final_: E,
    /// Source byte offset of the call, on its first destination row.
    pub src_off: E,
    /// Destination byte offset of the call, on its first destination row.
    pub dst_off: E,
    /// The first source byte's place in its word, on the call's first destination row.
    pub src_byte: E,
}

impl<E: PrimeCharacteristicRing> Derived<E> {
    /// The expressions of a row.
    pub fn new(c: &CopyCols<E>) -> Self {
        let starts = c.start.clone() + c.led.clone();
        let writes = starts.clone() + c.cont.clone();
        let active = writes.clone() + c.lead.clone();
        let stores = c.store.clone() + c.store8.clone();
        let thirty_two = E::from_u32(32);
        let shift = weigh(&c.rotate, 2) + c.odd.clone();
        let first = weigh(&c.first_group, 8) + weigh(&c.first_byte, 1);
        Self {
            real: active.clone() + c.none.clone(),
            open: writes.clone() - c.last.clone(),
            special: stores.clone() + c.load.clone(),
            fetches: c.read.clone() * (E::ONE - stores.clone()),
            saves: writes.clone() * (E::ONE - c.load.clone()),
            final_: weigh(&c.final_group, 8) + weigh(&c.final_byte, 1),
            src_off: c.src_word.clone() * thirty_two.clone() + first.clone() - shift.clone(),
            dst_off: c.dst_word.clone() * thirty_two.clone() + first.clone(),
            src_byte: first.clone() - shift.clone() + c.led.clone() * thirty_two,
            active,
            writes,
            starts,
            stores,
            shift,
            first,
        }
    }
}

/// What is written of each position of the destination word (all of degree 2).
#[derive(Clone, Debug)]
pub struct Masks<E> {
    /// Both bytes.
    pub full: [E; POSITIONS],
    /// The second byte only: the first byte to write is here.
    pub first_half: [E; POSITIONS],
    /// The first byte only: the last byte to write is here.
    pub final_half: [E; POSITIONS],
    /// Neither.
    pub kept: [E; POSITIONS],
}

impl<E: PrimeCharacteristicRing> Masks<E> {
    /// The masks of a row.
    pub fn new(c: &CopyCols<E>, writes: &E) -> Self {
        let sum = |x: &[E]| x.iter().cloned().sum::<E>();
        let place = |q: usize| (q / 4, 2 * (q % 4));
        let full = from_fn(|q| {
            let (group, byte) = place(q);
            // first <= 2 q, and 2 q + 1 <= final; exactly one of them fails outside, none inside.
            let begun =
                sum(&c.first_group[..group]) + c.first_group[group].clone() * sum(&c.first_byte[..=byte]);
            let not_over = sum(&c.final_group[group + 1..])
                + c.final_group[group].clone() * sum(&c.final_byte[byte + 1..]);
            begun + not_over - writes.clone()
        });
        let first_half = from_fn(|q| {
            let (group, byte) = place(q);
            c.first_group[group].clone() * c.first_byte[byte + 1].clone()
        });
        let final_half = from_fn(|q| {
            let (group, byte) = place(q);
            c.final_group[group].clone() * c.final_byte[byte].clone()
        });
        let full: [E; POSITIONS] = full;
        let first_half: [E; POSITIONS] = first_half;
        let final_half: [E; POSITIONS] = final_half;
        let kept =
            from_fn(|q| writes.clone() - full[q].clone() - first_half[q].clone() - final_half[q].clone());
        Self { full, first_half, final_half, kept }
    }

    /// The positions of which one byte is written, as they are in `old` and `shifted` (degree 3): first, first, final, final.
    pub fn halves(&self, c: &CopyCols<E>) -> [E; 4] {
        [
            pick(&self.first_half, &c.old),
            pick(&self.first_half, &c.shifted),
            pick(&self.final_half, &c.old),
            pick(&self.final_half, &c.shifted),
        ]
    }

    /// What `new` is (degree 3).
    pub fn merged(&self, c: &CopyCols<E>) -> [E; POSITIONS] {
        let first = pack(&c.first_old[0], &c.first_new[1]);
        let last = pack(&c.final_new[0], &c.final_old[1]);
        from_fn(|q| {
            self.full[q].clone() * c.shifted[q].clone()
                + self.kept[q].clone() * c.old[q].clone()
                + self.first_half[q].clone() * first.clone()
                + self.final_half[q].clone() * last.clone()
        })
    }
}
