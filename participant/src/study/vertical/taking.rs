//! What a study over common rows takes from the data set.

use std::collections::HashSet;

use consilium_data::design::{Design, MissingFeatures};
use consilium_gbdt::{Objective, vertical::ModelPart};
use consilium_mailbox::PartyId;
use consilium_plan::{Failure, Member, Obstacle, Plan, Vertical, VerticalWork};
use tracing::warn;

use super::{
    Basis,
    binning::Bins,
    rows::{Picked, Rows},
};
use crate::{
    data::{Contents, Source},
    study::{
        aligned::Order,
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
    /// Own columns in bins, where they are held against labels.
    pub(super) bins: Vec<Bins>,
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
            obstacles.sort_by_key(Obstacle::is_difference);
            return Err(NotTaken::Obstacles(obstacles));
        }
        let basis = basis.as_ref().map_err(Obstacle::clone)?;
        let (orders, part) = (basis.orders()?, basis.part()?);
        let common: usize = orders.iter().map(|(_, order)| order.rows().len()).sum();
        let common = common as u64;
        if common > limits.most_rows.0 {
            return Err(Obstacle::RowsTooMany.into());
        }
        // Before anything of so few is told.
        let is_held_out = |(hospital, order): &(Option<&PartyId>, Order)| {
            let mut places = 0..order.rows().len() as u64;
            places.all(|place| task.held_out(*hospital, place))
        };
        // A hospital does not know how many rows all have together.
        let are_few = common < limits.minimum_rows.0 && !task.is_hospital(me);
        if are_few || orders.iter().any(is_held_out) {
            return Err(Obstacle::RowsTooFew.into());
        }
        if *me == task.label_holder && task.refuses_repeats() && are_repeated(&orders) {
            return Err(Obstacle::PatientsRepeated.into());
        }
        let (rows, tested, bins) = select((task, member), contents, &orders)?;
        Ok(Taken {
            rows,
            tested,
            part,
            bins,
        })
    }

    /// Says whether all labels of a classification are the same.
    pub(in crate::study) fn is_of_one_class(&self, task: &Vertical) -> bool {
        let labels = &self.rows.labels;
        task.is_of_classes()
            && !labels.is_empty()
            && labels.iter().all(|label| Some(label) == labels.first())
    }
}

/// Says whether an own row stands in several orders.
fn are_repeated(orders: &[(Option<&PartyId>, Order)]) -> bool {
    let mut numbers = HashSet::new();
    let mut all = orders.iter().flat_map(|(_, order)| order.rows());
    !all.all(|number| numbers.insert(number))
}

/// Takes the rows of the orders from the table: those that are fitted to, and those kept for testing.
fn select(
    (task, member): (&Vertical, &Member),
    contents: Contents,
    orders: &[(Option<&PartyId>, Order)],
) -> Result<(Rows, Rows, Vec<Bins>), NotTaken> {
    // The schema was compared with the plan's columns.
    let misfit = || {
        let why = internal(&member.party, "design");
        NotTaken::Unread(Box::new(Unread {
            here: why.clone(),
            elsewhere: why,
        }))
    };
    let label = task.label().filter(|_| task.label_holder == member.party);
    let features: Vec<&str> = match &task.work {
        VerticalWork::Weigh(_) => Vec::new(),
        _ => member.features.iter().map(String::as_str).collect(),
    };
    let design = Design::new(&contents.table, &features, label, MissingFeatures::Keep);
    let design = design.map_err(|_| misfit())?;
    // Large tables lie in memory as seldom as can be.
    let table = if let VerticalWork::Weigh(weigh) = &task.work {
        Some((contents.table, weigh.bins))
    } else {
        drop(contents);
        None
    };
    if table.is_none() && design.names != member.inputs {
        return Err(misfit());
    }
    let (mut fitted, mut tested, mut unlabelled) = (Picked::default(), Picked::default(), 0_u64);
    for (hospital, order) in orders {
        for (place, number) in (0..).zip(order.rows()) {
            let numbers = &design.row_numbers;
            let row = numbers.binary_search_by_key(number, |number| *number as u64);
            match (row, task.held_out(*hospital, place)) {
                (Ok(row), true) => tested.rows.push(row),
                (Ok(row), false) => fitted.rows.push(row),
                // Rows without a label are in no matrix.
                (Err(_), _) => unlabelled += 1,
            }
        }
        fitted.end_of(*hospital);
        tested.end_of(*hospital);
    }
    if unlabelled > 0 {
        warn!(rows = unlabelled, "common rows have no label");
        return Err(Obstacle::LabelsMissing.into());
    }
    let (fitted, tested) = (Rows::of(&design, fitted), Rows::of(&design, tested));
    let is_allowed = |label: &f64| match &task.work {
        VerticalWork::Grow(grow) => grow.specification().objective.allows(*label),
        VerticalWork::Weigh(_) => Objective::Logistic.allows(*label),
        VerticalWork::Predict { .. } => true,
    };
    if !fitted.labels.iter().chain(&tested.labels).all(is_allowed) {
        return Err(Obstacle::LabelsMissing.into());
    }
    let mut bins = Vec::new();
    if let Some((table, most)) = table {
        let of = |name: &String| Bins::of(table.column(name)?, &fitted.numbers, most);
        let all: Option<Vec<Bins>> = member.features.iter().map(of).collect();
        bins = all.ok_or_else(misfit)?;
    }
    Ok((fitted, tested, bins))
}
