//! The own rows of a study, in the order that all have.

use consilium_data::design::{Design, MissingFeatures};
use consilium_gbdt::{BadTable, Column, Objective, Table};
use consilium_mailbox::PartyId;
use consilium_plan::{Failure, Member, Obstacle, Plan, Vertical, VerticalWork};
use tracing::warn;

use super::{Basis, part::ModelPart};
use crate::{
    data::{Contents, Source},
    study::{
        failure::internal,
        preflight::{Inspection, Unread},
    },
};

/// What a run takes from the data set and from what it stands on.
#[derive(Debug)]
pub(in crate::study) struct Taken {
    /// The trees are grown on these, or they are scored where a model is there.
    pub(super) rows: Rows,
    /// The model is measured on these.
    pub(super) tested: Rows,
    /// The own part of the model that scores rows.
    pub(super) part: Option<ModelPart>,
}

/// Own rows in the common order.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// The model's columns.
    pub(super) columns: Vec<Column>,
    /// Of each row, where trees are grown and this institution has the labels.
    pub(super) labels: Vec<f64>,
    /// The row of data in the file, counted from 1, of each row.
    pub(super) numbers: Vec<usize>,
}

/// Why nothing is taken.
pub(in crate::study) enum NotTaken {
    /// What keeps the approved version from being used.
    Obstacles(Vec<Obstacle>),
    Unread(Box<Unread>),
}

impl From<Obstacle> for NotTaken {
    fn from(obstacle: Obstacle) -> NotTaken {
        NotTaken::Obstacles(vec![obstacle])
    }
}

impl From<Box<Unread>> for NotTaken {
    fn from(unread: Box<Unread>) -> NotTaken {
        NotTaken::Unread(unread)
    }
}

impl NotTaken {
    /// Gives it as a failure, for all others.
    pub(super) fn failure(self, plan: &Plan, me: &PartyId) -> Failure {
        match self {
            NotTaken::Obstacles(obstacles) => match obstacles.first() {
                Some(obstacle) => plan.told_of(me, obstacle),
                None => internal(me, "rows"),
            },
            NotTaken::Unread(unread) => unread.elsewhere,
        }
    }
}

impl Taken {
    /// Takes them out of the approved version of the data set. Blocks.
    pub(in crate::study) fn take(
        inspection: &Inspection<'_>,
        (task, basis): (&Vertical, &Result<Basis, Obstacle>),
        source: &Source,
    ) -> Result<Taken, NotTaken> {
        // Of another version than the approved one nothing else is told.
        let contents = inspection.rows(source)?;
        let (me, limits) = (inspection.party, inspection.limits);
        let member = task.member(me).ok_or(Obstacle::OtherParties)?;
        let mut obstacles = member.obstacles(&source.schema);
        if !obstacles.is_empty() {
            obstacles.sort_by_key(|obstacle| matches!(obstacle, Obstacle::Differs(_)));
            return Err(NotTaken::Obstacles(obstacles));
        }
        let basis = basis.as_ref().map_err(Obstacle::clone)?;
        let (order, part) = (basis.order()?, basis.part()?);
        let common = order.rows().len() as u64;
        if common > limits.most_rows.0 {
            return Err(Obstacle::RowsTooMany.into());
        }
        // Before anything of so few is told.
        if common < limits.minimum_rows.0 || (0..common).all(|place| task.held_out(place)) {
            return Err(Obstacle::RowsTooFew.into());
        }
        let (rows, tested) = select((task, member), contents, order.rows())?;
        Ok(Taken { rows, tested, part })
    }

    /// Says whether all labels of a classification are the same.
    pub(in crate::study) fn is_of_one_class(&self, task: &Vertical) -> bool {
        let VerticalWork::Grow(grow) = &task.work else {
            return false;
        };
        let labels = &self.rows.labels;
        grow.subject.is_of_classes()
            && !labels.is_empty()
            && labels.iter().all(|label| Some(label) == labels.first())
    }
}

/// Takes the rows of the order from the table: those that are fitted to, and those kept for testing.
fn select(
    (task, member): (&Vertical, &Member),
    contents: Contents,
    order: &[u64],
) -> Result<(Rows, Rows), NotTaken> {
    // The schema was compared with the plan's columns.
    let misfit = || {
        let why = internal(&member.party, "design");
        NotTaken::Unread(Box::new(Unread {
            here: why.clone(),
            elsewhere: why,
        }))
    };
    let grow = match &task.work {
        VerticalWork::Grow(grow) if task.label_holder == member.party => Some(grow),
        _ => None,
    };
    let features: Vec<&str> = member.features.iter().map(String::as_str).collect();
    let label = grow.map(|grow| &grow.label);
    let design = Design::new(&contents.table, &features, label, MissingFeatures::Keep);
    let design = design.map_err(|_| misfit())?;
    // Large tables lie in memory as seldom as can be.
    drop(contents);
    if design.names != member.inputs {
        return Err(misfit());
    }
    let (mut fitted, mut tested, mut unlabelled) = (Vec::new(), Vec::new(), 0_u64);
    for (place, number) in (0..).zip(order) {
        let numbers = &design.row_numbers;
        let row = numbers.binary_search_by_key(number, |number| *number as u64);
        match (row, task.held_out(place)) {
            (Ok(row), true) => tested.push(row),
            (Ok(row), false) => fitted.push(row),
            // Rows without a label are in no matrix.
            (Err(_), _) => unlabelled += 1,
        }
    }
    if unlabelled > 0 {
        warn!(rows = unlabelled, "common rows have no label");
        return Err(Obstacle::LabelsMissing.into());
    }
    let (fitted, tested) = (Rows::of(&design, &fitted), Rows::of(&design, &tested));
    if let Some(grow) = grow {
        let objective = grow.specification().objective;
        let mut labels = fitted.labels.iter().chain(&tested.labels);
        if !labels.all(|label| objective.allows(*label)) {
            return Err(Obstacle::LabelsMissing.into());
        }
    }
    Ok((fitted, tested))
}

impl Rows {
    fn of(design: &Design, rows: &[usize]) -> Rows {
        let column = |(place, name): (usize, &String)| Column {
            name: name.clone(),
            values: rows.iter().map(|&row| design.row(row)[place]).collect(),
        };
        let labels = rows.iter().filter_map(|&row| design.y.get(row));
        Rows {
            columns: design.names.iter().enumerate().map(column).collect(),
            labels: labels.copied().collect(),
            numbers: rows.iter().map(|&row| design.row_numbers[row]).collect(),
        }
    }

    /// Counts them.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.numbers.len()).unwrap_or(u32::MAX)
    }

    /// Gives columns and labels as what learns from them takes them.
    pub(super) fn into_table(self, objective: Objective) -> Result<Table, BadTable> {
        if self.columns.is_empty() {
            return Table::of_labels(objective, self.labels);
        }
        Table::new(objective, self.columns, self.labels)
    }
}
