//! Examples of all that terms tell apart in their columns.

use std::collections::BTreeSet;

use consilium_schema::{Bounds, Column, Kind, Level, Schema};

use crate::{Bound, Cells, Feature, Operation, Preparation};

use super::{MOST_VALUES, once};

/// All columns, each with examples of all that its terms tell apart.
pub(super) struct Sources<'a> {
    pub(super) all: Vec<Source<'a>>,
}

pub(super) struct Source<'a> {
    pub(super) name: &'a str,
    column: &'a Column,
    examples: Examples,
    /// Places of terms that are made of it, and their values in each example and where it is missing.
    terms: Vec<usize>,
    rows: Vec<Vec<f64>>,
}

enum Examples {
    Numbers(Vec<f64>),
    Levels(Vec<String>),
}

impl<'a> Sources<'a> {
    /// Evaluates all terms over the examples of their columns; none if these are too many.
    pub(super) fn of(preparation: &'a Preparation, schema: &'a Schema) -> Option<Self> {
        let mut all: Vec<Source<'a>> = Vec::new();
        for name in preparation.columns() {
            let column = schema.column(name)?;
            let features = preparation
                .features
                .iter()
                .filter(|it| it.column() == Some(name));
            let terms = 0..preparation.terms.len();
            let source = Source {
                name,
                column,
                examples: Examples::of(column, features),
                terms: terms
                    .filter(|place| preparation.sources_of(*place) == [name; 2])
                    .collect(),
                rows: Vec::new(),
            };
            all.push(source);
        }
        let most = all.iter().map(|source| source.examples.count()).max();
        if most.unwrap_or_default() * preparation.terms.len() > MOST_VALUES {
            return None;
        }
        let rows = rows(preparation, &all)?;
        for (source, rows) in all.iter_mut().zip(rows) {
            source.rows = rows;
        }
        Some(Self { all })
    }

    /// Says whether a term has few values.
    pub(super) fn is_few(&self, preparation: &Preparation, place: usize) -> bool {
        let term = &preparation.terms[place];
        term.values.both().is_some()
            || match preparation.features[term.feature].operation() {
                Operation::OneHot(_) | Operation::CutWeights(_) | Operation::LevelWeights(_) => {
                    true
                }
                Operation::Product(product) => product
                    .places
                    .into_iter()
                    .all(|factor| self.is_few(preparation, factor)),
                Operation::Scale(scale) => {
                    let source = self.all.iter().find(|source| source.name == scale.column);
                    source.is_some_and(|source| match source.column.kind() {
                        Kind::Boolean => true,
                        Kind::Integer(bounds) => {
                            wholes(bounds, scale.clip) <= Preparation::MOST_WHOLE as f64
                        }
                        _ => false,
                    })
                }
            }
    }
}

/// Evaluates of each column its terms over its examples, and where it is missing.
fn rows(preparation: &Preparation, sources: &[Source<'_>]) -> Option<Vec<Vec<Vec<f64>>>> {
    let cells = |name: &str| {
        let source = sources.iter().find(|source| source.name == name)?;
        Some(match &source.examples {
            Examples::Numbers(values) => Cells::Numbers(Box::new(|row| values.get(row).copied())),
            Examples::Levels(levels) => {
                Cells::Texts(Box::new(|row| levels.get(row).map(String::as_str)))
            }
        })
    };
    let bound: Bound<'_> = preparation.over(cells).ok()?;
    let mut rows = vec![Vec::new(); sources.len()];
    let mut values = vec![0.0; preparation.terms.len()];
    let most = sources.iter().map(|source| source.examples.count()).max();
    for row in 0..=most.unwrap_or_default() {
        bound.row(row, &mut values);
        for (source, rows) in sources.iter().zip(&mut rows) {
            if row <= source.examples.count() {
                rows.push(source.terms.iter().map(|place| values[*place]).collect());
            }
        }
    }
    Some(rows)
}

impl Source<'_> {
    /// Gives what rows can have in some of its terms together, each once.
    pub(super) fn values(&self, terms: &[usize]) -> Vec<Vec<f64>> {
        once(self.all_values(terms).into_iter())
    }

    /// Takes ends of a clip to the ends that the column itself has.
    pub(super) fn within(&self, ends: [f64; 2]) -> [f64; 2] {
        let bounds = self.column.bounds().unwrap_or_default();
        let least = bounds.min.unwrap_or(f64::NEG_INFINITY);
        let most = bounds.max.unwrap_or(f64::INFINITY);
        ends.map(|end| end.max(least).min(most))
    }

    /// Gives what some of its terms are in each example, and last where it is missing.
    fn all_values(&self, terms: &[usize]) -> Vec<Vec<f64>> {
        let places = terms
            .iter()
            .filter_map(|term| self.terms.iter().position(|own| own == term));
        let places: Vec<usize> = places.collect();
        let rows = self.rows.iter();
        rows.map(|row| places.iter().map(|at| row[*at]).collect())
            .collect()
    }

    /// Gives what its terms are by part of its values, if they are numbers: parts end at `ends`, each of which
    /// says with its value whether that belongs above. What is missing is a part of its own.
    pub(super) fn parts(&self, terms: &[usize], ends: &[(f64, bool)]) -> Vec<Vec<Vec<f64>>> {
        let Examples::Numbers(values) = &self.examples else {
            return Vec::new();
        };
        let part = |value: &f64| {
            let is_below =
                |(end, is_above): &&(f64, bool)| *end < *value || (*is_above && end <= value);
            ends.iter().filter(is_below).count()
        };
        let mut parts = vec![Vec::new(); ends.len() + 2];
        let all = values.iter().map(part).chain([ends.len() + 1]);
        for (part, row) in all.zip(self.all_values(terms)) {
            parts[part].push(row);
        }
        parts
            .into_iter()
            .map(|rows| once(rows.into_iter()))
            .collect()
    }
}

/// Counts the whole numbers that come to a clip's ends, or lie between them.
fn wholes(bounds: &Bounds, clip: Option<[f64; 2]>) -> f64 {
    let [low, high] = clip.unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
    let low = bounds
        .min
        .map_or(low.floor(), |min| min.ceil().max(low.floor()));
    let high = bounds
        .max
        .map_or(high.ceil(), |max| max.floor().min(high.ceil()));
    high - low + 1.0
}

impl Examples {
    /// Takes one of each that the features tell apart.
    fn of<'a>(column: &Column, features: impl Iterator<Item = &'a Feature>) -> Self {
        let operations = features.map(Feature::operation);
        match column.kind() {
            Kind::Boolean => Self::Numbers(vec![0.0, 1.0]),
            Kind::Integer(_) => {
                // Of four whole numbers at most, these are all.
                let near = |at: f64| [at.ceil() - 1.0, at.floor(), at.ceil(), at.floor() + 1.0];
                let numbers = borders(column, operations).into_iter().flat_map(near);
                Self::Numbers(rising(numbers))
            }
            Kind::Number(_) => {
                let borders = borders(column, operations);
                let between = borders.windows(2).map(|two| f64::midpoint(two[0], two[1]));
                let near = |at: &f64| [at.next_down(), *at, at.next_up()];
                Self::Numbers(rising(borders.iter().flat_map(near).chain(between)))
            }
            _ => {
                let named = operations.flat_map(|operation| match operation {
                    Operation::OneHot(one_hot) => &one_hot.levels[..],
                    Operation::LevelWeights(weights) => &weights.levels,
                    _ => &[],
                });
                // No level that is named is empty.
                let all = named.map(Level::name).chain([String::new()]);
                Self::Levels(all.collect::<BTreeSet<_>>().into_iter().collect())
            }
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Levels(levels) => levels.len(),
        }
    }
}

/// Gives where terms change how they go with the column: its own ends, cuts, ends of clips, what fills; rising.
fn borders<'a>(column: &Column, operations: impl Iterator<Item = &'a Operation>) -> Vec<f64> {
    let bounds = column.bounds().unwrap_or_default();
    let mut all: Vec<f64> = bounds.min.into_iter().chain(bounds.max).collect();
    for operation in operations {
        match operation {
            Operation::CutWeights(cuts) => all.extend(&cuts.cuts),
            Operation::Scale(scale) => {
                all.extend(scale.clip.into_iter().flatten().chain(scale.missing));
            }
            _ => {}
        }
    }
    rising(all.into_iter())
}

fn rising(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values
        .filter(|value| value.is_finite())
        .map(|value| value + 0.0)
        .collect();
    values.sort_unstable_by(f64::total_cmp);
    values.dedup_by_key(|value| value.to_bits());
    values
}
