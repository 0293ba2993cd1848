//! Finds what has words in its name or address. What is read does not grow with the organization.
//!
//! When one of the words is rare, all that have it are read from its index and sorted here; this also tells how many match. When
//! all of them are frequent, the list is read in its own order, in stretches, until a page is full. If the first stretches have
//! too few, the rarest word is collected after all.

use std::collections::{HashMap, HashSet};

use diesel::QueryResult;

use crate::db::Conn;

/// A word with at most this many rows in the index is collected.
const FEW: usize = 1_000;

/// As [`FEW`], after the first stretches found too little.
const SEVERAL: usize = 20_000;

/// How many rows of the list are read at first, and then.
const FIRST_STRETCH: usize = 200;
const STRETCH: usize = 500;

/// How many rows of the list are read before the words are tried again.
const TRIED: usize = 1_000;

/// What a list is sorted by, and the identifier.
pub type Place<K> = (K, String);

/// A list and the index of its words.
pub trait WordTable {
    /// What the list is sorted by.
    type Key: Ord + Clone;

    /// What has a word that begins so: at most `limit` words, in any order. One name can have several.
    fn beginning(&self, conn: &mut Conn, word: &[u8], limit: usize) -> QueryResult<Vec<Place<Self::Key>>>;

    /// Which of these have a word that begins so.
    fn having(&self, conn: &mut Conn, word: &[u8], ids: &[&String]) -> QueryResult<HashSet<String>>;

    /// The list from a place on.
    fn next(
        &self,
        conn: &mut Conn,
        from: Option<&Place<Self::Key>>,
        descending: bool,
        limit: usize,
    ) -> QueryResult<Vec<Place<Self::Key>>>;

    /// Keeps those that meet the conditions that neither the index nor the list has.
    fn admit(&self, conn: &mut Conn, places: &mut Vec<Place<Self::Key>>) -> QueryResult<()>;
}

#[derive(Debug)]
pub struct WordMatches<K> {
    pub places: Vec<Place<K>>,
    /// How many match in the whole list. `None`: at least as many as were asked for.
    pub total: Option<usize>,
}

/// A page of a list: of what has all the words.
#[derive(Debug)]
pub struct WordSearch<'a, T: WordTable> {
    pub table: &'a T,
    /// Folded beginnings of words, at least one.
    pub words: &'a [Vec<u8>],
    /// Only what comes after it.
    pub from: Option<Place<T::Key>>,
    pub descending: bool,
    pub limit: usize,
}

impl<T: WordTable> WordSearch<'_, T> {
    pub fn find(&self, conn: &mut Conn) -> QueryResult<WordMatches<T::Key>> {
        match self.collect(conn, FEW)? {
            Some(found) => Ok(found),
            None => self.walk(conn),
        }
    }

    /// All that match, when a word has at most `most` rows.
    fn collect(&self, conn: &mut Conn, most: usize) -> QueryResult<Option<WordMatches<T::Key>>> {
        let mut words: Vec<&Vec<u8>> = self.words.iter().collect();
        // The longest is probably the rarest.
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        for word in words {
            let mut places = self.table.beginning(conn, word, most + 1)?;
            if places.len() > most {
                continue;
            }
            places.sort_unstable();
            places.dedup();
            self.keep_matching(conn, &mut places, Some(word))?;
            return Ok(Some(self.cut(places)));
        }
        Ok(None)
    }

    fn cut(&self, mut places: Vec<Place<T::Key>>) -> WordMatches<T::Key> {
        if self.descending {
            places.reverse();
        }
        let total = places.len();
        let passed = self.from.as_ref().map_or(0, |from| {
            places.partition_point(|place| if self.descending { place >= from } else { place <= from })
        });
        WordMatches {
            places: places.into_iter().skip(passed).take(self.limit).collect(),
            total: Some(total),
        }
    }

    fn walk(&self, conn: &mut Conn) -> QueryResult<WordMatches<T::Key>> {
        let mut found = Vec::new();
        let mut from = self.from.clone();
        let (mut length, mut read, mut tried) = (FIRST_STRETCH, 0, false);
        let ended = loop {
            let mut places = self.table.next(conn, from.as_ref(), self.descending, length)?;
            let ended = places.len() < length;
            read += places.len();
            from = places.last().cloned();
            self.keep_matching(conn, &mut places, None)?;
            found.append(&mut places);
            if ended || found.len() >= self.limit {
                break ended;
            }
            if read >= TRIED && !tried {
                tried = true;
                if let Some(found) = self.collect(conn, SEVERAL)? {
                    return Ok(found);
                }
            }
            length = STRETCH;
        };
        let whole = ended && self.from.is_none();
        let total = whole.then_some(found.len());
        found.truncate(self.limit);
        Ok(WordMatches { places: found, total })
    }

    /// Keeps what has all the words and may be shown. `found_by`: the word that all of them have.
    fn keep_matching(
        &self,
        conn: &mut Conn,
        places: &mut Vec<Place<T::Key>>,
        found_by: Option<&Vec<u8>>,
    ) -> QueryResult<()> {
        for word in self.words.iter().filter(|word| found_by != Some(*word)) {
            if places.is_empty() {
                return Ok(());
            }
            let ids: Vec<&String> = places.iter().map(|(_, id)| id).collect();
            let having = self.table.having(conn, word, &ids)?;
            places.retain(|(_, id)| having.contains(id));
        }
        if places.is_empty() {
            return Ok(());
        }
        self.table.admit(conn, places)
    }
}

/// The first of several lists together.
pub fn first<K: Ord>(mut places: Vec<Place<K>>, descending: bool, limit: usize) -> Vec<Place<K>> {
    places.sort_unstable();
    if descending {
        places.reverse();
    }
    places.truncate(limit);
    places
}

/// Rows in the order of their places.
pub fn in_order<K, R>(places: &[Place<K>], rows: Vec<R>, id: impl Fn(&R) -> String) -> Vec<R> {
    let mut by_id: HashMap<String, R> = rows.into_iter().map(|row| (id(&row), row)).collect();
    places.iter().filter_map(|(_, id)| by_id.remove(id)).collect()
}
