use consilium_base::Digest;

use crate::{KeyDigest, Row};

/// The different keys of a table, each with its rows.
///
/// Keys stand in the order of their digests. So two parties that keep the keys they share, each in
/// its own order, have them in the same order, whatever order their tables have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entities {
    /// Ascending, none twice.
    digests: Vec<KeyDigest>,
    rows: KeyRows,
}

/// The rows of each different key, in the order of the keys' digests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRows {
    rows: Vec<Row>,
    /// Where the rows of each key begin; empty where each has one.
    starts: Vec<u32>,
}

impl KeyRows {
    /// Gives the rows of a key, ascending; none where there is no such key.
    pub fn of(&self, key: usize) -> &[Row] {
        let all = self.rows.len();
        let start = |key: usize| match self.starts.as_slice() {
            [] => key.min(all),
            starts => starts.get(key).map_or(all, |start| *start as usize),
        };
        self.rows
            .get(start(key)..start(key.saturating_add(1)))
            .unwrap_or_default()
    }
}

/// A row with the digest of its key.
///
/// Packed, so that a list of entries becomes one of digests where it lies, by std's collecting in
/// place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(C, packed)]
pub(crate) struct Entry {
    pub(crate) digest: KeyDigest,
    pub(crate) row: Row,
}

impl Entities {
    /// Takes the rows of all keys, ascending by digest, then by row.
    pub(crate) fn sorted(mut entries: Vec<Entry>) -> Entities {
        let rows = entries.iter().map(|entry| entry.row).collect();
        let mut starts = Vec::new();
        if !entries.is_sorted_by(|one, next| one.digest < next.digest) {
            let mut last = None;
            let mut begins = |entry: &Entry| last.replace(entry.digest) != Some(entry.digest);
            let places = (0..).zip(&entries).filter(|(_, entry)| begins(entry));
            starts = places.map(|(place, _)| place).collect();
            entries.dedup_by_key(|entry| entry.digest);
        }
        let digests = entries.into_iter().map(|entry| entry.digest);
        Entities {
            digests: digests.collect(),
            rows: KeyRows { rows, starts },
        }
    }

    /// Gives the number of different keys.
    pub fn len(&self) -> usize {
        self.digests.len()
    }

    /// Tells whether there is no key; there always is one where an intake was finished.
    pub fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// Gives the digests of all keys, ascending.
    pub fn digests(&self) -> impl ExactSizeIterator<Item = &KeyDigest> + '_ {
        self.digests.iter()
    }

    /// Takes digests and rows apart: gives the digests of all keys, ascending, and at four bytes a
    /// row, and a key if some have several, the rows.
    pub fn split(self) -> (Vec<Digest>, KeyRows) {
        let digests = self.digests.into_iter().map(|digest| *digest.expose());
        let mut digests: Vec<Digest> = digests.collect();
        digests.shrink_to_fit();
        (digests, self.rows)
    }

    /// Gives the rows of a key, ascending; none where there is no such key.
    pub fn rows(&self, key: usize) -> impl ExactSizeIterator<Item = Row> + '_ {
        self.rows.of(key).iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::{Digests, KeyBytes};

    #[test]
    fn entries_become_digests_where_they_lie() {
        let mut digests = Digests::new();
        let digest = digests.of(&KeyBytes::default());
        let entries: Vec<Entry> = (0..16)
            .map(|row| Entry {
                digest,
                row: Row(row),
            })
            .collect();
        let place = entries.as_ptr().addr();
        let entities = Entities::sorted(entries);
        assert_eq!(entities.digests.as_ptr().addr(), place);
        let (digests, rows) = entities.split();
        assert_eq!((digests.len(), rows.of(0).len()), (1, 16));
    }
}
