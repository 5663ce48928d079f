//! The rows that statistics are asked of, out of a data set.

use consilium_data::{Table as Cells, Values as Held};
use consilium_plan::{Code, DataReport, Failure, Limits, Month, Obstacle, Statistics};
use consilium_schema::{Label, LabelRule};
use consilium_statistics::{Agreement, Kind, Table, Values};

use super::super::{
    begin::too_many_or_few,
    failure::internal,
    preflight::{Inspected, Inspection, read},
};
use crate::{
    cohorts::{self, Earlier, Imprint},
    data::Source,
};

/// The rows of a study, with what tells them from others.
pub(super) struct Taken {
    pub(super) agreement: Agreement,
    pub(super) table: Table,
    /// What is kept of the rows; nothing of those whose counts have noise.
    pub(super) imprint: Imprint,
}

impl Taken {
    /// Takes the rows of the version that is approved. Blocks.
    ///
    /// # Errors
    ///
    /// What keeps them from being used, for all others too.
    pub(super) fn take(
        inspection: &Inspection<'_>,
        (task, earlier): (&Statistics, &[Earlier]),
        source: &Source,
    ) -> Result<Taken, Failure> {
        let me = inspection.party;
        let contents = inspection.rows(source);
        let cells = contents.map_err(|unread| unread.elsewhere)?.table;
        let imprint = Imprint::of(&cells, &task.rules(), inspection.key);
        let found = obstacles(inspection, (task, earlier), (&cells, source), &imprint);
        if let Some(obstacle) = found.first() {
            return Err(refused(obstacle, inspection));
        }
        let agreement = task.agreement();
        let table = table(task, &agreement, &cells).ok_or_else(|| internal(me, "table"))?;
        Ok(Taken {
            agreement,
            table,
            imprint,
        })
    }
}

/// Holds a data set against the plan, and its rows against those that were asked about before. Blocks.
pub(in crate::study) fn inspect(
    inspection: &Inspection<'_>,
    (task, earlier): (&Statistics, &[Earlier]),
    source: &Source,
) -> Inspected {
    let contents = match inspection.rows(source) {
        Ok(contents) => contents,
        Err(unread) => return (*unread).into(),
    };
    let cells = &contents.table;
    let imprint = Imprint::of(cells, &task.rules(), inspection.key);
    let obstacles = obstacles(inspection, (task, earlier), (cells, source), &imprint);
    if obstacles.is_empty() && table(task, &task.agreement(), cells).is_none() {
        let why = internal(inspection.party, "table");
        return Inspected::open(DataReport::Unreadable(why));
    }
    Inspected::open(read(contents.version, obstacles, false))
}

fn obstacles(
    inspection: &Inspection<'_>,
    (task, earlier): (&Statistics, &[Earlier]),
    (cells, source): (&Cells, &Source),
    imprint: &Imprint,
) -> Vec<Obstacle> {
    let mut obstacles = task.obstacles(&source.schema);
    obstacles.sort_by_key(Obstacle::is_difference);
    if !obstacles.is_empty() {
        return obstacles;
    }
    obstacles.extend(of_size(cells.rows() as u64, inspection.limits));
    let minimum = inspection.limits.minimum_cell.0;
    let allowed = (minimum, &inspection.grant.beside);
    obstacles.extend(cohorts::obstacle(imprint, earlier, allowed));
    obstacles.extend(inspection.spent.clone());
    obstacles
}

fn of_size(rows: u64, limits: &Limits) -> Option<Obstacle> {
    if rows < limits.minimum_rows.0 {
        Some(Obstacle::RowsTooFew)
    } else {
        (rows > limits.most_rows.0).then_some(Obstacle::RowsTooMany)
    }
}

/// Gives as a failure what keeps rows from being used.
fn refused(obstacle: &Obstacle, inspection: &Inspection<'_>) -> Failure {
    let failure = |code| {
        Failure::new(code)
            .of(inspection.party)
            .with("data", inspection.data)
    };
    match obstacle {
        Obstacle::Missing(column) => failure(Code::DataColumnMissing).with("column", column),
        Obstacle::DiffersIn(column, parts) => {
            let planned = inspection.task.planned(inspection.party, column);
            let differs = Failure::of_column(planned.as_ref(), column, parts);
            differs.of(inspection.party).with("data", inspection.data)
        }
        Obstacle::CohortTooClose => {
            let minimum = inspection.limits.minimum_cell;
            failure(Code::CohortTooClose).with("minimum", minimum)
        }
        Obstacle::CohortAskedOtherwise(studies) => {
            let studies = Obstacle::named(studies);
            failure(Code::CohortAskedOtherwise).with("studies", studies)
        }
        Obstacle::NoiseSpent(studies) => {
            failure(Code::NoiseSpent).with("studies", Obstacle::named(studies))
        }
        other => too_many_or_few(other, inspection.limits, inspection.party),
    }
}

/// Gives the rows as statistics take them; nothing if they can't be those of the plan's columns.
fn table(task: &Statistics, agreement: &Agreement, cells: &Cells) -> Option<Table> {
    let asked = &agreement.specification().columns;
    let held = |name: &str| Some(&cells.column(name)?.values);
    let mut columns = Vec::with_capacity(asked.len());
    for (name, column) in task.features.iter().zip(asked) {
        columns.push(values(held(name)?, &column.kind)?);
    }
    if let Some(label) = &task.label {
        columns.push(Values::Booleans(labels(held(&label.column)?, label)?));
    }
    let periods = match &task.periods {
        None => Vec::new(),
        Some(periods) => {
            let Held::Dates(dates) = held(&periods.column)? else {
                return None;
            };
            let place = |(year, month)| periods.place(Month::new(year, month)?);
            let month = dates.iter().map(|date| Some(date?.year_and_month()));
            month.map(|month| month.and_then(place)).collect()
        }
    };
    Table::new(agreement, columns, periods)
}

fn values(held: &Held, kind: &Kind) -> Option<Values> {
    Some(match (held, kind) {
        (Held::Numbers(numbers), Kind::Number { .. } | Kind::Integer { .. }) => {
            let numbers = numbers.iter().map(|number| number.unwrap_or(f64::NAN));
            Values::Numbers(numbers.collect())
        }
        (Held::Flags(flags), Kind::Boolean) => Values::Booleans(flags.iter().collect()),
        (Held::Categories(own), Kind::Category { levels }) => {
            let place = |level: &String| levels.iter().position(|other| other == level);
            let places: Vec<Option<u32>> = own
                .levels()
                .iter()
                .map(|level| u32::try_from(place(level)?).ok())
                .collect();
            let beyond = u32::try_from(levels.len()).ok()?;
            let of = |level: usize| places[level].unwrap_or(beyond);
            Values::Levels(own.iter().map(|level| level.map(of)).collect())
        }
        (Held::Categories(own), Kind::Code { .. }) => {
            let of = |level: usize| own.levels()[level].as_str().into();
            Values::Codes(own.iter().map(|level| level.map(of)).collect())
        }
        (Held::Texts(texts), Kind::Code { .. }) => {
            Values::Codes(texts.iter().map(|text| text.map(Into::into)).collect())
        }
        _ => return None,
    })
}

fn labels(held: &Held, label: &Label) -> Option<Vec<Option<bool>>> {
    Some(match (held, &label.rule) {
        (Held::Flags(flags), LabelRule::Value) => flags.iter().collect(),
        (Held::Numbers(numbers), LabelRule::Above(above)) => {
            let is_above = |number: f64| number > *above;
            numbers.iter().map(|number| number.map(is_above)).collect()
        }
        (Held::Categories(own), LabelRule::Equals(wanted)) => {
            let is = |level: usize| own.levels()[level] == *wanted;
            own.iter().map(|level| level.map(is)).collect()
        }
        _ => return None,
    })
}
