//! What is told of all that is known.

use std::{collections::BTreeMap, ops::Range};

use consilium_mailbox::PartyId;

use crate::{
    Agreement, Cell, ColumnFindings, Evidence, Findings, Period, Place, Stability,
    known::{Known, Known1},
    specification::{Kind, Mode},
    suppress::{Bin, bin, hold_back, merge},
};

mod correlations;
mod measures;

use measures::{Values, measures};

/// A column's rows by what may be told of them.
pub(crate) struct Partition {
    /// Of each cell, the units that it is made of.
    pub(crate) units: Vec<Range<usize>>,
    /// Names of cells.
    places: Vec<Place>,
    /// Rows by cell, then others, outside and missing; nothing where held back.
    pub(crate) told: Vec<Option<u64>>,
    /// Whether exact counts are held back: noisy ones betray nothing.
    betrays: bool,
    /// What measures of numbers may betray.
    values: Values,
}

impl Partition {
    pub(crate) fn of(agreement: &Agreement, known: &Known, place: usize) -> Partition {
        let minimum = agreement.specification().minimum_cell;
        let column = &known.columns[place];
        let mut others = 0;
        let values = Values::of(agreement, column, place);
        let (units, places, mut rows): (Vec<_>, Vec<_>, Vec<u64>) =
            match &agreement.specification().columns[place].kind {
                Kind::Number { .. } | Kind::Integer { .. } => numbers(agreement, column, place),
                Kind::Boolean => {
                    let places = [false, true].map(Place::Boolean);
                    (vec![0..1, 1..2], places.into(), column.levels.clone())
                }
                Kind::Category { levels } => {
                    let units = (0..levels.len()).map(|level| level..level + 1);
                    let places = levels.iter().cloned().map(Place::Level);
                    (units.collect(), places.collect(), column.levels.clone())
                }
                Kind::Code { .. } => {
                    let names = || column.names.iter().filter(|(_, rows)| **rows >= minimum);
                    let rows: Vec<u64> = names().map(|(_, rows)| *rows).collect();
                    others = column.inside.saturating_sub(rows.iter().sum());
                    let places = names().map(|(name, _)| Place::Level(name.clone()));
                    (vec![0..0; rows.len()], places.collect(), rows)
                }
            };
        rows.extend([others, column.outside, column.missing]);
        Partition {
            units,
            places,
            betrays: is_exact(agreement)
                && (values.has_small || rows.iter().any(|rows| (1..minimum).contains(rows))),
            told: tell(agreement, &rows),
            values,
        }
    }

    /// Says whether a count is held back that other findings might betray.
    pub(crate) fn has_held_back(&self) -> bool {
        self.betrays
    }

    /// Says whether a column of numbers takes few values, so that products of it are counts.
    fn has_few_values(&self) -> bool {
        self.values.is_few
    }

    /// Says whether one of few values has a small count, though none may be left after merging.
    fn has_small_value(&self) -> bool {
        self.values.has_small
    }

    fn told_of(&self, behind: usize) -> Option<u64> {
        self.told[self.units.len() + behind]
    }

    /// Adds up units of several classes: one entry for each cell that is told, with its place, and one
    /// for those held back.
    pub(crate) fn add_up<const CLASSES: usize>(
        &self,
        classes: [&[u64]; CLASSES],
    ) -> (Vec<(usize, [u64; CLASSES])>, [u64; CLASSES]) {
        let of =
            |units: &Range<usize>| classes.map(|class| class[units.clone()].iter().sum::<u64>());
        let mut told = Vec::new();
        let mut held = [0; CLASSES];
        for (cell, units) in self.units.iter().enumerate() {
            let rows = of(units);
            if self.told[cell].is_some() {
                told.push((cell, rows));
            } else {
                for (held, rows) in held.iter_mut().zip(rows) {
                    *held += rows;
                }
            }
        }
        (told, held)
    }
}

fn is_exact(agreement: &Agreement) -> bool {
    agreement.specification().mode == Mode::Exact
}

/// Holds small counts of a partition back; exact ones with others from which they follow.
fn tell(agreement: &Agreement, rows: &[u64]) -> Vec<Option<u64>> {
    let minimum = agreement.specification().minimum_cell;
    if is_exact(agreement) {
        return hold_back(rows, minimum);
    }
    let is_enough = |rows: &u64| *rows >= minimum;
    rows.iter()
        .map(|rows| Some(*rows).filter(is_enough))
        .collect()
}

/// Merges cells of numbers until each has the minimum of rows.
fn numbers(
    agreement: &Agreement,
    column: &Known1,
    place: usize,
) -> (Vec<Range<usize>>, Vec<Place>, Vec<u64>) {
    let Some((grid, totals)) = agreement.grids()[place].as_ref().zip(column.units.first()) else {
        return (Vec::new(), Vec::new(), Vec::new());
    };
    let edges = column.edges(agreement, grid);
    let totals = &totals[..=edges.len()];
    let mut ends = merge(totals, agreement.specification().minimum_cell);
    if ends.is_empty() {
        ends.push(totals.len());
    }
    let edge = |end: usize| edges.get(end).copied().unwrap_or(grid.used());
    let mut from = 0;
    let (mut units, mut places, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    for end in ends {
        let low = if from == 0 { 0 } else { edge(from - 1) };
        places.push(Place::Interval(grid.interval(low, edge(end - 1))));
        rows.push(totals[from..end].iter().sum());
        units.push(from..end);
        from = end;
    }
    (units, places, rows)
}

/// Draws up what is told.
pub(crate) fn findings(
    agreement: &Agreement,
    known: &Known,
    contributors: Vec<PartyId>,
) -> Findings {
    let spec = agreement.specification();
    let minimum = spec.minimum_cell;
    let named = |rows: Vec<Option<u64>>| {
        let named = spec.periods.iter().cloned().zip(rows);
        named.map(|(name, rows)| Period { name, rows }).collect()
    };
    let mut findings = Findings {
        contributors,
        minimum_cell: minimum,
        rows: None,
        columns: Vec::new(),
        periods: named(vec![None; spec.periods.len()]),
        correlations: Vec::new(),
        vif: BTreeMap::new(),
    };
    if known.rows < minimum {
        let columns = spec.columns.iter();
        findings.columns = columns.map(|column| nothing(&column.name)).collect();
        return findings;
    }
    findings.rows = Some(known.rows);
    let without = known.rows.saturating_sub(known.periods.iter().sum());
    let mut periods = known.periods.clone();
    periods.push(without);
    findings.periods = named(tell(agreement, &periods));
    let partitions: Vec<Partition> = (0..spec.columns.len())
        .map(|place| Partition::of(agreement, known, place))
        .collect();
    findings.columns = (0..spec.columns.len())
        .map(|place| column(agreement, known, &partitions, place))
        .collect();
    correlations::tell(agreement, known, &partitions, &mut findings);
    findings
}

fn nothing(name: &str) -> ColumnFindings {
    ColumnFindings {
        name: name.to_owned(),
        missing: None,
        outside: None,
        cells: Vec::new(),
        others: None,
        incomplete: false,
        numbers: None,
        evidence: None,
        stability: Vec::new(),
    }
}

fn column(
    agreement: &Agreement,
    known: &Known,
    partitions: &[Partition],
    place: usize,
) -> ColumnFindings {
    let spec = agreement.specification();
    let (partition, column) = (&partitions[place], &known.columns[place]);
    let cells = partition.places.iter().zip(&partition.told);
    let has_label = spec
        .label
        .is_some_and(|label| label != place && !partitions[label].has_held_back());
    ColumnFindings {
        missing: partition.told_of(2),
        outside: partition.told_of(1),
        others: partition.told_of(0),
        cells: cells
            .map(|(of, rows)| Cell {
                of: of.clone(),
                rows: *rows,
            })
            .collect(),
        incomplete: column.is_incomplete,
        numbers: measures(agreement, (known.rows, column), partition, place),
        evidence: has_label
            .then(|| evidence(agreement, column, partition, place))
            .flatten(),
        stability: stability(agreement, column, partition, place),
        ..nothing(&spec.columns[place].name)
    }
}

/// Weighs cells by the label: rows that are outside, missing or whose counts are held back are one unit
/// more.
fn evidence(
    agreement: &Agreement,
    column: &Known1,
    partition: &Partition,
    place: usize,
) -> Option<Evidence> {
    let minimum = agreement.specification().minimum_cell;
    let first = usize::from(agreement.grids()[place].is_some());
    let [yes, no, none] = column.units.get(first..first + 3)?.as_array()?;
    let classes = [&yes[..], &no[..], &none[..]];
    let (told, mut rest) = partition.add_up(classes);
    for (rest, class) in rest.iter_mut().zip(classes) {
        *rest += class[class.len() - 2..].iter().sum::<u64>();
    }
    let ordered = if first == 1 { told.len() } else { 0 };
    let mut units: Vec<[u64; 3]> = told.iter().map(|(_, rows)| *rows).collect();
    units.push(rest);
    let unlabelled: u64 = units.iter().map(|rows| rows[2]).sum();
    let bins = bin(&units, ordered, |[yes, no, none]| {
        let is_none_betrayed = unlabelled == 0 || *none >= minimum || !is_exact(agreement);
        *yes >= minimum && *no >= minimum && is_none_betrayed
    })?;
    let bins = bins.into_iter().map(|Bin { units, rows }| {
        let cells = units.iter().filter_map(|unit| told.get(*unit));
        let cells = cells.map(|(cell, _)| *cell).collect();
        (cells, units.contains(&told.len()), [rows[0], rows[1]])
    });
    Some(Evidence::of(bins.collect()))
}

fn stability(
    agreement: &Agreement,
    column: &Known1,
    partition: &Partition,
    place: usize,
) -> Vec<Stability> {
    let spec = agreement.specification();
    let minimum = spec.minimum_cell;
    let first = agreement.classes(place) - spec.periods.len();
    let Some(periods) = column.units.get(first..) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut before: Option<usize> = None;
    for (to, later) in periods.iter().enumerate() {
        let inside = &later[..later.len().saturating_sub(2)];
        if inside.iter().sum::<u64>() < minimum {
            continue;
        }
        if let Some(from) = before.replace(to) {
            let index = index_of(partition, [&periods[from], later], minimum);
            found.extend(index.map(|index| Stability { from, to, index }));
        }
    }
    found
}

/// Gives the stability index between two classes of rows, over the cells of a column.
pub(crate) fn index_of(partition: &Partition, classes: [&[u64]; 2], minimum: u64) -> Option<f64> {
    let (told, held) = partition.add_up(classes);
    let mut units: Vec<[u64; 2]> = told.iter().map(|(_, rows)| *rows).collect();
    units.push(held);
    index(&units, told.len(), minimum)
}

/// Of a stability index so many steps are told: people hold it against 0.1 and 0.25, and more digits
/// are an equation of the counts.
const INDEX_STEPS: f64 = 1_000.0;

/// Gives Σ (p − q)·ln(p/q) over units, put together until both classes have the minimum in each, to
/// a thousandth.
pub(crate) fn index(units: &[[u64; 2]], ordered: usize, minimum: u64) -> Option<f64> {
    let bins = bin(units, ordered, |rows| {
        rows.iter().all(|rows| *rows >= minimum)
    })?;
    let all = |class: usize| bins.iter().map(|bin| bin.rows[class]).sum::<u64>() as f64;
    let (ones, others) = (all(0), all(1));
    let term = |bin: &Bin<2>| {
        let (p, q) = (bin.rows[0] as f64 / ones, bin.rows[1] as f64 / others);
        (p - q) * (p / q).ln()
    };
    let index: f64 = bins.iter().map(term).sum();
    Some((index * INDEX_STEPS).round() / INDEX_STEPS)
}
