//! The text of an uploaded file.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Decodes a file: UTF-8 or UTF-16 by its byte order mark, UTF-16 without one by its zero bytes, UTF-8 where the bytes are
/// valid, else Windows-1252, which spreadsheets on Windows save as "CSV".
///
/// # Errors
/// The bytes are no text: they don't fit the encoding, or decode to control characters, as in an Excel workbook.
pub fn decode(bytes: &[u8]) -> Result<String, NotText> {
    let encoding = Encoding::for_bom(bytes).map_or_else(|| guess(bytes), |(encoding, _)| encoding);
    let (text, _, malformed) = encoding.decode(bytes);
    let control = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    if malformed || text.contains(control) {
        return Err(NotText);
    }
    Ok(text.into_owned())
}

/// A file that can't be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotText;

fn guess(bytes: &[u8]) -> &'static Encoding {
    let zeros = |from: usize| bytes.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    // In Latin text, half of the bytes of UTF-16 are zero.
    let half = bytes.len() / 4;
    if bytes.len() >= 4 && zeros(1) > half && zeros(0) == 0 {
        UTF_16LE
    } else if bytes.len() >= 4 && zeros(0) > half && zeros(1) == 0 {
        UTF_16BE
    } else if std::str::from_utf8(bytes).is_ok() {
        UTF_8
    } else {
        WINDOWS_1252
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn the_encodings_of_spreadsheets_are_decoded() {
        let text = "email;Name\r\nzoe@x.example;Zoë Müller\r\n";
        let with_mark = |mut mark: Vec<u8>, rest: Vec<u8>| {
            mark.extend(rest);
            mark
        };
        for bytes in [
            text.as_bytes().to_vec(),
            with_mark(vec![0xef, 0xbb, 0xbf], text.as_bytes().to_vec()),
            with_mark(vec![0xff, 0xfe], utf_16(text, u16::to_le_bytes)),
            with_mark(vec![0xfe, 0xff], utf_16(text, u16::to_be_bytes)),
            utf_16(text, u16::to_le_bytes),
            utf_16(text, u16::to_be_bytes),
            WINDOWS_1252.encode(text).0.into_owned(),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Ok(text), "{bytes:x?}");
        }
        assert_eq!(decode(b"").as_deref(), Ok(""));
    }

    #[test]
    fn a_workbook_is_not_text() {
        assert_eq!(decode(b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00"), Err(NotText));
        assert_eq!(decode(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00"), Err(NotText));
        assert_eq!(decode(&[0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00]), Err(NotText));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_decoded_or_refused(bytes in proptest::collection::vec(0u8.., 0..300)) {
            let _ = decode(&bytes);
        }

        #[test]
        fn text_in_utf_8_stays_as_it_is(text in "[^\u{0}-\u{1f}\u{7f}-\u{9f}\u{feff}]{0,200}") {
            proptest::prop_assert_eq!(decode(text.as_bytes()), Ok(text));
        }
    }
}
