//! Weights of evidence, as the statistics have binned values.

use consilium_statistics::{Evidence, EvidenceBin, Place};

use crate::{
    Entry, FitFault, Origin, Value,
    levels::{is_closed, told},
    source::Source,
};

/// Fits the weights of a column.
pub(crate) fn fit(source: &Source<'_>) -> Result<Vec<Entry>, FitFault> {
    let column = source.name();
    let Some(evidence) = &source.found.evidence else {
        return Err(FitFault::NoEvidence { column });
    };
    let weighed = Weighed::of(evidence, source);
    let is_levels = source
        .found
        .cells
        .iter()
        .any(|cell| matches!(cell.of, Place::Level(_)));
    let entries = if is_levels {
        weighed.levels()
    } else {
        weighed.intervals()
    };
    entries.ok_or(FitFault::NoEvidence { column })
}

struct Weighed<'a> {
    source: &'a Source<'a>,
    bins: &'a [EvidenceBin],
    /// Of each cell, its bin: that of the rest where the cell's count is held back; none where it has no rows.
    of_cells: Vec<Option<&'a EvidenceBin>>,
    rest: Option<&'a EvidenceBin>,
}

impl<'a> Weighed<'a> {
    fn of(evidence: &'a Evidence, source: &'a Source<'a>) -> Self {
        let rest = evidence.bins.iter().find(|bin| bin.rest);
        let cells = source.found.cells.iter().enumerate();
        let of_cells = cells.map(|(at, cell)| {
            let own = evidence.bins.iter().find(|bin| bin.cells.contains(&at));
            own.or(rest.filter(|_| cell.rows.is_none()))
        });
        Self {
            source,
            bins: &evidence.bins,
            of_cells: of_cells.collect(),
            rest,
        }
    }

    /// Weighs intervals: neighbours of one bin are one interval. Nothing if that is all of them.
    fn intervals(&self) -> Option<Vec<Entry>> {
        let mut cuts = Vec::new();
        let mut weights: Vec<f64> = Vec::new();
        for (cell, bin) in self.source.found.cells.iter().zip(&self.of_cells) {
            let from = match &cell.of {
                Place::Interval(within) => within.from,
                // A yes/no is 1 or 0.
                Place::Boolean(false) => 0.0,
                Place::Boolean(true) => HALF,
                Place::Level(_) => return None,
            };
            // A cell without rows goes with the one before it.
            let weight = bin.map(|bin| bin.weight).or(weights.last().copied());
            let weight = weight.unwrap_or(0.0);
            match weights.last() {
                Some(last) if last.to_bits() == weight.to_bits() => {}
                Some(_) => {
                    cuts.push(from);
                    weights.push(weight);
                }
                None => weights.push(weight),
            }
        }
        if cuts.is_empty() {
            return None;
        }
        let bins = weights.len();
        let mut entries = vec![Entry {
            key: "cuts",
            value: Value::Numbers(cuts),
            origin: Origin::Bins { bins },
        }];
        entries.push(self.entry(weights));
        entries.push(self.rest("missing_weight"));
        Some(entries)
    }

    /// Weighs levels: those in no bin of their own are other ones.
    fn levels(&self) -> Option<Vec<Entry>> {
        let is_weighed = |cell: usize| self.bins.iter().any(|bin| bin.cells.contains(&cell));
        let all = told(self.source);
        let named: Vec<_> = all.iter().filter(|it| is_weighed(it.cell)).collect();
        let weights = named.iter().filter_map(|it| self.of_cells[it.cell]);
        let weights: Vec<f64> = weights.map(|bin| bin.weight).collect();
        let first = weights.first()?;
        if weights
            .iter()
            .all(|weight| weight.to_bits() == first.to_bits())
            && self.rest.is_none()
        {
            return None;
        }
        let bins = self.bins.iter().filter(|bin| !bin.cells.is_empty()).count();
        let mut entries = vec![Entry {
            key: "levels",
            value: Value::Levels(named.iter().map(|it| it.level.clone()).collect()),
            origin: Origin::Bins { bins },
        }];
        entries.push(self.entry(weights));
        entries.push(self.rest("missing_weight"));
        if !is_closed(self.source) || named.len() < all.len() {
            entries.push(self.rest("unseen_weight"));
        }
        Some(entries)
    }

    fn entry(&self, weights: Vec<f64>) -> Entry {
        let all =
            |of: fn(&EvidenceBin) -> u64| self.bins.iter().map(of).fold(0, u64::saturating_add);
        Entry {
            key: "weights",
            value: Value::Numbers(weights),
            origin: Origin::Weights {
                labels: [all(|bin| bin.positives), all(|bin| bin.negatives)],
                institutions: self.source.institutions,
            },
        }
    }

    fn rest(&self, key: &'static str) -> Entry {
        let (weight, origin) = match self.rest {
            Some(bin) => {
                let labels = [bin.positives, bin.negatives];
                (bin.weight, Origin::RestWeight { labels })
            }
            None => (0.0, Origin::NoEvidence),
        };
        Entry {
            key,
            value: Value::Number(weight),
            origin,
        }
    }
}

/// What separates no from yes.
const HALF: f64 = 0.5;
