//! How much own rows surprise whoever knows the others'.

use consilium_base::{Generator, Seed};
use rand_core::Rng as _;
use serde::Serialize;

use crate::{
    Agreement, Interval, Rows, Step,
    interval::WIDE,
    layout::Layout,
    rows::GROUPS,
    tree::{Smoothing, Tree},
};

/// Draws from which an interval is made.
const DRAWS: usize = 100;
/// The most rows that are named.
const MOST_NAMED: usize = 20;
/// Of fewer rows than so many standard deviations of their noise, nothing is said.
const FEWEST_DEVIATIONS: f64 = 10.0;

/// How much own rows surprise by the model of the others'; all of it stays at home but for the step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Surprisal {
    /// Own rows.
    pub rows: usize,
    /// The others' rows, by their noisy count.
    pub others: f64,
    /// The mean surprisal of own rows, in bits.
    pub bits: f64,
    /// The mean surprisal of the others' rows, in bits, as the excess has it.
    pub entropy: f64,
    /// By how much own rows surprise more, in bits; below 0 if they surprise less. What noise adds in the mean is off.
    pub excess: f64,
    /// The 95 % interval of the excess, by own rows drawn again and noise drawn again. As what noise adds is known by an
    /// estimate alone, the sizes of all columns' parts of it are added at the upper end.
    pub interval: Interval,
    /// The step that the excess lies in.
    pub step: Step,
    /// Parts of it by column, in the plan's order.
    pub columns: Vec<ColumnSurprisal>,
    /// The rows that surprise most, the first of them most.
    pub rarest: Vec<RareRow>,
}

/// A column's part of the surprisal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ColumnSurprisal {
    /// Its name.
    pub name: String,
    /// The column by whose value it is expected, if there is one.
    pub given: Option<String>,
    /// The mean surprisal of own values, in bits.
    pub bits: f64,
    /// By how much that is more than the model's own, in bits.
    pub excess: f64,
}

/// A row that surprises.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RareRow {
    /// Its place in the table, from 0.
    pub row: usize,
    /// Its surprisal in bits.
    pub bits: f64,
}

impl Surprisal {
    /// Gives the score: 100·(1 − 2^−excess), 0 where own rows surprise no more than the others'. It is ours:
    /// at one bit of excess, half of what the score can be.
    pub fn score(&self) -> f64 {
        score(self.excess)
    }

    /// Gives the scores at both ends of the interval.
    pub fn score_interval(&self) -> Interval {
        Interval {
            low: score(self.interval.low),
            high: score(self.interval.high),
        }
    }
}

fn score(excess: f64) -> f64 {
    100.0 * (1.0 - (-excess.max(0.0)).exp2())
}

/// The others' tables as one contributor knows them.
pub(crate) struct Others<'a> {
    pub(crate) agreement: &'a Agreement,
    /// Noisy, in the order of the layout.
    pub(crate) tables: Vec<f64>,
    /// How many they are.
    pub(crate) contributors: usize,
}

impl Others<'_> {
    /// Measures own rows; nothing if the others' are too few to tell them from noise.
    ///
    /// `groups` are own tables by group, `seed` is this party's own for what is drawn.
    pub(crate) fn measure(
        &self,
        rows: &Rows,
        groups: &[Vec<u32>],
        seed: &Seed,
    ) -> Option<Surprisal> {
        let deviation = self.agreement.deviation(self.contributors);
        let others = self.tables[0];
        if others < FEWEST_DEVIATIONS * deviation {
            return None;
        }
        let layout = self.agreement.layout();
        let tree = Tree::new(layout, &self.tables, self.smoothing());
        let own = total(layout, groups.iter());
        let mut columns: Vec<_> = (0..layout.columns())
            .map(|column| self.column(&tree, &own, column))
            .collect();
        let (shifts, spread) = self.shifts_and_spread((&tree, &own), groups, seed);
        for (column, shift) in columns.iter_mut().zip(&shifts) {
            column.excess -= shift;
        }
        let bits: f64 = columns.iter().map(|column| column.bits).sum();
        let excess: f64 = columns.iter().map(|column| column.excess).sum();
        let moved: f64 = shifts.iter().map(|shift| shift.abs()).sum();
        Some(Surprisal {
            rows: rows.rows(),
            others,
            bits,
            entropy: bits - excess,
            excess,
            interval: Interval {
                low: excess - WIDE * spread,
                high: excess + moved + WIDE * spread,
            },
            step: Step::of(excess),
            columns,
            rarest: rarest(layout, &tree, rows),
        })
    }

    fn smoothing(&self) -> Smoothing {
        Smoothing {
            pseudo: self.agreement.specification().pseudo,
            noise: self.agreement.deviation(self.contributors).powi(2),
        }
    }

    fn column(&self, tree: &Tree, own: &[f64], column: usize) -> ColumnSurprisal {
        let columns = &self.agreement.specification().columns;
        let bits = tree.cross(self.agreement.layout(), own, column);
        ColumnSurprisal {
            name: columns[column].name.clone(),
            given: tree
                .parent(column)
                .map(|parent| columns[parent].name.clone()),
            bits,
            excess: bits - tree.entropy(column),
        }
    }

    /// Gives of each column by how much noise once more on the others' tables moves its excess in the mean, where edges
    /// stay; and the standard deviation of the whole excess, over draws of that noise and of groups of own rows.
    fn shifts_and_spread(
        &self,
        (found, all): (&Tree, &[f64]),
        groups: &[Vec<u32>],
        seed: &Seed,
    ) -> (Vec<f64>, f64) {
        let layout = self.agreement.layout();
        let deviation = self.agreement.deviation(self.contributors);
        let mut generator = seed.generator();
        let excess = |tree: &Tree, own: &[f64], column: usize| {
            tree.cross(layout, own, column) - tree.entropy(column)
        };
        let mut shifts = vec![0.0; layout.columns()];
        let mut draws = Vec::with_capacity(DRAWS);
        for _ in 0..DRAWS {
            let drawn = (0..GROUPS).map(|_| &groups[generator.next_u32() as usize % GROUPS]);
            let own = total(layout, drawn.collect::<Vec<_>>().into_iter());
            if own[0] < 1.0 {
                continue;
            }
            let tables: Vec<f64> = self
                .tables
                .iter()
                .map(|count| count + deviation * gaussian(&mut generator))
                .collect();
            let again = found.again(layout, &tables, self.smoothing());
            for (column, shift) in shifts.iter_mut().enumerate() {
                *shift += excess(&again, all, column) - excess(found, all, column);
            }
            let tree = Tree::new(layout, &tables, self.smoothing());
            let columns = 0..layout.columns();
            draws.push(
                columns
                    .map(|column| excess(&tree, &own, column))
                    .sum::<f64>(),
            );
        }
        let number = draws.len() as f64;
        let mean = draws.iter().sum::<f64>() / number;
        let squares: f64 = draws.iter().map(|draw| (draw - mean).powi(2)).sum();
        for shift in &mut shifts {
            *shift /= number.max(1.0);
        }
        (shifts, (squares / (number - 1.0).max(1.0)).sqrt())
    }
}

fn total<'a>(layout: &Layout, groups: impl Iterator<Item = &'a Vec<u32>>) -> Vec<f64> {
    let mut total = vec![0.0; layout.len()];
    for group in groups {
        for (total, count) in total.iter_mut().zip(group) {
            *total += f64::from(*count);
        }
    }
    total
}

/// Finds the rows that surprise most; of equal ones the first.
fn rarest(layout: &Layout, tree: &Tree, rows: &Rows) -> Vec<RareRow> {
    let surprisal = |row: usize| {
        let of = |column: usize| {
            let above = tree
                .parent(column)
                .map_or(0, |parent| rows.bin(row, parent));
            tree.surprisal(layout, column, (above, rows.bin(row, column)))
        };
        (0..layout.columns()).map(of).sum::<f64>()
    };
    let mut all: Vec<RareRow> = (0..rows.rows())
        .map(|row| RareRow {
            row,
            bits: surprisal(row),
        })
        .collect();
    let by_bits =
        |one: &RareRow, next: &RareRow| next.bits.total_cmp(&one.bits).then(one.row.cmp(&next.row));
    if all.len() > MOST_NAMED {
        all.select_nth_unstable_by(MOST_NAMED, by_bits);
        all.truncate(MOST_NAMED);
    }
    all.sort_by(by_bits);
    all
}

/// Draws from the standard normal distribution (Box and Muller 1958): for intervals, never to hide anything.
fn gaussian(generator: &mut Generator) -> f64 {
    let mut uniform = || ((generator.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
    let (radius, angle) = (uniform(), uniform());
    (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}
