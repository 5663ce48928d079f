//! The part of the canonical text that is that of scarcity.

use std::fmt::{self, Formatter};

use consilium_scarcity::Bins;

use super::{align::write_key, number, quoted, write_protection};
use crate::{Plan, Scarcity};

impl Plan {
    pub(super) fn write_scarcity(&self, task: &Scarcity, f: &mut Formatter<'_>) -> fmt::Result {
        let asked = &task.specification;
        let features: Vec<String> = task.columns.iter().map(|it| quoted(it.name())).collect();
        writeln!(f, "features = [{}]", features.join(", "))?;
        writeln!(f, "\n[scarcity]")?;
        writeln!(f, "epsilon = {}", number(asked.noise.epsilon))?;
        writeln!(f, "delta = {}", number(asked.noise.delta))?;
        writeln!(f, "pseudo_count = {}", number(asked.pseudo))?;
        if let Some(sketch) = &asked.sketch {
            writeln!(f, "entities = {}", sketch.entities)?;
            writeln!(f, "buckets = {}", sketch.buckets)?;
            writeln!(f, "falsely = {}", number(sketch.falsely))?;
        }
        let mut cuts = asked
            .columns
            .iter()
            .filter_map(|column| match &column.bins {
                Bins::Cuts(cuts) => Some((&column.name, cuts)),
                _ => None,
            });
        if let Some(first) = cuts.next() {
            writeln!(f, "\n[scarcity.cuts]")?;
            for (name, cuts) in std::iter::once(first).chain(cuts) {
                let cuts: Vec<String> = cuts.iter().copied().map(number).collect();
                writeln!(f, "{} = [{}]", quoted(name), cuts.join(", "))?;
            }
        }
        if let Some(key) = &task.key {
            write_key(f, key)?;
        }
        write_protection(f, &task.protection)?;
        self.write_limits(f)?;
        writeln!(f, "minimum_rows = {}", self.limits.minimum_rows)?;
        writeln!(f, "minimum_verified = {}", self.limits.minimum_verified)?;
        self.write_patience(f)?;
        self.write_parties(f)?;
        let mut columns = task.columns.iter();
        columns.try_for_each(|column| write!(f, "\n{column}"))
    }
}
