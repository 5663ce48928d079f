//! What opened sums tell when they are added and subtracted.

use std::collections::BTreeSet;

use consilium_mailbox::PartyId;

use crate::field::Element;

/// What two opened sums tell by their difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Who is in the first sum only.
    pub plus: BTreeSet<PartyId>,
    /// Who is in the second sum only.
    pub minus: BTreeSet<PartyId>,
}

/// Names the institutions whose own aggregate some combination of the opened sums gives, were
/// their inputs the same in every sum.
///
/// Near a model's convergence they almost are. An institution is named if its unit vector lies in
/// the span of the sets; that two sets differ by exactly one institution is the simplest case.
pub fn derivable<'a>(opened: impl IntoIterator<Item = &'a BTreeSet<PartyId>>) -> BTreeSet<PartyId> {
    let sets: BTreeSet<&BTreeSet<PartyId>> = opened.into_iter().collect();
    let parties: BTreeSet<&PartyId> = sets.iter().copied().flatten().collect();
    let indicator = |set: &&BTreeSet<PartyId>| -> Vec<Element> {
        let bit = |party: &&PartyId| {
            if set.contains(*party) {
                Element::ONE
            } else {
                Element::ZERO
            }
        };
        parties.iter().map(bit).collect()
    };
    let mut rows: Vec<Vec<Element>> = sets.iter().map(indicator).collect();
    reduce(&mut rows);
    let parties: Vec<&PartyId> = parties.into_iter().collect();
    // A unit vector in the span is itself a row of the reduced matrix.
    let single = |row: &Vec<Element>| {
        let mut nonzero = (0..row.len()).filter(|&column| row[column] != Element::ZERO);
        let first = nonzero.next()?;
        nonzero.next().is_none().then(|| parties[first].clone())
    };
    rows.iter().filter_map(single).collect()
}

/// Lists the differences between the opened sets, each pair once.
pub fn differences<'a>(opened: impl IntoIterator<Item = &'a BTreeSet<PartyId>>) -> Vec<Difference> {
    let sets: BTreeSet<&BTreeSet<PartyId>> = opened.into_iter().collect();
    let sets: Vec<_> = sets.into_iter().collect();
    let pairs = sets.iter().enumerate().flat_map(|(at, first)| {
        sets[at + 1..].iter().map(move |second| Difference {
            plus: first.difference(second).cloned().collect(),
            minus: second.difference(first).cloned().collect(),
        })
    });
    pairs.collect()
}

/// Brings a matrix into reduced echelon form, modulo a prime: what is a combination over the
/// rationals stays one.
fn reduce(rows: &mut [Vec<Element>]) {
    let columns = rows.first().map_or(0, Vec::len);
    let mut done = 0;
    for column in 0..columns {
        let Some(pivot) = (done..rows.len()).find(|&row| rows[row][column] != Element::ZERO) else {
            continue;
        };
        rows.swap(done, pivot);
        let scale = rows[done][column].inverse();
        let pivot: Vec<Element> = rows[done].iter().map(|entry| entry.times(scale)).collect();
        for (at, row) in rows.iter_mut().enumerate() {
            if at == done {
                row.clone_from(&pivot);
                continue;
            }
            let factor = row[column];
            for (entry, pivot) in row.iter_mut().zip(&pivot) {
                *entry = entry.minus(factor.times(*pivot));
            }
        }
        done += 1;
    }
}
