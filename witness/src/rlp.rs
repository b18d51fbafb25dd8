//! Strict RLP (Yellow Paper, appendix B): one canonical encoding for each value, nothing else.
//!
//! Every refusal names the element (`block.header.gasLimit`) and its byte offset in the input.

use thiserror::Error;

/// An RLP element that was refused: where it is and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("RLP of {what} at byte {offset}: {kind}")]
pub struct RlpError {
    /// The element, as a dotted path from the outermost one.
    pub what: String,
    /// Offset of the element in the bytes that were decoded.
    pub offset: usize,
    /// What is wrong.
    pub kind: RlpErrorKind,
}

/// The ways an RLP element can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RlpErrorKind {
    /// The input ends inside the element.
    #[error("truncated: expected {expected} bytes, got {got}")]
    Truncated {
        /// Bytes the element needs.
        expected: usize,
        /// Bytes that are left.
        got: usize,
    },
    /// Bytes follow the element.
    #[error("{got} trailing bytes, expected none")]
    Trailing {
        /// Number of bytes that follow.
        got: usize,
    },
    /// A list where a string belongs, or the reverse.
    #[error("expected {expected}, got {got}")]
    Kind {
        /// The kind that belongs here.
        expected: &'static str,
        /// The kind that is here.
        got: &'static str,
    },
    /// A single byte below 0x80 written with a length prefix.
    #[error("byte {got:#04x} has a length prefix, expected it to stand for itself")]
    PrefixedByte {
        /// The byte.
        got: u8,
    },
    /// A length below 56 in the long form.
    #[error("long-form length {got}, expected the short form below 56")]
    LongFormLength {
        /// The length.
        got: usize,
    },
    /// A long-form length with leading zeros, or one that no input can have.
    #[error("length has leading zeros or more than 8 bytes")]
    BadLength,
    /// An integer with leading zero bytes.
    #[error("integer with leading zeros")]
    LeadingZero,
    /// A string of the wrong size.
    #[error("expected {expected}, got {got} bytes")]
    Size {
        /// The sizes allowed.
        expected: String,
        /// The size found.
        got: usize,
    },
    /// A list with the wrong number of elements.
    #[error("expected {expected} elements, got {got}")]
    Count {
        /// The numbers allowed.
        expected: String,
        /// The number found.
        got: usize,
    },
    /// A transaction type that does not exist in any supported fork.
    #[error("transaction type {got:#04x}, expected 0x01 to 0x04 or a legacy list")]
    TxType {
        /// The type byte.
        got: u8,
    },
    /// The bytes decode, but are not what the value encodes to.
    #[error(
        "not the canonical encoding: expected {expected} bytes, first difference at {difference}, got {got} bytes"
    )]
    NotCanonical {
        /// Length of the canonical encoding.
        expected: usize,
        /// Length of the bytes found.
        got: usize,
        /// Offset of the first difference inside the element.
        difference: usize,
    },
    /// A value the typed decoder refuses.
    #[error("{0}")]
    Value(alloy_rlp::Error),
}

/// One RLP element inside a buffer.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// Prefix and payload.
    pub raw: &'a [u8],
    /// The payload alone.
    pub payload: &'a [u8],
    /// Whether it is a list.
    pub list: bool,
    /// Offset of `raw` in the outermost buffer.
    pub offset: usize,
}

impl<'a> Item<'a> {
    /// Reads the one element that fills `buf`; bytes after it are refused.
    pub fn whole(buf: &'a [u8], what: &str) -> Result<Self, RlpError> {
        let item = Self::first(buf, 0, what)?;
        let left = buf.len() - item.raw.len();
        if left > 0 {
            return Err(item.error(what, RlpErrorKind::Trailing { got: left }));
        }
        Ok(item)
    }

    /// Reads the first element of `buf`, which starts at `offset` of the outermost buffer.
    fn first(buf: &'a [u8], offset: usize, what: &str) -> Result<Self, RlpError> {
        let fail = |kind| RlpError { what: what.into(), offset, kind };
        let (list, head, len) = prefix(buf).map_err(fail)?;
        let end = head.checked_add(len).ok_or_else(|| fail(RlpErrorKind::BadLength))?;
        if end > buf.len() {
            return Err(fail(RlpErrorKind::Truncated { expected: end, got: buf.len() }));
        }
        let payload = &buf[head..end];
        if head == 1 && !list && len == 1 && payload[0] < 0x80 {
            return Err(fail(RlpErrorKind::PrefixedByte { got: payload[0] }));
        }
        Ok(Self { raw: &buf[..end], payload, list, offset })
    }

    /// The elements of a list.
    pub fn elements(&self, what: &str) -> Result<Vec<Item<'a>>, RlpError> {
        self.expect_list(true, what)?;
        let start = self.offset + (self.raw.len() - self.payload.len());
        let (mut at, mut out) = (0, Vec::new());
        while at < self.payload.len() {
            let name = format!("{what}[{}]", out.len());
            let item = Self::first(&self.payload[at..], start + at, &name)?;
            at += item.raw.len();
            out.push(item);
        }
        Ok(out)
    }

    /// The first element of a list, whatever follows it.
    pub fn first_element(&self, what: &str) -> Result<Item<'a>, RlpError> {
        self.expect_list(true, what)?;
        let start = self.offset + (self.raw.len() - self.payload.len());
        Self::first(self.payload, start, &format!("{what}[0]"))
    }

    /// The bytes of a string.
    pub fn string(&self, what: &str) -> Result<&'a [u8], RlpError> {
        self.expect_list(false, what)?;
        Ok(self.payload)
    }

    fn expect_list(&self, list: bool, what: &str) -> Result<(), RlpError> {
        let name = |list| if list { "a list" } else { "a string" };
        if self.list == list {
            return Ok(());
        }
        Err(self.error(what, RlpErrorKind::Kind { expected: name(list), got: name(self.list) }))
    }

    /// An error about this element.
    pub fn error(&self, what: &str, kind: RlpErrorKind) -> RlpError {
        RlpError { what: what.into(), offset: self.offset, kind }
    }

    /// Compares the element with the encoding its decoded value has.
    pub fn expect_canonical(&self, what: &str, bytes: &[u8], canonical: &[u8]) -> Result<(), RlpError> {
        if bytes == canonical {
            return Ok(());
        }
        let same = bytes.iter().zip(canonical).take_while(|(a, b)| a == b).count();
        let kind =
            RlpErrorKind::NotCanonical { expected: canonical.len(), got: bytes.len(), difference: same };
        Err(self.error(what, kind))
    }
}

/// Reads a prefix: (is a list, bytes of prefix, bytes of payload).
fn prefix(buf: &[u8]) -> Result<(bool, usize, usize), RlpErrorKind> {
    let Some(&first) = buf.first() else {
        return Err(RlpErrorKind::Truncated { expected: 1, got: 0 });
    };
    let long = |list, count: usize| {
        let digits =
            buf.get(1..=count).ok_or(RlpErrorKind::Truncated { expected: 1 + count, got: buf.len() })?;
        if digits[0] == 0 {
            return Err(RlpErrorKind::BadLength);
        }
        let len = digits.iter().fold(0u64, |acc, &d| acc << 8 | u64::from(d));
        let len = usize::try_from(len).map_err(|_| RlpErrorKind::BadLength)?;
        if len < 56 {
            return Err(RlpErrorKind::LongFormLength { got: len });
        }
        Ok((list, 1 + count, len))
    };
    match first {
        0..=0x7f => Ok((false, 0, 1)),
        0x80..=0xb7 => Ok((false, 1, usize::from(first - 0x80))),
        0xb8..=0xbf => long(false, usize::from(first - 0xb7)),
        0xc0..=0xf7 => Ok((true, 1, usize::from(first - 0xc0))),
        0xf8..=0xff => long(true, usize::from(first - 0xf7)),
    }
}

/// What a field may hold.
#[derive(Debug, Clone, Copy)]
pub enum Field {
    /// A byte string of exactly this size.
    Bytes(usize),
    /// An integer without leading zeros, of at most this many bytes.
    Uint(usize),
    /// A byte string of any size.
    Any,
    /// An address, or nothing.
    To,
    /// A list, whose content is checked elsewhere.
    List,
}

/// Checks the first fields of a list against a table of names and kinds.
pub fn check_fields(items: &[Item<'_>], table: &[(&str, Field)], what: &str) -> Result<(), RlpError> {
    for (item, (name, field)) in items.iter().zip(table) {
        let path = format!("{what}.{name}");
        let size =
            |expected: String| item.error(&path, RlpErrorKind::Size { expected, got: item.payload.len() });
        if matches!(field, Field::List) {
            item.expect_list(true, &path)?;
            continue;
        }
        let bytes = item.string(&path)?;
        match *field {
            Field::Bytes(n) if bytes.len() != n => return Err(size(format!("{n} bytes"))),
            Field::To if !matches!(bytes.len(), 0 | 20) => return Err(size("0 or 20 bytes".into())),
            Field::Uint(n) if bytes.len() > n => return Err(size(format!("at most {n} bytes"))),
            Field::Uint(_) if bytes.first() == Some(&0) => {
                return Err(item.error(&path, RlpErrorKind::LeadingZero));
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(bytes: &[u8]) -> RlpErrorKind {
        Item::whole(bytes, "x").and_then(|i| i.elements("x")).unwrap_err().kind
    }

    #[test]
    fn accepts_canonical_elements() {
        for bytes in [&[0x7f][..], &[0x80], &[0x81, 0x80], &[0xc0], &[0xc2, 0x80, 0x01]] {
            assert_eq!(Item::whole(bytes, "x").unwrap().raw, bytes);
        }
        let mut long = vec![0xb8, 56];
        long.extend([7; 56]);
        assert_eq!(Item::whole(&long, "x").unwrap().payload, [7; 56]);
    }

    #[test]
    fn refuses_each_non_canonical_form() {
        assert_eq!(kind(&[]), RlpErrorKind::Truncated { expected: 1, got: 0 });
        assert_eq!(kind(&[0x83, 1, 2]), RlpErrorKind::Truncated { expected: 4, got: 3 });
        assert_eq!(kind(&[0xb9, 1]), RlpErrorKind::Truncated { expected: 3, got: 2 });
        assert_eq!(kind(&[0x81, 0x7f]), RlpErrorKind::PrefixedByte { got: 0x7f });
        assert_eq!(kind(&[0xb8, 3, 1, 2, 3]), RlpErrorKind::LongFormLength { got: 3 });
        assert_eq!(kind(&[0xb9, 0, 60]), RlpErrorKind::BadLength);
        assert_eq!(kind(&[&[0xbf][..], &[0xff; 8]].concat()), RlpErrorKind::BadLength);
        assert_eq!(kind(&[0xc0, 0]), RlpErrorKind::Trailing { got: 1 });
        assert_eq!(kind(&[0x80]), RlpErrorKind::Kind { expected: "a list", got: "a string" });
        assert_eq!(kind(&[0xc1, 0x81]), RlpErrorKind::Truncated { expected: 2, got: 1 });
    }
}
