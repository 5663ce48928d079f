use crate::bytes::Digests;
use crate::entities::Entry;
use crate::{
    Day, Duplicates, Entities, EntitiesError, FrequentKey, Key, KeyBytes, NoKey, Reason, Repeat,
    Report, Row,
};

/// Takes the rows of a table one after the other, and keeps 36 bytes of each that has a key; at the
/// end it takes 40 for a moment.
#[derive(Debug)]
pub struct Intake<'a> {
    key: &'a Key,
    today: Day,
    /// The key of the row at hand.
    bytes: KeyBytes,
    digests: Digests,
    entries: Vec<Entry>,
    /// The parts in which a cell was rounded, a bit for each.
    rounded: u8,
    /// Rows that are valid unless one of these parts was rounded in another row.
    doubtful: Vec<(Row, u8)>,
    /// The most rows that are named for one reason.
    most_named: usize,
    report: Report,
}

impl<'a> Intake<'a> {
    /// Begins with no row. No birth date lies after `today`.
    pub fn new(key: &'a Key, today: Day) -> Intake<'a> {
        Intake {
            key,
            today,
            bytes: KeyBytes::default(),
            digests: Digests::new(),
            entries: Vec::new(),
            rounded: 0,
            doubtful: Vec::new(),
            most_named: Report::MOST_ISSUES,
            report: Report::default(),
        }
    }

    /// Names up to `most` rows for each reason, at about 60 bytes a row; all others are counted.
    #[must_use]
    pub fn naming(mut self, most: usize) -> Intake<'a> {
        self.most_named = most;
        self
    }

    /// Takes the next row: one cell for each part of the key, `None` for a missing one.
    ///
    /// # Errors
    ///
    /// [`EntitiesError::ColumnCount`], [`EntitiesError::TooManyRows`]. A row that has no key is no
    /// error but is counted.
    pub fn push(&mut self, cells: &[Option<&str>]) -> Result<(), EntitiesError> {
        let counts = &mut self.report.counts;
        let row = u32::try_from(counts.rows.0)
            .ok()
            .filter(|row| *row < u32::MAX);
        let row = Row(row.ok_or(EntitiesError::TooManyRows)?);
        let bytes = &mut self.bytes;
        match self.key.write(cells, self.today, bytes) {
            Ok(()) => {
                counts.valid.count();
                for repair in bytes.repairs() {
                    counts.repaired.entry(*repair).or_default().count();
                }
                if bytes.doubtful != 0 {
                    self.doubtful.push((row, bytes.doubtful));
                }
                let digest = self.digests.of(bytes);
                self.entries.push(Entry { digest, row });
            }
            Err(NoKey::Missing { .. }) => counts.missing.count(),
            Err(NoKey::Refused { part, reason }) => {
                self.rounded |= u8::from(reason == Reason::Rounded) << part;
                let column = &self.key.parts()[part].column;
                self.report.refuse((row, reason), column, self.most_named);
            }
            Err(NoKey::Cells { found, expected }) => {
                return Err(EntitiesError::ColumnCount {
                    row,
                    found,
                    expected,
                });
            }
        }
        self.report.counts.rows.count();
        Ok(())
    }

    /// Ends the table: gives its different keys with their rows, and what was found.
    ///
    /// # Errors
    ///
    /// [`EntitiesError::Duplicates`], [`EntitiesError::NoKeys`]; both hold the report.
    pub fn finish(mut self) -> Result<(Entities, Report), EntitiesError> {
        self.settle_doubts();
        let Intake {
            key,
            mut entries,
            mut report,
            most_named,
            ..
        } = self;
        entries.sort_unstable_by(|one, other| {
            let beginnings = one.digest.beginning().cmp(&other.digest.beginning());
            beginnings.then_with(|| one.cmp(other))
        });
        count_keys(&entries, &mut report, most_named);
        if entries.is_empty() {
            return Err(EntitiesError::NoKeys(Box::new(report)));
        }
        match key.duplicates() {
            Duplicates::Refuse if report.counts.repeated_keys.0 > 0 => {
                return Err(EntitiesError::Duplicates(Box::new(report)));
            }
            Duplicates::First => entries.dedup_by_key(|entry| entry.digest),
            Duplicates::Refuse | Duplicates::All => {}
        }
        Ok((Entities::sorted(entries), report))
    }

    /// Where some ids were rounded, those that only by chance look sound may have been, too.
    fn settle_doubts(&mut self) {
        let rounded = self.rounded;
        self.doubtful.retain(|(_, parts)| parts & rounded != 0);
        if self.doubtful.is_empty() {
            return;
        }
        let doubted = |row| self.doubtful.binary_search_by_key(&row, |(row, _)| *row);
        self.entries.retain(|entry| doubted(entry.row).is_err());
        for (row, parts) in &self.doubtful {
            self.report.counts.valid.0 -= 1;
            let part = (parts & rounded).trailing_zeros() as usize;
            let column = &self.key.parts()[part].column;
            let why = (*row, Reason::Rounded);
            self.report.refuse(why, column, self.most_named);
        }
    }
}

/// Counts different keys, finds the first rows that repeat one and the frequent ones.
fn count_keys(entries: &[Entry], report: &mut Report, most_named: usize) {
    let mut shared = Vec::new();
    for rows in entries.chunk_by(|one, next| one.digest == next.digest) {
        report.counts.keys.count();
        let [first, others @ ..] = rows else { continue };
        if others.is_empty() {
            continue;
        }
        report.counts.repeated_keys.count();
        report.counts.repeated_rows += rows.len().into();
        // On average a key has one row at least.
        if rows.len() as u64 > Report::FREQUENT {
            shared.push(FrequentKey {
                first: first.row,
                rows: rows.len().into(),
            });
        }
        let repeats = others.iter().map(|other| Repeat {
            row: other.row,
            of: first.row,
        });
        report.repeats.extend(repeats);
        if report.repeats.len() > most_named.saturating_mul(64) {
            keep_first(&mut report.repeats, most_named);
        }
    }
    keep_first(&mut report.repeats, most_named);
    report.keep_frequent(shared, most_named);
}

fn keep_first(repeats: &mut Vec<Repeat>, most: usize) {
    repeats.sort_unstable();
    repeats.truncate(most);
}
