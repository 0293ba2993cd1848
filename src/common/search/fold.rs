//! Names as they are compared and sorted.

use unicode_normalization::UnicodeNormalization;

use crate::common::invisible::is_invisible;

/// The text without case and accents, as people type it: "José Núñez" and "jose nunez" are one, so are "Łukasz" and "lukasz",
/// "Straße" and "strasse".
pub fn fold(text: &str) -> String {
    // Most names and all addresses: nothing but case changes.
    if text.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'`') {
        return text.to_ascii_lowercase();
    }
    text.nfkd()
        .flat_map(char::to_lowercase)
        .nfkd()
        .filter(|c| !is_accent(*c) && !is_invisible(*c))
        .flat_map(Plain::of)
        .nfc()
        .collect()
}

/// The accents of Latin, Greek, Cyrillic, Hebrew and Arabic. The vowel signs of other scripts are part of the word.
fn is_accent(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36f}'
            | '\u{483}'..='\u{487}'
            | '\u{591}'..='\u{5c7}'
            | '\u{610}'..='\u{61a}'
            | '\u{64b}'..='\u{65f}'
            | '\u{670}'
            | '\u{6d6}'..='\u{6dc}'
            | '\u{1ab0}'..='\u{1aff}'
            | '\u{1dc0}'..='\u{1dff}'
            | '\u{20d0}'..='\u{20ff}'
    )
}

/// One or two letters for one.
struct Plain([Option<char>; 2]);

impl Plain {
    /// Letters that Unicode doesn't decompose, as people without them on their keyboard type them.
    fn of(c: char) -> impl Iterator<Item = char> {
        let plain = match c {
            'ł' => ('l', None),
            'ø' => ('o', None),
            'đ' | 'ð' => ('d', None),
            'ħ' => ('h', None),
            'ı' => ('i', None),
            'ŋ' => ('n', None),
            'ŧ' => ('t', None),
            'ß' => ('s', Some('s')),
            'æ' => ('a', Some('e')),
            'œ' => ('o', Some('e')),
            'þ' => ('t', Some('h')),
            'ς' => ('σ', None),
            '’' | '‘' | 'ʼ' | '`' | '´' => ('\'', None),
            '‐' | '‑' | '–' | '—' => ('-', None),
            other => (other, None),
        };
        Self([Some(plain.0), plain.1]).0.into_iter().flatten()
    }
}

/// The bytes by which a name is sorted, alike on both engines.
pub fn sort_key(name: &str) -> Vec<u8> {
    fold(name).into_bytes()
}
