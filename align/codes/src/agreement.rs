use rand_core::Rng;
use serde::Serialize;

use crate::{CodeMap, Groups};

/// How far two descriptions of the same records agree on yes or no.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Agreement {
    /// Both say yes.
    pub both: u64,
    /// The first says yes, the second no.
    pub first: u64,
    /// The second says yes, the first no.
    pub second: u64,
    /// Both say no.
    pub neither: u64,
}

impl Agreement {
    /// Counts one record.
    pub fn push(&mut self, first: bool, second: bool) {
        *match (first, second) {
            (true, true) => &mut self.both,
            (true, false) => &mut self.first,
            (false, true) => &mut self.second,
            (false, false) => &mut self.neither,
        } += 1;
    }

    /// Cohen's kappa (Cohen 1960): agreement beyond chance, 1 where both always agree. None where
    /// one of both never changes, so that chance alone agrees.
    pub fn kappa(&self) -> Option<f64> {
        let [both, first, second, neither] =
            [self.both, self.first, self.second, self.neither].map(|count| count as f64);
        let all = both + first + second + neither;
        let observed = (both + neither) / all;
        let yes = (both + first) * (both + second) / (all * all);
        let no = (neither + second) * (neither + first) / (all * all);
        let chance = yes + no;
        (chance < 1.0).then(|| (observed - chance) / (1.0 - chance))
    }
}

/// Agreement for each group between records as they are and the same recoded by a random choice.
#[derive(Clone, Debug, Serialize)]
pub struct Recoded {
    /// By the id of the group, in the order of the list.
    pub groups: Vec<(String, Agreement)>,
    /// Codes that were recoded, each time one stands in a record.
    pub recoded: u64,
    /// Codes with more than one way to choose from.
    pub chosen: u64,
    /// Codes without any target, which are lost.
    pub lost: u64,
}

impl Recoded {
    /// Begins for a list.
    pub fn new(list: &Groups) -> Recoded {
        let group = |group: &crate::Group| (group.id.clone(), Agreement::default());
        let groups = list.all().iter().map(group).collect();
        Recoded {
            groups,
            recoded: 0,
            chosen: 0,
            lost: 0,
        }
    }

    /// Takes a record's codes, in normal form: its groups by its own codes, and by codes into which it
    /// is recoded, where each code takes one of its ways at random, all alike likely.
    pub fn push(&mut self, list: &Groups, map: &CodeMap, codes: &[&str], rng: &mut impl Rng) {
        let [from, to] = map.forms();
        let mut targets = Vec::new();
        for code in codes {
            self.recoded += 1;
            let entry = map.get(code);
            let ways = entry.map_or(0, crate::Entry::ways);
            self.chosen += u64::from(ways > 1);
            let drawn = below(ways, rng).and_then(|number| entry?.way(number));
            self.lost += u64::from(drawn.is_none());
            targets.extend(drawn.unwrap_or_default());
        }
        let before = list.of(from, codes.iter().copied());
        let after = list.of(to, targets);
        for (id, agreement) in &mut self.groups {
            agreement.push(before.contains(id.as_str()), after.contains(id.as_str()));
        }
    }

    /// The median of the groups' kappas, of those that have one.
    pub fn median(&self) -> Option<f64> {
        let mut kappas: Vec<f64> = self.groups.iter().filter_map(|it| it.1.kappa()).collect();
        kappas.sort_by(f64::total_cmp);
        let upper = kappas.len() / 2;
        let lower = kappas.len().checked_sub(1)? / 2;
        Some(f64::midpoint(*kappas.get(lower)?, *kappas.get(upper)?))
    }
}

/// A number from 0 to below a bound, all alike likely; none below 0.
fn below(bound: u64, rng: &mut impl Rng) -> Option<u64> {
    let reject = bound.checked_sub(1).map(|_| u64::MAX - u64::MAX % bound)?;
    loop {
        let number = rng.next_u64();
        if number < reject {
            return Some(number % bound);
        }
    }
}
