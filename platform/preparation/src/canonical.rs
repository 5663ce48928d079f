use std::fmt::{self, Display, Formatter};

use consilium_schema::{Level, quoted};

use crate::{
    CutWeights, Feature, LevelWeights, MissingLevel, OneHot, Operation, Preparation, Product, Scale,
};

impl Display for Preparation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (place, feature) in self.features().iter().enumerate() {
            let gap = if place == 0 { "" } else { "\n" };
            write!(f, "{gap}{feature}")?;
        }
        Ok(())
    }
}

/// The canonical text of one feature: its `[[prepared]]` table. A step that changes nothing is left
/// out.
impl Display for Feature {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "[[prepared]]\nname = {}", quoted(self.name()))?;
        if let Some(column) = self.column() {
            writeln!(f, "column = {}", quoted(column))?;
        }
        match self.operation() {
            Operation::Scale(scale) => write_scale(f, scale)?,
            Operation::OneHot(one_hot) => write_one_hot(f, one_hot)?,
            Operation::CutWeights(cuts) => write_cuts(f, cuts)?,
            Operation::LevelWeights(weights) => write_weights(f, weights)?,
            Operation::Product(Product { factors, .. }) => {
                writeln!(f, "product = {}", list(factors, |factor| quoted(factor)))?;
            }
        }
        if self.operation().mark_missing() {
            writeln!(f, "mark_missing = true")?;
        }
        Ok(())
    }
}

fn write_scale(f: &mut Formatter<'_>, scale: &Scale) -> fmt::Result {
    write_number(f, "missing", scale.missing)?;
    if let Some(ends) = &scale.clip {
        writeln!(f, "clip = {}", numbers(ends))?;
    }
    if scale.log {
        writeln!(f, "log = true")?;
    }
    write_number(f, "centre", scale.is_centred().then_some(scale.centre))?;
    write_number(f, "spread", scale.is_spread().then_some(scale.spread))
}

fn write_one_hot(f: &mut Formatter<'_>, one_hot: &OneHot) -> fmt::Result {
    writeln!(f, "levels = {}", list(&one_hot.levels, literal))?;
    if let Some(reference) = one_hot.reference {
        writeln!(f, "reference = {}", literal(&one_hot.levels[reference]))?;
    }
    if let Some(unseen) = one_hot.unseen {
        writeln!(f, "unseen = {}", quoted(unseen.name()))?;
    }
    match one_hot.missing {
        MissingLevel::Kept => Ok(()),
        MissingLevel::Zero => writeln!(f, "missing = \"zero\""),
        MissingLevel::Other => writeln!(f, "missing = \"other\""),
        MissingLevel::Level(place) => {
            let level = literal(&one_hot.levels[place]);
            writeln!(f, "missing = {{ level = {level} }}")
        }
    }
}

fn write_cuts(f: &mut Formatter<'_>, cuts: &CutWeights) -> fmt::Result {
    writeln!(f, "cuts = {}", numbers(&cuts.cuts))?;
    writeln!(f, "weights = {}", numbers(&cuts.weights))?;
    write_number(f, "missing_weight", cuts.missing_weight)
}

fn write_weights(f: &mut Formatter<'_>, weights: &LevelWeights) -> fmt::Result {
    writeln!(f, "levels = {}", list(&weights.levels, literal))?;
    writeln!(f, "weights = {}", numbers(&weights.weights))?;
    write_number(f, "unseen_weight", weights.unseen_weight)?;
    write_number(f, "missing_weight", weights.missing_weight)
}

fn write_number(f: &mut Formatter<'_>, key: &str, value: Option<f64>) -> fmt::Result {
    match value {
        Some(value) => writeln!(f, "{key} = {}", number(value)),
        None => Ok(()),
    }
}

/// A TOML float that reads back as the same number; zero has one sign.
fn number(value: f64) -> String {
    format!("{:?}", value + 0.0)
}

fn numbers(values: &[f64]) -> String {
    list(values, |value| number(*value))
}

fn literal(level: &Level) -> String {
    match level {
        Level::Number(level) => level.to_string(),
        Level::Text(level) => quoted(level),
    }
}

fn list<T>(items: &[T], write: impl Fn(&T) -> String) -> String {
    let items: Vec<String> = items.iter().map(write).collect();
    format!("[{}]", items.join(", "))
}
