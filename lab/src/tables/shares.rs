//! The parts of all rows for a seed and a fold.

use std::collections::BTreeMap;

use consilium_base::{Generator, Seed, Tagged};
use consilium_mailbox::PartyId;

use super::{Layout, Tables};
use crate::{
    Part, SplitBy, TestPart, TestRows,
    split::{self, Unit},
};

/// The rows of one party in one split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Whose.
    pub party: PartyId,
    pub(super) sheet: usize,
    train: Vec<usize>,
    test: Vec<usize>,
}

impl Share {
    /// Counts the rows of a part.
    pub fn count(&self, part: Part) -> usize {
        self.places(part).len()
    }

    pub(super) fn places(&self, part: Part) -> &[usize] {
        match part {
            Part::Training => &self.train,
            Part::Test => &self.test,
        }
    }
}

/// A row that somebody has: its sheet and place there, and the party's place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owned {
    pub(super) sheet: usize,
    pub(super) row: usize,
    party: usize,
}

impl Tables {
    /// Gives the rows of each party, in order of their names: the same for the same seed and fold.
    pub fn shares(&self, seed: u64, fold: u32) -> Vec<Share> {
        let owned = self.owned(seed);
        let is_test = self.tested(&owned, seed, fold);
        let mut shares: Vec<Share> = Vec::new();
        for (place, party) in self.parties.iter().enumerate() {
            shares.push(Share {
                party: party.clone(),
                sheet: if self.sheets.len() == 1 { 0 } else { place },
                train: Vec::new(),
                test: Vec::new(),
            });
        }
        for (own, is_test) in owned.iter().zip(is_test) {
            for (place, share) in shares.iter_mut().enumerate() {
                let Some(row) = self.place_at(own, place) else {
                    continue;
                };
                let part = if is_test {
                    &mut share.test
                } else {
                    &mut share.train
                };
                part.push(row);
            }
        }
        shares
    }

    /// Gives where a row stands among those of a party.
    fn place_at(&self, own: &Owned, party: usize) -> Option<usize> {
        match &self.layout {
            Layout::Own | Layout::Split(_) => (own.party == party).then_some(own.row),
            Layout::Common { hospitals, .. } => match hospitals.get(&party) {
                None => Some(own.row),
                Some(part) => part.contains(&own.row).then(|| own.row - part.start),
            },
        }
    }

    /// Gives the rows that somebody has; those that all have, once, as the label holder's.
    pub(super) fn owned(&self, seed: u64) -> Vec<Owned> {
        let of_sheet = |sheet: usize, party: usize| {
            let rows = 0..self.sheets[sheet].count();
            rows.map(move |row| Owned { sheet, row, party })
        };
        let by = match &self.layout {
            Layout::Own => {
                let sheets = 0..self.sheets.len();
                return sheets.flat_map(|sheet| of_sheet(sheet, sheet)).collect();
            }
            Layout::Common { labelled, .. } => return of_sheet(*labelled, *labelled).collect(),
            Layout::Split(by) => by,
        };
        let owners = self.owners(by, &mut generator(seed, "lab.1.owners"));
        let rows = of_sheet(0, 0).zip(owners);
        let rows = rows.filter_map(|(row, party)| {
            Some(Owned {
                party: party?,
                ..row
            })
        });
        rows.collect()
    }

    /// Gives whose each row of a table is.
    fn owners(&self, by: &SplitBy, rng: &mut Generator) -> Vec<Option<usize>> {
        let (sheet, parties) = (&self.sheets[0], self.parties.len());
        let drawn = match by {
            SplitBy::Column { parties, .. } => {
                let values: Vec<&[String]> = parties.values().map(Vec::as_slice).collect();
                return split::by_value(&sheet.owners, &values);
            }
            SplitBy::LabelSkew { alpha } => {
                split::by_label(&sheet.rows.labels, parties, *alpha, rng)
            }
            SplitBy::QuantityDrawn { alpha } => {
                let shares = split::dirichlet(&vec![*alpha; parties], rng);
                split::by_shares(sheet.count(), &shares, rng)
            }
            SplitBy::Quantity { shares } => {
                let shares: Vec<f64> = shares.values().copied().collect();
                split::by_shares(sheet.count(), &shares, rng)
            }
            SplitBy::Columns => vec![0; sheet.count()],
        };
        drawn.into_iter().map(Some).collect()
    }

    /// Says of each of these rows whether it is for testing.
    fn tested(&self, owned: &[Owned], seed: u64, fold: u32) -> Vec<bool> {
        let TestRows::Drawn { part, .. } = self.test else {
            let placed = |own: &Owned| self.sheets[own.sheet].placed[own.row];
            return owned.iter().map(placed).collect();
        };
        let (unit_of, units) = self.units(owned);
        let rng = &mut generator(seed, "lab.1.test-rows");
        let is_test = match part {
            TestPart::Share(share) => split::drawn(&units, share, rng),
            TestPart::Folds(folds) => {
                let fold_of = split::folds(&units, folds as usize, rng);
                fold_of.into_iter().map(|of| of == fold as usize).collect()
            }
        };
        unit_of.into_iter().map(|unit| is_test[unit]).collect()
    }

    /// Gives the unit of each row, and all units: single rows, or groups. What is said of a group is
    /// that of its first row; it is of the class of label 1 if any of its rows is. A row that is taken
    /// several times, as that of a patient at several hospitals is, is one unit.
    fn units(&self, owned: &[Owned]) -> (Vec<usize>, Vec<Unit>) {
        let mut units: Vec<Unit> = Vec::new();
        let mut known: BTreeMap<(usize, Kept<'_>), usize> = BTreeMap::new();
        let mut unit_of = Vec::with_capacity(owned.len());
        for own in owned {
            let sheet = &self.sheets[own.sheet];
            let is_positive = sheet
                .rows
                .labels
                .get(own.row)
                .is_some_and(|label| *label > 0.5);
            let class = usize::from(self.stratify && is_positive);
            let stratum = 2 * own.party + class;
            let group = sheet.groups.get(own.row).and_then(Option::as_deref);
            let kept = group.map_or(Kept::Alone(sheet.numbers[own.row]), Kept::With);
            let unit = *known.entry((own.sheet, kept)).or_insert(units.len());
            match units.get_mut(unit) {
                None => units.push(Unit { stratum, size: 1 }),
                Some(unit) => {
                    unit.size += 1;
                    unit.stratum |= class;
                }
            }
            unit_of.push(unit);
        }
        (unit_of, units)
    }
}

/// What a row is kept on one side with.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Kept<'a> {
    /// With the rows of a group.
    With(&'a str),
    /// With none but itself, by its place in the file.
    Alone(usize),
}

/// Grows a generator for one purpose of a seed.
fn generator(seed: u64, label: &'static str) -> Generator {
    let seed = Tagged::new("lab.1.seed").number(seed).digest();
    Seed::from_bytes(seed).derive(label, &[]).generator()
}
