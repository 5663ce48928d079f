//! What is told of all that is known.

use std::collections::BTreeMap;

use consilium_mailbox::PartyId;

use crate::{
    Agreement, Cell, ColumnFindings, Evidence, Findings, Period, Stability,
    known::{Known, Known1},
    suppress::{Bin, bin},
};

mod approximate;
mod correlations;
mod measures;
mod partition;

use measures::measures;
pub(crate) use partition::Partition;
use partition::{is_exact, tell};

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
