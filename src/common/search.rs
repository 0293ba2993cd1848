//! How text is found. Names, addresses and queries are split and folded by the same functions, so every name is found by
//! itself, by its words and by their beginnings.

mod fold;

use crate::common::domain;
pub use crate::common::search::fold::{fold, sort_key};

/// The most bytes of a word that are kept and compared.
const LONGEST: usize = 64;

/// The most words of a query that are used.
const MOST_TERMS: usize = 5;

/// The beginning of no word, because UTF-8 has no such byte.
const NO_WORD: &[u8] = &[0xff];

/// In scripts without spaces, the parts of a run that begin at one of its first characters are found.
const MOST_PARTS: usize = 24;

/// The parts of a folded text between spaces. An address or a domain is one part; punctuation separates the parts of all else.
fn chunks(folded: &str) -> impl Iterator<Item = &str> {
    folded
        .split(|c: char| {
            c.is_whitespace()
                || matches!(
                    c,
                    ',' | ';' | '(' | ')' | '[' | ']' | '<' | '>' | '"' | '/' | '|' | '・'
                )
        })
        .map(|chunk| chunk.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|chunk| !chunk.is_empty())
}

/// Whether a chunk is kept whole in a query: an address, or parts of at least two letters with dots between, such as a domain.
fn is_address(chunk: &str) -> bool {
    chunk.contains('@') || (chunk.contains('.') && chunk.split('.').all(|label| label.chars().count() >= 2))
}

/// The words of a chunk: "o'brien" has "o" and "brien".
fn split_chunk(chunk: &str) -> impl Iterator<Item = &str> {
    chunk.split(|c: char| !is_word_char(c)).filter(|word| !word.is_empty())
}

/// Letters, digits, and the marks of scripts whose vowels are marks.
fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)
}

/// The words under which a text is found: its words, what they are joined, and the parts of words in scripts without spaces.
pub fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut words = Vec::new();
    for chunk in chunks(&folded) {
        if is_address(chunk) {
            words.push(chunk.to_owned());
        }
        let parts: Vec<&str> = split_chunk(chunk).collect();
        // "OBrien" is found as "O'Brien" is.
        if parts.len() > 1 && !chunk.contains('@') {
            words.push(parts.concat());
        }
        for part in parts {
            words.push(part.to_owned());
            words.extend(inner_parts(part));
        }
    }
    words.sort_unstable();
    words.dedup();
    words
}

/// The ends of a word in a script without spaces: "太郎" of "山田太郎".
fn inner_parts(word: &str) -> impl Iterator<Item = String> {
    word.char_indices()
        .skip(1)
        .take(MOST_PARTS)
        .filter(|(_, c)| has_no_spaces(*c))
        .map(|(at, _)| word[at..].to_owned())
}

/// Han, kana, Thai, Lao, Khmer, Burmese and Tibetan.
fn has_no_spaces(c: char) -> bool {
    matches!(
        c,
        '\u{e00}'..='\u{eff}'
            | '\u{f00}'..='\u{109f}'
            | '\u{1780}'..='\u{17ff}'
            | '\u{3005}'..='\u{30ff}'
            | '\u{31f0}'..='\u{31ff}'
            | '\u{3400}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3ffff}'
    )
}

/// The words under which a person is found: those of the name, the address, its parts and its domain. They are stored as
/// [`stored`] makes them.
pub fn person_words(name: &str, email: &str) -> Vec<Vec<u8>> {
    let email = fold(email);
    let (local, domain) = email.split_once('@').unwrap_or((&email, ""));
    let found = words(name)
        .into_iter()
        .chain(words(&local.replace(['.', '+'], " ")))
        .chain([email.clone(), local.to_owned(), domain.to_owned()])
        .chain(split_chunk(domain).next().map(str::to_owned))
        .filter(|word| !word.is_empty());
    stored_words(found)
}

/// The words under which an invitation is found: those of a person, and the address once more, apart from all words, so that
/// those that begin with a text are found without the domains that do.
pub fn invitee_words(name: &str, email: &str) -> Vec<Vec<u8>> {
    let mut words = person_words(name, email);
    words.push(whole_address(&fold(email)));
    words
}

fn whole_address(beginning: &str) -> Vec<u8> {
    [&[WHOLE_ADDRESS], shortened(beginning).as_slice()].concat()
}

/// The words under which something is found: those of its name and of what else it is called.
pub fn words_of(texts: &[&str]) -> Vec<Vec<u8>> {
    stored_words(texts.iter().flat_map(|text| words(text)))
}

fn stored_words(words: impl Iterator<Item = String>) -> Vec<Vec<u8>> {
    let mut found: Vec<Vec<u8>> = words.map(|word| stored(&shortened(&word))).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The words of a query. Each finds the words that begin with it. A query of punctuation only finds nothing.
pub fn query(text: &str) -> Vec<Vec<u8>> {
    let terms = terms(text);
    if terms.is_empty() && !text.trim().is_empty() {
        return vec![NO_WORD.to_vec()];
    }
    terms.iter().map(|term| shortened(term)).collect()
}

fn terms(text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    for chunk in chunks(&fold(text)) {
        if is_address(chunk) {
            terms.push(unicode_domain(chunk));
        } else {
            terms.extend(split_chunk(chunk).map(str::to_owned));
        }
    }
    terms.truncate(MOST_TERMS);
    terms
}

/// An address or domain whose domain is written as people read it.
fn unicode_domain(chunk: &str) -> String {
    if !chunk.contains("xn--") {
        return chunk.to_owned();
    }
    let (local, domain) = chunk.split_once('@').unwrap_or(("", chunk));
    let domain = fold(&domain::to_unicode(domain));
    if local.is_empty() {
        domain
    } else {
        format!("{local}@{domain}")
    }
}

/// Whether each word of a query (`query`) begins a word of the text. An empty query finds everything.
pub fn begins(text: &str, query: &[Vec<u8>]) -> bool {
    finds(text, query, <[u8]>::starts_with)
}

/// Whether each word of a query (`query`) is in the text, also within a word. An empty query finds everything.
pub fn contains(text: &str, query: &[Vec<u8>]) -> bool {
    finds(text, query, |word, term| {
        word.windows(term.len()).any(|part| part == term)
    })
}

fn finds(text: &str, query: &[Vec<u8>], matches: impl Fn(&[u8], &[u8]) -> bool) -> bool {
    if query.is_empty() {
        return true;
    }
    let words = words(text);
    query
        .iter()
        .all(|term| words.iter().any(|word| matches(word.as_bytes(), term)))
}

fn shortened(word: &str) -> Vec<u8> {
    word.bytes().take(LONGEST).collect()
}

/// Before words with punctuation. No other word begins with it.
const WITH_PUNCTUATION: u8 = 0x01;

/// Before the addresses of invitations.
const WHOLE_ADDRESS: u8 = 0x02;

/// A word, or its beginning, as the index has it: words with punctuation are apart. Those are whole addresses, of which
/// everyone has their own, and whoever types "kate" would otherwise read all of those that begin so. Their first letters are
/// also a word without punctuation.
fn stored(word: &[u8]) -> Vec<u8> {
    let mut stored = Vec::with_capacity(word.len() + 1);
    if word.iter().any(u8::is_ascii_punctuation) {
        stored.push(WITH_PUNCTUATION);
    }
    stored.extend_from_slice(word);
    stored
}

/// Where the stored words are that begin with a term of a [`query`]: from the first, to before the second.
pub fn range(term: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let from = stored(term);
    let until = prefix_end(&from).unwrap_or_else(|| vec![0xff; LONGEST + 1]);
    (from, until)
}

/// Where the addresses of invitations are that begin with a text; `None` when it is no beginning of an address.
pub fn range_of_addresses(text: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let beginning = fold(text.trim());
    if beginning.is_empty() || beginning.contains(char::is_whitespace) {
        return None;
    }
    let from = whole_address(&beginning);
    let until = prefix_end(&from)?;
    Some((from, until))
}

/// The first bytes after every word that begins with `prefix`; `None` when there is no end (all 0xff).
pub fn prefix_end(prefix: &[u8]) -> Option<Vec<u8>> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < 0xff {
            end.push(last + 1);
            return Some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests;
