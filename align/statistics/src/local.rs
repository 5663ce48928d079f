//! An institution's own part of each sum.

use std::collections::BTreeMap;

use crate::{
    Agreement, Table, Values,
    agreement::Stage,
    codes::{self, Vocabulary},
    grid::{Grid, ROUND},
    known::{Known, Known1},
    noise::Element,
    specification::Kind,
};

mod pairs;

/// What a contributor adds up over.
pub(crate) struct Local<'a> {
    pub(crate) agreement: &'a Agreement,
    pub(crate) table: &'a Table,
    pub(crate) vocabularies: &'a BTreeMap<usize, Vocabulary>,
}

/// Where a row is in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seat {
    Missing,
    Outside,
    /// In a cell of the grid, or a level.
    In(u64),
}

impl Local<'_> {
    /// Adds up own rows for a stage.
    pub(crate) fn body(&self, stage: Stage, known: &Known) -> Vec<Element> {
        let mut body = Vec::with_capacity(self.agreement.body_len(stage));
        match stage {
            Stage::Pairs => return pairs::body(self, known),
            Stage::Counts => {
                body.push(Element::Count(self.table.rows() as u64));
                let periods = self.agreement.specification().periods.len();
                body.extend(counted(self.table.periods().iter().flatten(), periods));
            }
            _ => {}
        }
        for (place, values) in self.table.columns().iter().enumerate() {
            if self.agreement.block(stage, place) == 0 {
                continue;
            }
            let known = &known.columns[place];
            match (stage, values) {
                (Stage::Counts, _) => self.counts(place, &mut body),
                (Stage::Spread, Values::Numbers(values)) => {
                    self.spread((place, known), values, &mut body);
                }
                (Stage::Refine(round), Values::Numbers(values)) => {
                    self.refine((place, known), values, round, &mut body);
                }
                (Stage::Spread, Values::Codes(_)) => {
                    let sketch = self.vocabularies[&place].sketch(&self.codes(place));
                    body.extend(sketch.into_iter().map(Element::Word));
                }
                (Stage::Names, Values::Codes(_)) => self.names((place, known), &mut body),
                (Stage::Cells, _) => self.cells((place, known), &mut body),
                _ => {}
            }
        }
        body
    }

    fn grid(&self, place: usize) -> Option<&Grid> {
        self.agreement.grids()[place].as_ref()
    }

    /// Gives where each row is in a column.
    pub(crate) fn seats(&self, place: usize) -> Vec<Seat> {
        let seat = |value: Option<u64>| value.map_or(Seat::Outside, Seat::In);
        match (&self.table.columns()[place], self.grid(place)) {
            (Values::Numbers(values), Some(grid)) => values
                .iter()
                .map(|value| {
                    let is_missing = value.is_nan().then_some(Seat::Missing);
                    is_missing.unwrap_or_else(|| seat(grid.cell(*value)))
                })
                .collect(),
            (Values::Booleans(values), _) => values
                .iter()
                .map(|value| value.map_or(Seat::Missing, |value| Seat::In(value.into())))
                .collect(),
            (Values::Levels(values), _) => {
                let levels = match &self.agreement.specification().columns[place].kind {
                    Kind::Category { levels } => levels.len() as u64,
                    _ => 0,
                };
                let level = |value: u32| seat(Some(value.into()).filter(|value| *value < levels));
                values
                    .iter()
                    .map(|value| value.map_or(Seat::Missing, level))
                    .collect()
            }
            (Values::Codes(values), _) => {
                let code = |value: &str| seat(self.is_code(place, value).then_some(0));
                values
                    .iter()
                    .map(|value| value.as_deref().map_or(Seat::Missing, code))
                    .collect()
            }
            (Values::Numbers(values), None) => vec![Seat::Missing; values.len()],
        }
    }

    fn is_code(&self, place: usize, value: &str) -> bool {
        match self.agreement.specification().columns[place].kind {
            Kind::Code { longest, .. } => codes::is_sane(value, longest),
            _ => false,
        }
    }

    /// Counts own values of a code.
    pub(crate) fn codes(&self, place: usize) -> BTreeMap<&str, u64> {
        let mut counts = BTreeMap::new();
        if let Values::Codes(values) = &self.table.columns()[place] {
            let values = values.iter().flatten().map(AsRef::as_ref);
            for value in values.filter(|value| self.is_code(place, value)) {
                *counts.entry(value).or_default() += 1;
            }
        }
        counts
    }

    fn counts(&self, place: usize, body: &mut Vec<Element>) {
        let seats = self.seats(place);
        let with = |wanted: Seat| seats.iter().filter(|seat| **seat == wanted).count() as u64;
        body.push(Element::Count(with(Seat::Missing)));
        let levels = match &self.agreement.specification().columns[place].kind {
            Kind::Boolean => 2,
            Kind::Category { levels } => levels.len(),
            _ => 0,
        };
        if levels != 2 || !matches!(self.table.columns()[place], Values::Booleans(_)) {
            body.push(Element::Count(with(Seat::Outside)));
        }
        let inside = seats.iter().filter_map(|seat| match seat {
            Seat::In(level) => u32::try_from(*level).ok(),
            _ => None,
        });
        let inside: Vec<u32> = if levels > 0 {
            inside.collect()
        } else {
            Vec::new()
        };
        body.extend(counted(inside.iter(), levels));
        if let (Values::Numbers(values), Some(grid)) =
            (&self.table.columns()[place], self.grid(place))
        {
            let units = values
                .iter()
                .zip(&seats)
                .filter(|(_, seat)| matches!(seat, Seat::In(_)))
                .map(|(value, _)| grid.unit(*value) - 0.5);
            body.push(Element::Real(sum(units)));
        }
    }

    fn spread(&self, (place, known): (usize, &Known1), values: &[f64], body: &mut Vec<Element>) {
        let Some(grid) = self.grid(place) else { return };
        let mut counts = [0_u64; ROUND];
        let inside = || {
            values
                .iter()
                .filter_map(|value| Some((*value, grid.cell(*value)?)))
        };
        let squares = inside().map(|(value, _)| (grid.unit(value) - known.mean).powi(2));
        body.push(Element::Real(sum(squares)));
        let part = grid.part(0);
        for (_, cell) in inside() {
            if let Some(count) = counts.get_mut(place_of(cell / part)) {
                *count += 1;
            }
        }
        body.extend(counts.map(Element::Count));
    }

    fn refine(
        &self,
        (place, known): (usize, &Known1),
        values: &[f64],
        round: u32,
        body: &mut Vec<Element>,
    ) {
        let Some(grid) = self.grid(place) else { return };
        let mut counts = vec![[0_u64; ROUND]; self.agreement.targets()];
        for cell in values.iter().filter_map(|value| grid.cell(*value)) {
            for (target, counts) in known.targets.iter().zip(&mut counts) {
                if let Some(part) = target.part(cell, (grid, round)) {
                    counts[part] += 1;
                }
            }
        }
        body.extend(counts.into_iter().flatten().map(Element::Count));
    }

    fn names(&self, (place, known): (usize, &Known1), body: &mut Vec<Element>) {
        let vocabulary = &self.vocabularies[&place];
        let minimum = self.agreement.specification().minimum_cell;
        let mut counts = self.codes(place);
        counts.retain(|value, _| vocabulary.estimate(&known.sketch, value) >= minimum);
        body.extend(vocabulary.table(&counts).into_iter().map(Element::Word));
    }

    /// Gives the unit of each row: cells, then outside, then missing.
    pub(crate) fn units(&self, (place, known): (usize, &Known1)) -> Vec<usize> {
        let units = self.agreement.units(place);
        let edges = self
            .grid(place)
            .map(|grid| known.edges(self.agreement, grid));
        let unit = |seat: &Seat| match (seat, &edges) {
            (Seat::Missing, _) => units - 1,
            (Seat::Outside, _) => units - 2,
            (Seat::In(cell), Some(edges)) => edges.partition_point(|edge| edge <= cell),
            (Seat::In(level), None) => place_of(*level).min(units - 2),
        };
        self.seats(place).iter().map(unit).collect()
    }

    fn cells(&self, (place, known): (usize, &Known1), body: &mut Vec<Element>) {
        let spec = self.agreement.specification();
        let units = self.units((place, known));
        let len = self.agreement.units(place);
        let mut count = |is_in: &dyn Fn(usize) -> bool| {
            let mut counts = vec![0_u64; len];
            for (row, unit) in units.iter().enumerate() {
                counts[*unit] += u64::from(is_in(row));
            }
            body.extend(counts.into_iter().map(Element::Count));
        };
        if self.grid(place).is_some() {
            count(&|_| true);
        }
        if self.agreement.is_labelled(place)
            && let Some(Values::Booleans(labels)) =
                spec.label.map(|label| &self.table.columns()[label])
        {
            for class in [Some(true), Some(false), None] {
                count(&|row| labels[row] == class);
            }
        }
        for period in 0..spec.periods.len() {
            let periods = self.table.periods();
            count(&|row| periods[row].is_some_and(|at| at as usize == period));
        }
    }
}

/// Gives a cell as a place in a vector: one beyond all if it is too large.
pub(crate) fn place_of(cell: u64) -> usize {
    usize::try_from(cell).unwrap_or(usize::MAX)
}

/// Counts places below a length; further ones are left out.
fn counted<'a>(places: impl Iterator<Item = &'a u32>, len: usize) -> impl Iterator<Item = Element> {
    let mut counts = vec![0_u64; len];
    for place in places {
        if let Some(count) = counts.get_mut(*place as usize) {
            *count += 1;
        }
    }
    counts.into_iter().map(Element::Count)
}

/// Adds up in stretches, so that no error grows with the number of rows.
pub(crate) fn sum(values: impl Iterator<Item = f64>) -> f64 {
    const STRETCH: usize = 256;
    let (mut whole, mut stretch) = (0.0, 0.0);
    // What rounding took from the sum of stretches (Neumaier, ZAMM 54, 1974).
    let mut lost = 0.0_f64;
    let mut close = |stretch: f64| {
        let next: f64 = whole + stretch;
        lost += if f64::abs(whole) >= stretch.abs() {
            (whole - next) + stretch
        } else {
            (stretch - next) + whole
        };
        whole = next;
    };
    let mut count = 0;
    for value in values {
        stretch += value;
        count += 1;
        if count % STRETCH == 0 {
            close(stretch);
            stretch = 0.0;
        }
    }
    close(stretch);
    whole + lost
}
