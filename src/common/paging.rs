//! Keyset paging: a position in a sorted list, as it is passed in `after`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The direction of the page from its cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The rows after the cursor.
    Next,
    /// The rows before the cursor.
    Previous,
}

/// The sort key and id of the row next to the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Which side of the row is asked for.
    pub direction: Direction,
    /// The row's sort key.
    pub key: Vec<u8>,
    /// The row's id, 32 hex digits.
    pub id: String,
}

impl Cursor {
    /// Reads `after`; what cannot be read is the beginning of the list.
    pub fn parse(after: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(after).ok()?;
        let (flag, rest) = bytes.split_first()?;
        let direction = match flag {
            b'n' => Direction::Next,
            b'p' => Direction::Previous,
            _ => return None,
        };
        let (id, key) = rest.split_at_checked(32)?;
        let id = std::str::from_utf8(id).ok()?;
        crate::common::id::RawId::parse(id)?;
        Some(Self {
            direction,
            key: key.to_vec(),
            id: id.to_owned(),
        })
    }

    /// The text for the link.
    pub fn encode(&self) -> String {
        let flag = match self.direction {
            Direction::Next => b'n',
            Direction::Previous => b'p',
        };
        let mut bytes = vec![flag];
        bytes.extend_from_slice(self.id.as_bytes());
        bytes.extend_from_slice(&self.key);
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

/// One page of rows with its neighbours.
#[derive(Debug)]
pub struct Page<T> {
    /// The rows, in the list's order.
    pub rows: Vec<T>,
    /// `after` of the page before, when there is one.
    pub previous: Option<String>,
    /// `after` of the page behind, when there is one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Cuts a page out of up to `size + 1` rows that were read from `cursor`, in reading direction.
    pub fn cut(mut rows: Vec<T>, size: usize, cursor: Option<&Cursor>, key: impl Fn(&T) -> (Vec<u8>, String)) -> Self {
        let more = rows.len() > size;
        rows.truncate(size);
        let backwards = cursor.is_some_and(|cursor| cursor.direction == Direction::Previous);
        if backwards {
            rows.reverse();
        }
        let link = |row: Option<&T>, direction| {
            row.map(|row| {
                let (key, id) = key(row);
                Cursor { direction, key, id }.encode()
            })
        };
        let has_previous = if backwards { more } else { cursor.is_some() };
        let has_next = if backwards { true } else { more };
        let previous = if has_previous {
            link(rows.first(), Direction::Previous)
        } else {
            None
        };
        let next = if has_next {
            link(rows.last(), Direction::Next)
        } else {
            None
        };
        Self { rows, previous, next }
    }

    /// A page of rows that are all there, sorted by the key and then the id.
    pub fn of_all(
        mut rows: Vec<T>,
        size: usize,
        cursor: Option<&Cursor>,
        key: impl Fn(&T) -> (Vec<u8>, String),
    ) -> Self {
        rows.sort_by_cached_key(&key);
        let is = |row: &T, order: std::cmp::Ordering| {
            cursor.is_none_or(|cursor| key(row).cmp(&(cursor.key.clone(), cursor.id.clone())) == order)
        };
        let read: Vec<T> = if cursor.is_some_and(|cursor| cursor.direction == Direction::Previous) {
            let before = rows.into_iter().rev().filter(|row| is(row, std::cmp::Ordering::Less));
            before.take(size + 1).collect()
        } else {
            let behind = rows.into_iter().filter(|row| is(row, std::cmp::Ordering::Greater));
            behind.take(size + 1).collect()
        };
        Self::cut(read, size, cursor, key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::id::RawId;

    proptest::proptest! {
        #[test]
        fn a_cursor_survives_its_link(key in proptest::collection::vec(0u8.., 0..80), back: bool) {
            let direction = if back { Direction::Previous } else { Direction::Next };
            let cursor = Cursor { direction, key, id: super::super::id::RawId::fresh().as_str().into() };
            proptest::prop_assert_eq!(Cursor::parse(&cursor.encode()), Some(cursor));
        }

        #[test]
        fn all_rows_are_on_a_page_whichever_way_it_is_reached(rows in proptest::collection::vec(0u8..20, 0..40)) {
            let rows: Vec<(u8, String)> = rows.into_iter().map(|n| (n, RawId::fresh().as_str().to_owned())).collect();
            let key = |row: &(u8, String)| (vec![row.0], row.1.clone());
            let page = |cursor: Option<&Cursor>| Page::of_all(rows.clone(), 7, cursor, key);
            let (mut seen, mut after, mut last) = (Vec::new(), None, Vec::new());
            loop {
                let found = page(after.as_ref());
                seen.extend(found.rows.clone());
                if let Some(cursor) = found.previous.as_deref().and_then(Cursor::parse) {
                    proptest::prop_assert_eq!(page(Some(&cursor)).rows, last);
                }
                last = found.rows;
                let Some(next) = found.next else { break };
                after = Cursor::parse(&next);
            }
            let mut sorted = rows.clone();
            sorted.sort();
            proptest::prop_assert_eq!(seen, sorted);
        }

        #[test]
        fn whatever_stands_in_after_nothing_breaks(text in ".{0,200}") {
            let _ = Cursor::parse(&text);
        }
    }
}
