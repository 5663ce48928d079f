//! Models of the hospitals' stays, held against what nothing went wrong with.

use anyhow::{Context as _, bail};
use consilium_data::{
    Reading,
    design::{Design, Features, MissingFeatures},
};
use consilium_evaluation::{Placements, Scored};
use consilium_glm::{Fit, Table, local};
use consilium_plan::{Glm, Learner, Task, Train};

use super::{
    deal::{Mistake, PARTIES, Stays},
    estimate::Estimate,
    files::Example,
    studies::Ended,
};

/// How well models of some hospitals tell who comes back, over the test rows of all six as they would be, had
/// nothing gone wrong.
#[derive(Debug)]
pub(super) struct Trained {
    /// Of all six, each row counting alike, fitted in one place.
    all: Placements,
    /// Of all six by their study, each row counting alike.
    pub(super) unweighted: Placements,
    /// Of all six by their study, each hospital's rows counting by its card.
    pub(super) weighted: Placements,
    /// Of those alone at which nothing went wrong.
    pub(super) sound: Placements,
    /// Of the five others without each hospital, in the order of all.
    pub(super) without: Vec<Placements>,
    /// The rows that serve for testing.
    pub(super) tested: usize,
}

impl Trained {
    /// Fits models over all rows in one place, which a demo may, and tests the studies' models.
    pub(super) fn new(example: &Example, ended: &Ended) -> anyhow::Result<Trained> {
        let (task, glm) = task(example)?;
        let table = |stays: &Stays, wanted: bool| table(example, (task, glm), (stays, wanted));
        let trained = example.hospitals.iter().map(|stays| table(stays, false));
        let trained: Vec<Table> = trained.collect::<anyhow::Result<_>>()?;
        let tested = example.sound.iter().map(|stays| table(stays, true));
        let tested: Vec<Table> = tested.collect::<anyhow::Result<_>>()?;
        let area = |fit: &Fit| {
            let scored = tested
                .iter()
                .flat_map(|it| it.score(|row| fit.predict(row)));
            let placements = Placements::of(&scored.collect::<Vec<Scored>>());
            placements.context("the test rows are of two classes")
        };
        let of = |which: &dyn Fn(&str) -> bool| {
            let these = example.hospitals.iter().zip(&trained);
            let these = these.filter(|(stays, _)| which(stays.party));
            let these: Vec<&Table> = these.map(|(_, table)| table).collect();
            area(&local::fit(&glm.regression, &these)?)
        };
        let without = PARTIES
            .iter()
            .map(|left_out| of(&|party| party != *left_out));
        Ok(Trained {
            all: of(&|_| true)?,
            unweighted: area(&ended.unweighted)?,
            weighted: area(&ended.weighted)?,
            sound: of(&|party| Mistake::at(party).is_none())?,
            without: without.collect::<anyhow::Result<_>>()?,
            tested: tested.iter().map(Table::rows).sum(),
        })
    }

    /// By how much the area grows where rows count by cards.
    pub(super) fn gained_by_weights(&self) -> Option<Estimate> {
        Estimate::more(&self.weighted, &self.unweighted)
    }

    /// By how much it would grow where those alone are asked at which nothing went wrong.
    pub(super) fn gained_by_sound(&self) -> Option<Estimate> {
        Estimate::more(&self.sound, &self.unweighted)
    }

    /// By how much the area grows where a hospital is left out.
    pub(super) fn gained_without(&self, party: &str) -> Option<Estimate> {
        let place = PARTIES.iter().position(|other| *other == party)?;
        Estimate::more(self.without.get(place)?, &self.all)
    }

    /// Whether leaving out either hospital at which something went wrong gains more than leaving out any other.
    pub(super) fn mistaken_are_worst(&self) -> bool {
        let gained = PARTIES.iter().filter_map(|party| {
            let is_mistaken = Mistake::at(party).is_some();
            Some((is_mistaken, self.gained_without(party)?.value))
        });
        let (mistaken, others): (Vec<_>, Vec<_>) =
            gained.partition(|(is_mistaken, _)| *is_mistaken);
        let least = mistaken
            .iter()
            .map(|(_, gained)| *gained)
            .fold(f64::INFINITY, f64::min);
        others.iter().all(|(_, gained)| *gained < least)
    }
}

fn task(example: &Example) -> anyhow::Result<(&Train, &Glm)> {
    match example.plan.task() {
        Task::Train(task) => match &task.learner {
            Learner::Glm(glm) => Ok((task, glm)),
            Learner::Gbdt(_) => bail!("the demo's plan fits no regression"),
        },
        _ => bail!("the demo's plan trains no model"),
    }
}

/// The rows of one hospital that serve for training, or for testing.
fn table(
    example: &Example,
    (task, glm): (&Train, &Glm),
    (stays, tested): (&Stays, bool),
) -> anyhow::Result<Table> {
    let csv = stays.csv()?;
    let loaded = Reading::new(&example.schema).stream(&csv[..])?;
    let names: Vec<&str> = task.features.iter().map(String::as_str).collect();
    let features = Features {
        names: &names,
        preparation: task.preparation.as_ref(),
    };
    let missing = MissingFeatures::Drop;
    let design = Design::new(&loaded.table, features, Some(&task.label), missing)?;
    let (mut x, mut y) = (Vec::new(), Vec::new());
    let numbers = 0..design.rows;
    for row in numbers.filter(|row| stays.is_tested(design.row_numbers[*row]) == tested) {
        x.extend_from_slice(design.row(row));
        y.push(design.y[row]);
    }
    Ok(Table::new(&glm.regression, x, y)?)
}
