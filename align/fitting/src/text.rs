//! A fitted preparation as TOML, with where each number comes from.

use std::fmt::{self, Display, Formatter, Write as _};

use consilium_schema::{Level, quoted};

use crate::{Fitted, LeftOut, Origin, Reason, Unjudged, Value};

/// A sentence that stands beside the numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Remark<'a> {
    /// Over how many rows of whom.
    Head(&'a Fitted),
    /// Where a number comes from.
    Origin(&'a Origin),
    /// What is no feature, and why.
    LeftOut(&'a LeftOut),
    /// What a selection could not judge.
    Unjudged(&'a Unjudged),
}

impl Fitted {
    /// The preparation as TOML, with each remark as a comment in the words that `say` finds for it.
    pub fn annotated(&self, say: impl Fn(&Remark<'_>) -> String) -> String {
        let mut text = String::new();
        comment(&mut text, &say(&Remark::Head(self)));
        for left_out in &self.left_out {
            comment(&mut text, &say(&Remark::LeftOut(left_out)));
        }
        for unjudged in &self.unjudged {
            comment(&mut text, &say(&Remark::Unjudged(unjudged)));
        }
        for feature in &self.prepared {
            text.push_str("\n[[prepared]]\n");
            for (key, name) in [("name", &feature.name), ("column", &feature.column)] {
                if let Some(name) = name {
                    writeln!(text, "{key} = {}", quoted(name)).expect("a string takes any text");
                }
            }
            for entry in &feature.entries {
                if entry.origin != Origin::Intent || entry.value.is_number() {
                    comment(&mut text, &say(&Remark::Origin(&entry.origin)));
                }
                writeln!(text, "{} = {}", entry.key, entry.value).expect("a string takes any text");
            }
        }
        text
    }
}

/// The preparation as TOML with remarks in English.
impl Display for Fitted {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.annotated(|remark| remark.to_string()))
    }
}

/// What is said is one line of a comment, whatever names are in it.
fn comment(text: &mut String, said: &str) {
    text.push_str("# ");
    text.extend(
        said.chars()
            .map(|letter| if letter.is_control() { ' ' } else { letter }),
    );
    text.push('\n');
}

impl Value {
    /// Says whether somebody may ask where this number comes from.
    fn is_number(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Numbers(_) | Self::Fill(_))
    }
}

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "{flag}"),
            // Debug always writes a point or an exponent: a TOML float that reads back the same.
            Self::Number(number) => write!(f, "{number:?}"),
            Self::Numbers(numbers) => list(f, numbers.iter().map(|number| format!("{number:?}"))),
            Self::Word(word) => f.write_str(&quoted(word)),
            Self::Level(level) => f.write_str(&literal(level)),
            Self::Fill(level) => write!(f, "{{ level = {} }}", literal(level)),
            Self::Levels(levels) => list(f, levels.iter().map(literal)),
            Self::Names(names) => list(f, names.iter().map(|name| quoted(name))),
        }
    }
}

fn list(f: &mut Formatter<'_>, items: impl Iterator<Item = String>) -> fmt::Result {
    write!(f, "[{}]", items.collect::<Vec<_>>().join(", "))
}

fn literal(level: &Level) -> String {
    match level {
        Level::Number(level) => level.to_string(),
        Level::Text(level) => quoted(level),
    }
}

impl Display for Remark<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Head(fitted) => {
                let (rows, names) = (fitted.rows, fitted.institutions.join(", "));
                let institutions = fitted.institutions.len();
                write!(
                    f,
                    "Fitted to statistics over {rows} rows of {institutions} institutions: {names}."
                )
            }
            Self::Origin(origin) => origin.fmt(f),
            Self::LeftOut(LeftOut { name, reason }) => write!(f, "Left out: {name}, {reason}"),
            Self::Unjudged(Unjudged {
                column,
                by,
                with: None,
            }) => {
                write!(
                    f,
                    "Not judged by {by}: {column}, as the statistics don't tell of it; it stays"
                )
            }
            Self::Unjudged(Unjudged {
                column,
                by,
                with: Some(with),
            }) => {
                write!(
                    f,
                    "Not judged by {by}: {column} and {with}, as the statistics don't tell of them; both stay"
                )
            }
        }
    }
}

impl Display for Reason {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDefault { kind } => write!(f, "as the intent has no default for type {kind}"),
            Self::Missing { share, limit } => {
                write!(
                    f,
                    "of which {:.1} % of the rows lack a value, more than {:.1} %",
                    share * 100.0,
                    limit * 100.0
                )
            }
            Self::InformationValue { value, limit } => {
                write!(f, "whose information value {value:.4} is below {limit}")
            }
            Self::Stability { index, limit } => {
                write!(f, "whose stability index {index} is above {limit}")
            }
            Self::Correlation { with, r, limit } => {
                write!(
                    f,
                    "whose correlation with {with}, {r:.3}, is beyond {limit}, and which tells no more of the label"
                )
            }
            Self::Inflation {
                factor: Some(factor),
                limit,
            } => {
                write!(
                    f,
                    "whose variance inflation factor {factor:.2} is above {limit}"
                )
            }
            Self::Inflation { factor: None, .. } => f.write_str("as it follows from other columns"),
            Self::Factor { factor } => write!(f, "as its factor {factor} is left out"),
        }
    }
}
