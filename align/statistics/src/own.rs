//! This institution against all others together, for its own eyes.
//!
//! Austin, *Balance diagnostics for comparing the distribution of baseline covariates*, Statistics in
//! Medicine 28 (2009): the standardised mean difference. Siddiqi, *Credit Risk Scorecards* (Wiley 2006):
//! the population stability index.

use crate::{
    Comparison, Findings, OwnColumn, Place, Values,
    known::Known,
    local::{Local, Seat, place_of, sum},
    publish::{self, Partition},
    specification::Kind,
};

/// Mean and variance.
struct Spread {
    mean: f64,
    variance: f64,
}

/// Compares own rows with all others.
pub(crate) fn compare(local: &Local<'_>, known: &Known, findings: &Findings) -> Comparison {
    let columns = &local.agreement.specification().columns;
    if findings.rows.is_none() {
        return Comparison {
            rows: local.table.rows() as u64,
            ..Comparison::default()
        };
    }
    let columns = columns.iter().enumerate().map(|(place, column)| {
        let seats = local.seats(place);
        let missing = seats.iter().filter(|seat| **seat == Seat::Missing).count();
        OwnColumn {
            name: column.name.clone(),
            missing: missing as u64,
            mean_difference: mean_difference(local, known, place, &seats),
            stability_index: stability_index(local, known, findings, (place, &seats)),
        }
    });
    Comparison {
        rows: local.table.rows() as u64,
        columns: columns.collect(),
    }
}

/// Gives nothing where a count is held back: with the own rows known, the others' would follow.
fn mean_difference(local: &Local<'_>, known: &Known, place: usize, seats: &[Seat]) -> Option<f64> {
    if Partition::of(local.agreement, known, place).has_held_back() {
        return None;
    }
    let known = &known.columns[place];
    let minimum = local.agreement.specification().minimum_cell;
    let inside = seats.iter().filter(|seat| matches!(seat, Seat::In(_)));
    let rows = inside.count() as u64;
    let others = known.inside.checked_sub(rows)?;
    if rows < 2 || others < minimum {
        return None;
    }
    let (own, rest) = match &local.table.columns()[place] {
        Values::Numbers(values) => {
            let grid = local.agreement.grids()[place].as_ref()?;
            let about = || {
                let inside = values.iter().zip(seats);
                let inside = inside.filter(|(_, seat)| matches!(seat, Seat::In(_)));
                inside.map(|(value, _)| grid.unit(*value) - known.mean)
            };
            let (shift, squares) = (sum(about()), sum(about().map(|unit| unit * unit)));
            // About the mean of all, the others' sum is the own one turned round.
            let rest = Spread::of(others, -shift, (known.squares - squares).max(0.0));
            (Spread::of(rows, shift, squares), rest)
        }
        Values::Booleans(values) => {
            let yes = values.iter().filter(|value| **value == Some(true)).count() as u64;
            let all = known.levels.get(1).copied()?;
            (
                Spread::of_share(rows, yes),
                Spread::of_share(others, all.checked_sub(yes)?),
            )
        }
        _ => return None,
    };
    let pooled = f64::midpoint(own.variance, rest.variance).sqrt();
    (pooled > 1e-9).then(|| (own.mean - rest.mean) / pooled)
}

impl Spread {
    fn of(rows: u64, sum: f64, squares: f64) -> Spread {
        let mean = sum / rows as f64;
        let variance = (squares - sum * mean) / (rows.max(2) - 1) as f64;
        Spread {
            mean,
            variance: variance.max(0.0),
        }
    }

    fn of_share(rows: u64, yes: u64) -> Spread {
        let mean = yes as f64 / rows as f64;
        Spread {
            mean,
            variance: mean * (1.0 - mean),
        }
    }
}

fn stability_index(
    local: &Local<'_>,
    known: &Known,
    findings: &Findings,
    (place, seats): (usize, &[Seat]),
) -> Option<f64> {
    let spec = local.agreement.specification();
    let (column, minimum) = (&known.columns[place], spec.minimum_cell);
    if let Kind::Code { .. } = spec.columns[place].kind {
        let own = local.codes(place);
        let told = findings.columns[place].cells.iter().filter_map(|cell| {
            let Place::Level(name) = &cell.of else {
                return None;
            };
            Some((own.get(name.as_str()).copied().unwrap_or(0), cell.rows?))
        });
        let mut units: Vec<[u64; 2]> = told
            .map(|(own, rows)| [own, rows.saturating_sub(own)])
            .collect();
        let [mut rest, mut others] = [own.values().sum::<u64>(), column.inside];
        others = others.saturating_sub(rest);
        for [own, of_others] in &units {
            rest = rest.saturating_sub(*own);
            others = others.saturating_sub(*of_others);
        }
        units.push([rest, others]);
        return publish::index(&units, 0, minimum);
    }
    let partition = Partition::of(local.agreement, known, place);
    let edges = local.agreement.grids()[place].as_ref();
    let edges = edges.map(|grid| column.edges(local.agreement, grid));
    let len = edges
        .as_ref()
        .map_or(column.levels.len(), |edges| edges.len() + 1);
    let mut own = vec![0_u64; len];
    for seat in seats {
        let Seat::In(cell) = seat else { continue };
        let unit = match &edges {
            Some(edges) => edges.partition_point(|edge| edge <= cell),
            None => place_of(*cell),
        };
        *own.get_mut(unit)? += 1;
    }
    let all = if edges.is_some() {
        column.units.first()?.get(..len)?
    } else {
        &column.levels[..]
    };
    let rest: Vec<u64> = all
        .iter()
        .zip(&own)
        .map(|(all, own)| all.saturating_sub(*own))
        .collect();
    publish::index_of(&partition, [&own, &rest], minimum)
}
