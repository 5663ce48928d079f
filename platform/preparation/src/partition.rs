//! Which terms tell rows apart in few ways, and in which.

use std::collections::{BTreeMap, BTreeSet};

use consilium_schema::{Bounds, Column, Kind, Level, Schema};

use crate::{Bound, Cells, Feature, Operation, Preparation, Term};

/// Terms that are made of one column, or products of those of two, and all that rows can have in them
/// together.
///
/// Whoever learns how terms of one column go with a label learns it of any cell that their values cut the
/// rows into, whatever the values are: a cell of few rows is as much as a rare level.
#[derive(Debug, Clone, PartialEq)]
pub struct Partition {
    /// The column's name, or a product's.
    pub name: String,
    /// Places of terms, each with the values, rising, that tell rows apart; between two of them it takes
    /// any.
    pub splits: Vec<(usize, Vec<f64>)>,
    /// Places of the terms that tell of the cells.
    pub told_by: Vec<usize>,
    /// Of each cell what rows have in the splits' terms, NaN where missing: of any that lie between two
    /// values, examples.
    pub cells: Vec<Vec<Vec<f64>>>,
}

impl Preparation {
    /// The most whole numbers that count as categories, each for itself; of five and more, a slope over
    /// them is much what one over a measure is.
    ///
    /// Rhemtulla, Brosseau-Liard and Savalei, Psychological Methods 17 (2012).
    pub const MOST_WHOLE: usize = 4;

    /// Gives the cells into which the terms of these features cut the rows; none if there are too many
    /// to be gone through.
    ///
    /// Terms of weights, levels and booleans, of no more than [`MOST_WHOLE`](Self::MOST_WHOLE) whole
    /// numbers and marks of missing values: by each combination of values. Of other numbers: by the
    /// ends that clipped values are at, and what lies between; of products with such a number by whether they are 0.
    pub fn partitions(&self, features: &[String], schema: &Schema) -> Option<Vec<Partition>> {
        let is_asked = |term: &Term| {
            features
                .iter()
                .any(|it| it == self.features[term.feature].name())
        };
        let terms = self.terms.iter().enumerate();
        let asked: Vec<usize> = terms
            .filter(|(_, term)| is_asked(term))
            .map(|(at, _)| at)
            .collect();
        let sources = Sources::of(self, schema)?;
        let mut partitions = Vec::new();
        for source in &sources.all {
            let own = |place: &&usize| self.sources_of(**place) == [source.name, source.name];
            let (few, many): (Vec<usize>, Vec<usize>) = asked
                .iter()
                .filter(own)
                .partition(|place| sources.is_few(self, **place));
            let many: Vec<usize> = many
                .into_iter()
                .filter(|place| self.factors(*place).is_none())
                .collect();
            let whole = few
                .iter()
                .map(|place| (*place, distinct(&source.values(&[*place]))));
            let whole = Partition::of(
                source.name,
                whole.collect(),
                few.clone(),
                source.values(&few),
            );
            // Terms of two values are counted as levels anyway.
            let is_level = |place: &usize| self.terms[*place].values.both().is_some();
            if !(few.len() == 1 && few.iter().all(is_level) && whole.cells.len() <= 2) {
                partitions.push(whole);
            }
            let ends = many.iter().map(|place| (*place, self.ends(*place)));
            partitions.push(Partition::of(
                source.name,
                ends.collect(),
                many.clone(),
                source.values(&many),
            ));
        }
        let mut pairs: BTreeMap<[&str; 2], Vec<usize>> = BTreeMap::new();
        for place in &asked {
            let mut pair = self.sources_of(*place);
            pair.sort_unstable();
            match sources.is_few(self, *place) {
                true if pair[0] != pair[1] => pairs.entry(pair).or_default().push(*place),
                false if self.factors(*place).is_some() => partitions.push(self.of_number(*place)),
                _ => {}
            }
        }
        for (pair, products) in pairs {
            partitions.push(self.of_pair((&sources, pair), &products, &asked)?);
        }
        partitions.retain(|partition| !partition.splits.is_empty());
        Some(partitions)
    }

    /// The columns that a term is made of; twice the same unless it is a product of two columns.
    fn sources_of(&self, place: usize) -> [&str; 2] {
        let source = |place: usize| {
            let feature = &self.features[self.terms[place].feature];
            feature.column().unwrap_or_default()
        };
        self.factors(place).unwrap_or([place; 2]).map(source)
    }

    fn factors(&self, place: usize) -> Option<[usize; 2]> {
        match self.features[self.terms[place].feature].operation() {
            Operation::Product(product) => Some(product.places),
            _ => None,
        }
    }

    fn ends(&self, place: usize) -> Vec<f64> {
        let (low, high) = self.terms[place].values.range();
        vec![low, high]
    }

    /// A product with a number of many values: 0 where the other factor is, or at its ends.
    fn of_number(&self, place: usize) -> Partition {
        let (low, high) = self.terms[place].values.range();
        let (points, mut cells) = if (low..=high).contains(&0.0) {
            let other = [low, high].into_iter().filter(|end| end.abs() > 0.0);
            let other = other.map(|end| vec![end]).collect();
            (vec![0.0], vec![vec![vec![0.0]], other])
        } else {
            let all = [low, f64::midpoint(low, high), high];
            (vec![low, high], all.map(|value| vec![vec![value]]).to_vec())
        };
        cells.push(vec![vec![f64::NAN]]);
        Partition {
            name: self.terms[place].name.clone(),
            splits: vec![(place, points)],
            told_by: vec![place],
            cells,
        }
    }

    /// Products of terms of two columns: the table of all their factors.
    fn of_pair(
        &self,
        (sources, pair): (&Sources<'_>, [&str; 2]),
        products: &[usize],
        asked: &[usize],
    ) -> Option<Partition> {
        let factors: BTreeSet<usize> = products
            .iter()
            .filter_map(|it| self.factors(*it))
            .flatten()
            .collect();
        let of_source = |name: &str| {
            let own = factors
                .iter()
                .copied()
                .filter(|place| self.sources_of(*place)[0] == name);
            let own: Vec<usize> = own.collect();
            let source = sources.all.iter().find(|source| source.name == name)?;
            Some((source.values(&own), own))
        };
        let ((ones, of_one), (others, of_other)) = (of_source(pair[0])?, of_source(pair[1])?);
        let shown = factors
            .iter()
            .filter(|place| asked.contains(place))
            .chain(products);
        let shown: Vec<usize> = shown.copied().collect();
        if ones.len() * others.len() * shown.len() > MOST_VALUES {
            return None;
        }
        let value = |place: usize, one: &[f64], other: &[f64]| {
            let found = |own: &[usize], row: &[f64]| {
                own.iter().position(|it| *it == place).map(|at| row[at])
            };
            found(&of_one, one)
                .or_else(|| found(&of_other, other))
                .unwrap_or(f64::NAN)
        };
        let mut rows = Vec::new();
        for one in &ones {
            for other in &others {
                let cell = shown.iter().map(|place| match self.factors(*place) {
                    // As rows are made.
                    Some([a, b]) => value(a, one, other) * value(b, one, other) + 0.0,
                    None => value(*place, one, other),
                });
                rows.push(cell.collect::<Vec<f64>>());
            }
        }
        let points =
            |at: usize| distinct(&rows.iter().map(|row| vec![row[at]]).collect::<Vec<_>>());
        let splits = shown
            .iter()
            .enumerate()
            .map(|(at, place)| (*place, points(at)))
            .collect();
        let name = products
            .first()
            .map_or("", |place| &self.terms[*place].name);
        Some(Partition::of(name, splits, products.to_vec(), rows))
    }
}

impl Partition {
    fn of(
        name: &str,
        splits: Vec<(usize, Vec<f64>)>,
        told_by: Vec<usize>,
        rows: Vec<Vec<f64>>,
    ) -> Self {
        Self {
            name: name.to_owned(),
            splits,
            told_by,
            cells: rows.into_iter().map(|row| vec![row]).collect(),
        }
    }
}

/// The most values of terms that are gone through for one column, or for the products of two.
const MOST_VALUES: usize = 10_000_000;

/// All columns, each with examples of all that its terms tell apart.
struct Sources<'a> {
    all: Vec<Source<'a>>,
}

struct Source<'a> {
    name: &'a str,
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
    fn of(preparation: &'a Preparation, schema: &'a Schema) -> Option<Self> {
        let mut all = Vec::new();
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
            if source.examples.count() * source.terms.len() > MOST_VALUES {
                return None;
            }
            all.push(source);
        }
        let rows = rows(preparation, &all)?;
        for (source, rows) in all.iter_mut().zip(rows) {
            source.rows = rows;
        }
        Some(Self { all })
    }

    /// Says whether a term has few values.
    fn is_few(&self, preparation: &Preparation, place: usize) -> bool {
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
    fn values(&self, terms: &[usize]) -> Vec<Vec<f64>> {
        let places = terms
            .iter()
            .filter_map(|term| self.terms.iter().position(|own| own == term));
        let places: Vec<usize> = places.collect();
        let mut seen = BTreeSet::new();
        let rows = self
            .rows
            .iter()
            .map(|row| places.iter().map(|at| row[*at]).collect::<Vec<f64>>());
        rows.filter(|row| seen.insert(row.iter().map(|value| value.to_bits()).collect::<Vec<_>>()))
            .collect()
    }
}

/// Gives the numbers that stand first in rows, rising, each once; no NaN.
fn distinct(rows: &[Vec<f64>]) -> Vec<f64> {
    let mut values: Vec<f64> = rows.iter().filter_map(|row| row.first().copied()).collect();
    values.retain(|value| !value.is_nan());
    values.sort_unstable_by(f64::total_cmp);
    values.dedup_by_key(|value| value.to_bits());
    values
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

/// Gives where terms change how they go with the column: its own ends, cuts, ends of clips; rising.
fn borders<'a>(column: &Column, operations: impl Iterator<Item = &'a Operation>) -> Vec<f64> {
    let bounds = column.bounds().unwrap_or_default();
    let mut all: Vec<f64> = bounds.min.into_iter().chain(bounds.max).collect();
    for operation in operations {
        match operation {
            Operation::CutWeights(cuts) => all.extend(&cuts.cuts),
            Operation::Scale(scale) => all.extend(scale.clip.into_iter().flatten()),
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
