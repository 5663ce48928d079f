//! The part of the canonical text that is an alignment's own.

use std::fmt::{self, Formatter};

use consilium_entities::{Characters, Duplicates, Key, Kind};

use super::{number, quoted};
use crate::{Align, Matching, Plan};

impl Plan {
    pub(super) fn write_alignment(&self, task: &Align, f: &mut Formatter<'_>) -> fmt::Result {
        write_key(f, &task.key)?;
        writeln!(f, "\n[align]")?;
        writeln!(f, "protocol = {}", quoted(task.protocol()))?;
        writeln!(f, "minimum = {}", task.minimum)?;
        match &task.matching {
            Matching::Ecdh | Matching::Vole | Matching::Cardinality(None) => {}
            Matching::Star { leader } => writeln!(f, "leader = {}", quoted(leader.as_str()))?,
            Matching::Unbalanced { holder, queries } => {
                writeln!(f, "holder = {}", quoted(holder.as_str()))?;
                writeln!(f, "queries = {queries}")?;
            }
            Matching::Cardinality(Some(noisy)) => {
                let epsilon = f64::from(noisy.epsilon.as_thousandths()) / 1000.0;
                writeln!(f, "counter = {}", quoted(noisy.counter.as_str()))?;
                writeln!(f, "epsilon = {}", number(epsilon))?;
            }
        }
        self.write_limits(f)?;
        self.write_patience(f)?;
        self.write_parties(f)
    }
}

pub(super) fn write_key(f: &mut Formatter<'_>, key: &Key) -> fmt::Result {
    let duplicates = match key.duplicates() {
        Duplicates::Refuse => "refuse",
        Duplicates::First => "first",
        Duplicates::All => "all",
    };
    writeln!(f, "\n[key]")?;
    writeln!(f, "duplicates = {}", quoted(duplicates))?;
    for part in key.parts() {
        writeln!(f, "\n[[key.part]]")?;
        writeln!(f, "column = {}", quoted(&part.column))?;
        writeln!(f, "kind = {}", quoted(part.kind.name()))?;
        match &part.kind {
            Kind::InsuranceNumber {
                lengths,
                characters,
            } => {
                let characters = match characters {
                    Characters::Digits => "digits",
                    Characters::LettersAndDigits => "letters-and-digits",
                };
                writeln!(f, "lengths = {lengths:?}")?;
                writeln!(f, "characters = {}", quoted(characters))?;
            }
            Kind::Date { serials } => writeln!(f, "serials = {serials}")?,
            Kind::CitizenId | Kind::Text | Kind::Phone | Kind::Name => {}
        }
    }
    Ok(())
}
