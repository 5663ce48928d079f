//! What contributors and aggregator agree on: a checked specification and the sums it takes.

use consilium_mailbox::PartyId;
use consilium_secagg::{Bits, SumNumber, SumShape, group};

use crate::{
    codes,
    grid::{Grid, ROUND},
    noise::Scale,
    specification::{BadSpecification, Kind, MOST_ELEMENTS, Specification},
};

/// Decimal places of a distribution: the quantiles that cells of numbers are made of.
pub(crate) const DECILES: usize = 9;
/// Parts of equal width that cells of numbers are made of besides.
pub(crate) const PARTS: usize = 20;
/// The most cells of a column of numbers.
pub(crate) const MOST_CELLS: usize = DECILES + PARTS;
/// Sums over the rows where both columns of a pair have values: how many, Σa, Σb, Σa², Σb², Σab.
pub(crate) const PAIR: usize = 6;

/// One secure sum of the course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Rows, periods; by column what is missing, outside, in which level, Σ of numbers.
    Counts,
    /// Of numbers Σ of squares about the mean, and the first round of quantiles; of codes the sketch.
    Spread,
    /// A further round of quantiles.
    Refine(u32),
    /// Names of frequent codes.
    Names,
    /// Rows by cell, label and period.
    Cells,
    /// Products of pairs of columns.
    Pairs,
}

/// A specification that makes sense, and the sums that it takes.
#[derive(Clone, Debug)]
pub struct Agreement {
    spec: Specification,
    grids: Vec<Option<Grid>>,
    shares: Vec<f64>,
    stages: Vec<(Stage, Scale)>,
}

/// What one sum costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Its elements of 64 bits, checks included.
    pub elements: usize,
    /// Standard deviation of the noise on each count, in rows; 0 without noise.
    pub noise: f64,
}

impl Agreement {
    /// Checks a specification.
    ///
    /// # Errors
    ///
    /// [`BadSpecification`] says what makes no sense, is too much, or leaves noise no room.
    pub fn new(spec: Specification) -> Result<Agreement, BadSpecification> {
        spec.check()?;
        let grids: Vec<_> = spec
            .columns
            .iter()
            .map(|column| Grid::of(&column.kind, spec.quantile_error))
            .collect();
        let mut shares = spec.quantiles.clone();
        shares.extend((1..=DECILES).map(|place| place as f64 / (DECILES + 1) as f64));
        shares.sort_by(f64::total_cmp);
        shares.dedup();
        let mut agreement = Agreement {
            spec,
            grids,
            shares,
            stages: Vec::new(),
        };
        let order = agreement.order();
        for stage in &order {
            let elements = agreement.body_len(*stage) + group::TAIL;
            if elements > MOST_ELEMENTS {
                return Err(BadSpecification::TooLong { elements });
            }
            let touched = agreement.touched(*stage);
            let scale = Scale::new(&agreement.spec, touched, order.len())?;
            agreement.stages.push((*stage, scale));
        }
        Ok(agreement)
    }

    fn order(&self) -> Vec<Stage> {
        let mut order = vec![Stage::Counts];
        let has = |is: fn(&Kind) -> bool| self.spec.columns.iter().any(|column| is(&column.kind));
        let is_code = |kind: &Kind| matches!(kind, Kind::Code { .. });
        if has(Kind::is_numeric) || has(is_code) {
            order.push(Stage::Spread);
        }
        let rounds = self.grids.iter().flatten().map(Grid::rounds);
        order.extend((1..rounds.max().unwrap_or(1)).map(Stage::Refine));
        if has(is_code) {
            order.push(Stage::Names);
        }
        if self.body_len(Stage::Cells) > 0 {
            order.push(Stage::Cells);
        }
        if self.spec.correlations && self.correlated().len() > 1 {
            order.push(Stage::Pairs);
        }
        order
    }

    /// Gives the specification.
    pub fn specification(&self) -> &Specification {
        &self.spec
    }

    /// Gives how many sums are opened, whatever the rows: they are numbered from the first on.
    pub fn sums(&self) -> u32 {
        u32::try_from(self.stages.len()).unwrap_or(u32::MAX)
    }

    /// Gives what each sum costs.
    pub fn costs(&self) -> Vec<Cost> {
        let cost = |(stage, scale): &(Stage, Scale)| Cost {
            elements: self.body_len(*stage) + group::TAIL,
            noise: scale.deviation(),
        };
        self.stages.iter().map(cost).collect()
    }

    pub(crate) fn stages(&self) -> &[(Stage, Scale)] {
        &self.stages
    }

    pub(crate) fn grids(&self) -> &[Option<Grid>] {
        &self.grids
    }

    /// Gives the quantiles that are looked for: those that are wanted, and the deciles.
    pub(crate) fn shares(&self) -> &[f64] {
        &self.shares
    }

    /// Gives the number of values that are looked for in a column of numbers: quantiles, and the
    /// smallest and the largest that may be told.
    pub(crate) fn targets(&self) -> usize {
        self.shares.len() + 2
    }

    /// Gives the places of columns that are correlated.
    pub(crate) fn correlated(&self) -> Vec<usize> {
        let columns = self.spec.columns.iter().enumerate();
        columns
            .filter(|(_, column)| column.kind.is_numeric() || column.kind == Kind::Boolean)
            .map(|(place, _)| place)
            .collect()
    }

    /// Gives the elements of a stage without its checks.
    pub(crate) fn body_len(&self, stage: Stage) -> usize {
        let columns = 0..self.spec.columns.len();
        let of_columns: usize = columns.map(|column| self.block(stage, column)).sum();
        match stage {
            Stage::Counts => 1 + self.spec.periods.len() + of_columns,
            Stage::Pairs => {
                let columns = self.correlated().len();
                columns * columns.saturating_sub(1) / 2 * PAIR
            }
            _ => of_columns,
        }
    }

    /// Gives the elements of a column in a stage.
    pub(crate) fn block(&self, stage: Stage, column: usize) -> usize {
        let kind = &self.spec.columns[column].kind;
        let rounds = self.grids[column].as_ref().map_or(0, Grid::rounds);
        match (stage, kind) {
            (Stage::Counts, Kind::Number { .. } | Kind::Integer { .. } | Kind::Boolean) => 3,
            (Stage::Counts, Kind::Category { levels }) => 2 + levels.len(),
            (Stage::Counts, Kind::Code { .. }) => 2,
            (Stage::Spread, Kind::Code { most, .. }) => codes::sketch_len(*most),
            (Stage::Spread, _) if kind.is_numeric() => 1 + ROUND,
            (Stage::Refine(round), _) if round < rounds => self.targets() * ROUND,
            (Stage::Names, Kind::Code { longest, most }) => codes::names_len(*longest, *most),
            (Stage::Cells, _) => self.units(column) * self.classes(column),
            _ => 0,
        }
    }

    /// Gives the units by which rows of a column are counted in the stage of cells: cells, then
    /// outside, then missing; none of codes, whose names are counted elsewhere, and none of levels that
    /// were counted already, unless by label or period.
    pub(crate) fn units(&self, column: usize) -> usize {
        if self.classes(column) == 0 {
            return 0;
        }
        2 + match &self.spec.columns[column].kind {
            Kind::Number { .. } | Kind::Integer { .. } => MOST_CELLS,
            Kind::Boolean => 2,
            Kind::Category { levels } => levels.len(),
            Kind::Code { .. } => return 0,
        }
    }

    /// Gives how often rows are counted in each unit: in all, if not known already; with label yes, no
    /// and none; in each period.
    pub(crate) fn classes(&self, column: usize) -> usize {
        let labels = if self.is_labelled(column) { 3 } else { 0 };
        labels + self.spec.periods.len() + usize::from(self.grids[column].is_some())
    }

    /// Says whether a column is held against the label.
    pub(crate) fn is_labelled(&self, column: usize) -> bool {
        self.spec.label.is_some_and(|label| label != column)
    }

    /// Gives how many elements of a stage one row adds to, each by 1 at most.
    fn touched(&self, stage: Stage) -> usize {
        let columns = 0..self.spec.columns.len();
        let blocks = columns.filter(|column| self.block(stage, *column) > 0);
        match stage {
            Stage::Counts => 1 + usize::from(!self.spec.periods.is_empty()) + blocks.count(),
            Stage::Spread => 2 * blocks.count(),
            Stage::Refine(_) => self.targets() * blocks.count(),
            Stage::Names => 0,
            Stage::Cells => {
                let by = |column: usize| {
                    usize::from(self.grids[column].is_some())
                        + usize::from(self.is_labelled(column))
                        + usize::from(!self.spec.periods.is_empty())
                };
                blocks.map(by).sum()
            }
            Stage::Pairs => self.body_len(stage),
        }
    }

    /// Gives the shape of a sum by its place in the course.
    pub(crate) fn shape(&self, first: SumNumber, place: u32, roster: &[PartyId]) -> SumShape {
        let (stage, _) = self.stages[place as usize];
        let len = self.body_len(stage) + group::TAIL;
        let number = SumNumber(first.0.saturating_add(place));
        SumShape::asking(
            (number, len, Bits::WIDEST),
            ("statistics.1.sum", &(&self.spec, roster, place)),
        )
    }
}
