//! The field registers live in.

/// KoalaBear's prime, `2^31 - 2^24 + 1`: registers are elements of its field, kept canonical.
pub const FIELD_PRIME: u32 = 0x7f00_0001;

/// `a + b` of canonical elements.
#[inline(always)]
#[must_use]
pub const fn add(a: u32, b: u32) -> u32 {
    let sum = a + b;
    if sum >= FIELD_PRIME { sum - FIELD_PRIME } else { sum }
}

/// The element of a signed constant of magnitude below the prime.
#[must_use]
pub const fn element(value: i32) -> u32 {
    if value < 0 { FIELD_PRIME - value.unsigned_abs() } else { value as u32 }
}

/// The integer an element stands for, as reports show it: negative where it is the negative of an integer up to 2^29.
#[must_use]
pub const fn signed(value: u32) -> i64 {
    if value >= FIELD_PRIME - (1 << 29) { value as i64 - FIELD_PRIME as i64 } else { value as i64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_constants_round_trip() {
        for v in [0, 1, -1, 1 << 30, (1 << 29) - 1, -((1 << 29) - 1)] {
            assert_eq!(signed(element(v)), i64::from(v));
        }
        assert_eq!(add(element(-3), 5), 2);
        assert_eq!(signed(add(element(-3), 2)), -1);
    }
}
