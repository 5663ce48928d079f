//! Which terms tell rows apart in few ways, and in which.

mod examples;

use std::collections::{BTreeMap, BTreeSet};

use consilium_schema::Schema;

use self::examples::{Source, Sources};
use crate::{Operation, Preparation, Term};

/// Terms that are made of one column, or products of those of two, and all that rows can have in them
/// together.
///
/// Whoever learns how terms of one column go with a label learns it of any cell that their values cut the
/// rows into, whatever the values are: a cell of few rows is as much as a rare level.
#[derive(Debug, Clone, PartialEq)]
pub struct Partition {
    /// The column's name, those of the two that products are made of, or a product's with a number.
    pub name: String,
    /// Places of terms, each with the values, rising, that tell rows apart; between two of them it takes
    /// any.
    pub splits: Vec<(usize, Vec<f64>)>,
    /// Places of the terms that tell of the cells.
    pub told_by: Vec<usize>,
    /// Of each cell what rows have in the splits' terms, NaN where missing: of any that lie between two
    /// values, examples.
    pub cells: Vec<Vec<Vec<f64>>>,
    /// Whether it is of the ends of one number: few rows at these are as the largest values of any number
    /// are, where enough lie between.
    pub is_of_ends: bool,
}

/// Why the cells can't be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uncounted {
    /// There are more than may be counted, or than can be gone through.
    TooMany,
    /// What a product with a number tells is counted by both of its factors.
    FactorMissing {
        /// The product.
        product: String,
        /// The feature that has to stand beside it.
        factor: String,
    },
}

impl Preparation {
    /// The most whole numbers that count as categories, each for itself; of five and more, a slope over
    /// them is much what one over a measure is.
    ///
    /// Rhemtulla, Brosseau-Liard and Savalei, Psychological Methods 17 (2012).
    pub const MOST_WHOLE: usize = 4;

    /// Gives the cells into which the terms of these features cut the rows, those of no cell counted as one
    /// of each partition.
    ///
    /// Terms of weights, levels and booleans, of no more than [`MOST_WHOLE`](Self::MOST_WHOLE) whole
    /// numbers and marks of missing values: by each combination of values. Of each other number: by its ends and what
    /// lies between; beside another number or weights of the same column also by all ends of clips, by cuts and by
    /// what is missing. Products of two columns: by the table of their factors; with such a number by whether they are 0.
    ///
    /// # Errors
    ///
    /// [`Uncounted`]: more than `most_cells`, or a product with a number whose factors are no features.
    pub fn partitions(
        &self,
        features: &[String],
        schema: &Schema,
        most_cells: usize,
    ) -> Result<Vec<Partition>, Uncounted> {
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
        let sources = Sources::of(self, schema).ok_or(Uncounted::TooMany)?;
        let mut counted = Counted {
            partitions: Vec::new(),
            cells: most_cells,
            values: MOST_VALUES,
        };
        for source in &sources.all {
            let own = |place: &&usize| self.sources_of(**place) == [source.name; 2];
            let own: Vec<usize> = asked.iter().filter(own).copied().collect();
            let (few, many): (Vec<usize>, Vec<usize>) =
                own.iter().partition(|place| sources.is_few(self, **place));
            let points = |place: &usize| (*place, distinct(&source.values(&[*place]), 0));
            let whole = Partition::of(
                source.name.to_owned(),
                (few.iter().map(points).collect(), few.clone()),
                source.values(&few),
            );
            // Terms of two values are counted as levels anyway.
            let is_level = |place: &usize| self.terms[*place].values.both().is_some();
            if !(few.len() == 1 && few.iter().all(is_level) && whole.cells.len() <= 2) {
                counted.push(whole)?;
            }
            let numbers: Vec<usize> = many
                .into_iter()
                .filter(|place| self.factors(*place).is_none())
                .collect();
            for place in &numbers {
                counted.push(self.of_ends(source, *place))?;
            }
            if !numbers.is_empty() {
                for partition in self.of_parts(source, &own) {
                    counted.push(partition)?;
                }
            }
        }
        let mut pairs: BTreeMap<[&str; 2], Vec<usize>> = BTreeMap::new();
        for place in &asked {
            let Some(factors) = self.factors(*place) else {
                continue;
            };
            let mut pair = self.sources_of(*place);
            pair.sort_unstable();
            if !sources.is_few(self, *place) {
                if let Some(factor) = factors.into_iter().find(|factor| !asked.contains(factor)) {
                    let factor = self.features[self.terms[factor].feature].name();
                    return Err(Uncounted::FactorMissing {
                        product: self.terms[*place].name.clone(),
                        factor: factor.to_owned(),
                    });
                }
                counted.push(self.of_number(*place))?;
            } else if pair[0] != pair[1] {
                pairs.entry(pair).or_default().push(*place);
            }
        }
        for (pair, products) in pairs {
            let partition = self.of_pair((&sources, pair), (&products, &asked), &counted);
            counted.push(partition.ok_or(Uncounted::TooMany)?)?;
        }
        Ok(counted.partitions)
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

    /// A number by its ends, what lies between and what is missing.
    fn of_ends(&self, source: &Source<'_>, place: usize) -> Partition {
        let (low, high) = self.terms[place].values.range();
        let partition = Partition::of(
            source.name.to_owned(),
            (vec![(place, vec![low, high])], vec![place]),
            source.values(&[place]),
        );
        Partition {
            is_of_ends: true,
            ..partition
        }
    }

    /// Numbers and weights of one column together: by the ends of all clips, once as what lies within, once
    /// as what lies beyond, by all cuts and by what is missing.
    ///
    /// The difference of two numbers is 0 but beyond an end of one of them, or where both fill differently.
    fn of_parts(&self, source: &Source<'_>, own: &[usize]) -> Vec<Partition> {
        let operation = |place: &usize| self.features[self.terms[*place].feature].operation();
        // Marks of what is missing stand last of their feature's terms.
        let is_value = |place: &usize| {
            let before = place
                .checked_sub(1)
                .map(|before| self.terms[before].feature);
            before != Some(self.terms[*place].feature)
        };
        let of_values = own.iter().copied().filter(is_value);
        let terms: Vec<usize> = of_values
            .filter(|place| self.factors(*place).is_none())
            .collect();
        if terms.len() < 2 {
            return Vec::new();
        }
        let (mut lows, mut highs, mut cuts, mut fills) = (vec![], vec![], vec![], vec![]);
        for operation in terms.iter().map(operation) {
            match operation {
                Operation::Scale(scale) => {
                    let [low, high] = scale
                        .clip
                        .map_or([None; 2], |clip| source.within(clip).map(Some));
                    lows.extend(low);
                    highs.extend(high);
                    fills.extend(scale.missing);
                }
                Operation::CutWeights(weights) => cuts.extend(&weights.cuts),
                _ => {}
            }
        }
        let all = lows.iter().chain(&highs).chain(&fills);
        let all: Vec<f64> = all.copied().collect();
        let points = |place: &usize| {
            let values = match operation(place) {
                Operation::Scale(scale) => {
                    let (low, high) = self.terms[*place].values.range();
                    let values = all.iter().map(|value| scale.of(Some(*value)));
                    values.chain([low, high]).map(|value| vec![value]).collect()
                }
                _ => source.values(&[*place]),
            };
            (*place, distinct(&values, 0))
        };
        let splits: Vec<(usize, Vec<f64>)> = terms.iter().map(points).collect();
        let partition = |is_beyond: bool| {
            let ends = lows.iter().map(|low| (*low, !is_beyond));
            let ends = ends.chain(highs.iter().map(|high| (*high, is_beyond)));
            let ends: Vec<(f64, bool)> = ends.chain(cuts.iter().map(|cut| (*cut, true))).collect();
            Partition {
                name: source.name.to_owned(),
                splits: splits.clone(),
                told_by: terms.clone(),
                cells: source.parts(&terms, &ends),
                is_of_ends: false,
            }
        };
        [false, true].map(partition).into()
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
            is_of_ends: true,
        }
    }

    /// Products of terms of two columns: the table of all their factors; none if it is too large for what is
    /// left.
    fn of_pair(
        &self,
        (sources, pair): (&Sources<'_>, [&str; 2]),
        (products, asked): (&[usize], &[usize]),
        counted: &Counted,
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
        let cells = ones.len() * others.len();
        if cells > counted.cells || cells * shown.len() > counted.values {
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
        let splits = shown.iter().enumerate();
        let splits = splits.map(|(at, place)| (*place, distinct(&rows, at)));
        Some(Partition::of(
            pair.join(" × "),
            (splits.collect(), products.to_vec()),
            once(rows.into_iter()),
        ))
    }
}

impl Partition {
    fn of(
        name: String,
        (splits, told_by): (Vec<(usize, Vec<f64>)>, Vec<usize>),
        rows: Vec<Vec<f64>>,
    ) -> Self {
        Self {
            name,
            splits,
            told_by,
            cells: rows.into_iter().map(|row| vec![row]).collect(),
            is_of_ends: false,
        }
    }
}

/// The partitions so far, and how many cells and values there is room for.
struct Counted {
    partitions: Vec<Partition>,
    cells: usize,
    values: usize,
}

impl Counted {
    /// Adds one that has terms, if there is room.
    fn push(&mut self, partition: Partition) -> Result<(), Uncounted> {
        if partition.splits.is_empty() {
            return Ok(());
        }
        let rows: usize = partition.cells.iter().map(Vec::len).sum();
        let values = rows * partition.splits.len();
        // What no cell was foreseen for is one.
        let left = self.cells.checked_sub(partition.cells.len() + 1);
        self.cells = left.ok_or(Uncounted::TooMany)?;
        self.values = self.values.checked_sub(values).ok_or(Uncounted::TooMany)?;
        self.partitions.push(partition);
        Ok(())
    }
}

/// The most values of terms that are gone through, and that all partitions hold.
const MOST_VALUES: usize = 10_000_000;

/// Gives the numbers that stand in a place of rows, rising, each once; no NaN.
fn distinct(rows: &[Vec<f64>], at: usize) -> Vec<f64> {
    let mut values: Vec<f64> = rows.iter().filter_map(|row| row.get(at).copied()).collect();
    values.retain(|value| !value.is_nan());
    values.sort_unstable_by(f64::total_cmp);
    values.dedup_by_key(|value| value.to_bits());
    values
}

/// Gives each row once.
fn once(rows: impl Iterator<Item = Vec<f64>>) -> Vec<Vec<f64>> {
    let mut seen = BTreeSet::new();
    rows.filter(|row| seen.insert(row.iter().map(|value| value.to_bits()).collect::<Vec<_>>()))
        .collect()
}
