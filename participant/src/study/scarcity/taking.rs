//! The rows and entities that a study of scarcity asks for, out of a data set.

use consilium_data::{Table, Values as Held};
use consilium_plan::{Code, DataReport, Failure, Obstacle, Scarcity};
use consilium_scarcity::{Agreement, Bins, Entities, Rows, Values};

use super::super::{
    begin::too_many_or_few,
    failure::internal,
    keys,
    preflight::{Inspected, Inspection, Unread, read},
};
use crate::data::Source;

/// What a run takes of a data set.
pub(super) struct Taken {
    pub(super) agreement: Agreement,
    pub(super) rows: Rows,
    pub(super) entities: Option<Entities>,
}

/// What a data set has, or what stands in the way.
struct Looked {
    table: Table,
    entities: Option<Entities>,
    obstacles: Vec<Obstacle>,
}

impl Taken {
    /// Takes the rows of the version that is approved. Blocks.
    ///
    /// # Errors
    ///
    /// What keeps them from being used, for all others too.
    pub(super) fn take(
        inspection: &Inspection<'_>,
        task: &Scarcity,
        source: &Source,
    ) -> Result<Taken, Failure> {
        let looked = look(inspection, task, source).map_err(|unread| unread.elsewhere)?;
        if let Some(obstacle) = looked.obstacles.first() {
            return Err(refused(obstacle, inspection));
        }
        let agreement = task.agreement();
        let rows = rows(task, &agreement, &looked.table);
        Ok(Taken {
            rows: rows.ok_or_else(|| internal(inspection.party, "table"))?,
            agreement,
            entities: looked.entities,
        })
    }
}

/// Holds a data set against the plan. Blocks.
pub(in crate::study) fn inspect(
    inspection: &Inspection<'_>,
    task: &Scarcity,
    source: &Source,
) -> Inspected {
    let looked = match look(inspection, task, source) {
        Ok(looked) => looked,
        Err(unread) => return (*unread).into(),
    };
    if looked.obstacles.is_empty() && rows(task, &task.agreement(), &looked.table).is_none() {
        let why = internal(inspection.party, "table");
        return Inspected::open(DataReport::Unreadable(why));
    }
    Inspected::open(read(inspection.grant.data, looked.obstacles, false))
}

fn look(
    inspection: &Inspection<'_>,
    task: &Scarcity,
    source: &Source,
) -> Result<Looked, Box<Unread>> {
    let table = inspection.rows(source)?.table;
    let mut looked = Looked {
        obstacles: task.obstacles(&source.schema),
        table,
        entities: None,
    };
    looked.obstacles.sort_by_key(Obstacle::is_difference);
    if !looked.obstacles.is_empty() {
        return Ok(looked);
    }
    looked.obstacles.extend(inspection.spent.clone());
    let (limits, rows) = (inspection.limits, looked.table.rows() as u64);
    if rows < limits.minimum_rows.0 {
        looked.obstacles.push(Obstacle::RowsTooFew);
    } else if rows > limits.most_rows.0 {
        looked.obstacles.push(Obstacle::RowsTooMany);
    }
    if let Some(key) = &task.key {
        let keys = inspection.keys(key, source)?;
        // A row without a key is none of an entity: any number of entities will do.
        looked
            .obstacles
            .extend(keys::obstacle(&keys, &(1..=limits.most_rows.0)));
        looked.entities = keys.ok().map(|keys| Entities::new(keys.items));
    }
    Ok(looked)
}

/// Gives as a failure what keeps rows from being used.
fn refused(obstacle: &Obstacle, inspection: &Inspection<'_>) -> Failure {
    let me = inspection.party;
    let failure = |code| Failure::new(code).of(me).with("data", inspection.data);
    match obstacle {
        Obstacle::Missing(column) => failure(Code::DataColumnMissing).with("column", column),
        Obstacle::Differs(column) => failure(Code::KeysColumn).with("column", column),
        Obstacle::DiffersIn(column, parts) => {
            let planned = inspection.task.planned(me, column);
            let differs = Failure::of_column(planned.as_ref(), column, parts);
            differs.of(me).with("data", inspection.data)
        }
        Obstacle::KeysRepeated => failure(Code::KeysRepeated),
        Obstacle::NoKeys => failure(Code::KeysNone),
        Obstacle::NoiseSpent(studies) => {
            failure(Code::NoiseSpent).with("studies", Obstacle::named(studies))
        }
        other => too_many_or_few(other, inspection.limits, me),
    }
}

/// Gives the rows in bins; nothing if they can't be those of the plan's columns.
fn rows(task: &Scarcity, agreement: &Agreement, table: &Table) -> Option<Rows> {
    let asked = &agreement.specification().columns;
    let mut columns = Vec::with_capacity(asked.len());
    for (column, asked) in task.columns.iter().zip(asked) {
        columns.push(values(&table.column(column.name())?.values, &asked.bins)?);
    }
    Rows::new(agreement, &columns)
}

fn values(held: &Held, bins: &Bins) -> Option<Values> {
    Some(match (held, bins) {
        (Held::Numbers(numbers), Bins::Cuts(_)) => {
            let numbers = numbers.iter().map(|number| number.unwrap_or(f64::NAN));
            Values::Numbers(numbers.collect())
        }
        (Held::Flags(flags), Bins::Boolean) => Values::Booleans(flags.iter().collect()),
        (Held::Categories(own), Bins::Levels(levels)) => {
            let place = |level: &String| {
                let place = levels.iter().position(|other| other == level);
                place.and_then(|place| u32::try_from(place).ok())
            };
            let places: Vec<Option<u32>> = own.levels().iter().map(place).collect();
            let of = |level: Option<usize>| level.and_then(|level| places[level]);
            Values::Levels(own.iter().map(of).collect())
        }
        _ => return None,
    })
}
