//! The text of an API key: `tnt_live_`, 32 random bytes, and a checksum. The checksum tells a typing error from a key that was
//! revoked, and lets programs that search for leaked secrets be sure that a text is a key.

use flate2::Crc;

use crate::common::token::{Token, random};

/// How every key begins.
pub const START: &str = "tnt_live_";

/// How much of a key the console shows, as many characters after `START`.
const SHOWN: usize = 4;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// 32 bytes in base 62.
const BODY: usize = 43;

/// A CRC-32 in base 62.
const CHECKSUM: usize = 6;

/// A new key.
pub fn fresh() -> Token {
    Token::received(&text(&random::<32>()))
}

fn text(bytes: &[u8; 32]) -> String {
    let unchecked = format!("{START}{}", base62(bytes, BODY));
    let sum = checksum(&unchecked);
    unchecked + &sum
}

/// Reads a key; `None` when it can't be one.
pub fn parse(text: &str) -> Option<Token> {
    let rest = text.strip_prefix(START)?;
    if rest.len() != BODY + CHECKSUM || !rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let (unchecked, sum) = text.split_at(text.len() - CHECKSUM);
    (checksum(unchecked) == sum).then(|| Token::received(text))
}

/// The beginning of a key, by which people recognize it.
pub fn prefix(key: &Token) -> String {
    key.as_str().chars().take(START.len() + SHOWN).collect()
}

fn checksum(text: &str) -> String {
    let mut crc = Crc::new();
    crc.update(text.as_bytes());
    base62(&crc.sum().to_be_bytes(), CHECKSUM)
}

/// A number in base 62, with leading zeros.
fn base62(number: &[u8], length: usize) -> String {
    let mut left = number.to_vec();
    let mut digits = Vec::with_capacity(length);
    for _ in 0..length {
        let mut rest = 0u32;
        for byte in &mut left {
            let value = rest * 256 + u32::from(*byte);
            *byte = u8::try_from(value / 62).unwrap_or(u8::MAX);
            rest = value % 62;
        }
        digits.push(DIGITS.get(rest as usize).copied().map_or('0', char::from));
    }
    digits.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_a_fixed_length_and_is_read_back() {
        for _ in 0..100 {
            let key = fresh();
            assert_eq!(key.as_str().len(), START.len() + BODY + CHECKSUM);
            assert_eq!(parse(key.as_str()).as_ref(), Some(&key));
            assert_eq!(prefix(&key).len(), START.len() + SHOWN);
        }
        assert_ne!(fresh(), fresh());
    }

    #[test]
    fn numbers_are_written_in_base_62() {
        assert_eq!(base62(&[0, 0], 3), "000");
        assert_eq!(base62(&[61], 2), "0z");
        assert_eq!(base62(&[62], 2), "10");
        assert_eq!(base62(&[0x0f, 0x03], 2), "zz");
        assert_eq!(text(&[0; 32]).get(..12), Some("tnt_live_000"));
        // The largest number fits.
        let largest = base62(&[255; 32], BODY);
        assert_eq!(base62(&[255; 32], BODY + 1), format!("0{largest}"));
    }

    #[test]
    fn every_typing_error_is_noticed() {
        let key = text(&[7; 32]);
        for at in START.len()..key.len() {
            let mut changed = key.clone().into_bytes();
            changed[at] = if changed[at] == b'a' { b'b' } else { b'a' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(parse(&changed), None, "{changed}");
            if changed.as_bytes()[at - 1] != changed.as_bytes()[at] {
                let mut swapped = key.clone().into_bytes();
                swapped.swap(at - 1, at);
                let swapped = String::from_utf8(swapped).unwrap();
                assert!(swapped == key || parse(&swapped).is_none(), "{swapped}");
            }
        }
        for other in [
            "",
            "tnt_live_",
            &key[1..],
            &format!("{key}0"),
            &key.to_uppercase(),
            &key[..key.len() - 1],
        ] {
            assert_eq!(parse(other), None, "{other}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "(tnt_live_)?.{0,80}") {
            let _ = parse(&text);
        }
    }
}
