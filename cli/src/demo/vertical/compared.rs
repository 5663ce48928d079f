//! The joint model beside those over one institution's columns, and over all columns in one place.

use std::{collections::HashMap, fs, ops::ControlFlow, path::Path};

use anyhow::Context as _;
use consilium_evaluation::{Scored, auc};
use consilium_gbdt::{Boosting, Column, Table, local};
use consilium_mailbox::PartyId;
use consilium_plan::Vertical;

use super::{common::Common, difference::standard_error, losses::Losses, studies::growth};
use crate::local::kept::Kept;

/// So many standard errors two models over the same rows don't differ by chance, but once in 15,000
/// trials.
const ERRORS: f64 = 4.0;

/// What models make of the same rows.
#[derive(Debug)]
pub(super) struct Compared {
    /// The areas under the curve over the rows kept for testing.
    pub(super) joint: f64,
    pub(super) pooled: f64,
    /// Of each institution's columns, with the labels.
    pub(super) alone: Vec<(PartyId, f64)>,
    /// How much the joint and the pooled one may differ by chance.
    pub(super) bound: f64,
    /// The mean losses over the rows that serve for training.
    pub(super) losses: Losses,
    /// Whether the study that predicts gave these rows the scores that the model was measured by.
    pub(super) is_scored_alike: bool,
}

/// A model over rows in one place.
struct Fitted {
    /// Of the rows kept for testing.
    scores: Vec<f64>,
    /// Over the rows that serve for training: before the first tree, and after the last.
    losses: [f64; 2],
}

impl Compared {
    /// Fits the other models, and holds the scores of both studies against each other.
    pub(super) fn new(
        task: &Vertical,
        common: &Common,
        (grown, predicted): (&Kept, &Kept),
    ) -> anyhow::Result<Compared> {
        let boosting = &growth(task)?.boosting;
        let [of_test, of_all] = [grown, predicted].map(|kept| {
            let mut parties = kept.parties.iter();
            let own = parties.find(|own| own.party == task.label_holder);
            let path = own.and_then(|own| own.scores.as_deref());
            scores(path.context("the label holder has scores")?)
        });
        let (of_test, of_all) = (of_test?, of_all?);
        let among = |scores: &HashMap<u32, f64>, places: &[usize]| -> Option<Vec<f64>> {
            let numbers = places.iter().map(|&place| common.numbers[place]);
            numbers.map(|number| scores.get(&number).copied()).collect()
        };
        let joint = among(&of_test, &common.tested);
        let joint = joint.context("every row kept for testing has a score")?;
        let again = among(&of_all, &common.tested);
        let trained = among(&of_all, &common.trained);
        let trained = trained.context("every row that serves for training has a score")?;
        let labels = picked(&common.labels, &common.tested);

        let columns = common.columns.iter();
        let alone = columns.clone().map(|(party, columns)| {
            let fitted = Fitted::new(boosting, columns.iter(), common)?;
            anyhow::Ok((party.clone(), area(&labels, &fitted.scores)?))
        });
        let pooled = columns.flat_map(|(_, columns)| columns);
        let pooled = Fitted::new(boosting, pooled, common)?;
        let [none, of_pooled] = pooled.losses;
        Ok(Compared {
            joint: area(&labels, &joint)?,
            pooled: area(&labels, &pooled.scores)?,
            alone: alone.collect::<anyhow::Result<_>>()?,
            bound: ERRORS * standard_error(&labels, &joint, &pooled.scores),
            losses: Losses {
                none,
                joint: Losses::logistic(&picked(&common.labels, &common.trained), &trained),
                pooled: of_pooled,
                told: Losses::told(grown)?,
            },
            is_scored_alike: again.as_ref() == Some(&joint) && of_all.len() == common.labels.len(),
        })
    }

    /// Gives how much more the joint model has than the pooled one.
    pub(super) fn difference(&self) -> f64 {
        self.joint - self.pooled
    }

    /// Says what is not as it should be; `fits` says whether the common rows are.
    pub(super) fn odd(&self, fits: bool) -> Option<(&'static str, &'static str)> {
        if !fits {
            return Some((
                "the common rows are not those that the tables have in common",
                "找到的共同行与各表实际共有的行不符",
            ));
        }
        if !self.is_scored_alike {
            return Some((
                "the model predicts otherwise than when it was measured",
                "模型的预测与评估时不一致",
            ));
        }
        if self.difference().abs() > self.bound {
            return Some((
                "the joint model is further from the pooled one than chance explains",
                "联合模型与集中模型的差距超出随机误差",
            ));
        }
        self.losses.odd()
    }
}

impl Fitted {
    /// Fits trees to the training rows of some columns, and scores the rows kept for testing.
    fn new<'a>(
        boosting: &Boosting,
        columns: impl Iterator<Item = &'a Column>,
        common: &Common,
    ) -> anyhow::Result<Fitted> {
        let (mut trained, mut tested) = (Vec::new(), Vec::new());
        for column in columns {
            trained.push(Column {
                name: column.name.clone(),
                values: picked(&column.values, &common.trained),
            });
            tested.push(picked(&column.values, &common.tested));
        }
        let objective = boosting.specification().objective;
        let labels = picked(&common.labels, &common.trained);
        let table = Table::new(objective, trained, labels)?;
        let fit = local::fit(boosting, &table, |_| ControlFlow::Continue(()))?;
        let tested: Vec<&[f64]> = tested.iter().map(Vec::as_slice).collect();
        let ends = fit.losses.first().zip(fit.losses.last());
        let (first, last) = ends.context("a fit has losses")?;
        Ok(Fitted {
            scores: fit.model.means(&tested),
            losses: [first.trained, last.trained],
        })
    }
}

fn picked(values: &[f64], places: &[usize]) -> Vec<f64> {
    places.iter().map(|&place| values[place]).collect()
}

fn area(labels: &[f64], scores: &[f64]) -> anyhow::Result<f64> {
    let scored = labels.iter().zip(scores);
    let scored = scored.map(|(&label, &score)| Scored { score, label });
    auc(&scored.collect::<Vec<_>>()).context("the rows kept for testing are of two classes")
}

/// Reads the score of each row, by its number in the file.
fn scores(path: &Path) -> anyhow::Result<HashMap<u32, f64>> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let place = |name| header.iter().position(|column| *column == name);
    let (row, score) = place("row")
        .zip(place("score"))
        .context("it has another header")?;
    let read = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let cell = |at: usize| cells.get(at).copied().context("a line is too short");
        anyhow::Ok((cell(row)?.parse()?, cell(score)?.parse()?))
    };
    lines.map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike() -> Compared {
        Compared {
            joint: 0.71,
            pooled: 0.72,
            alone: Vec::new(),
            bound: 0.02,
            losses: Losses {
                none: 0.7,
                joint: 0.601,
                pooled: 0.6,
                told: 0.601,
            },
            is_scored_alike: true,
        }
    }

    #[test]
    fn whatever_is_not_as_it_should_be_is_said() {
        assert_eq!(alike().odd(true), None);
        let said = |odd: Option<(&'static str, &'static str)>| odd.map_or("", |(en, _)| en);
        assert!(said(alike().odd(false)).contains("common rows"));
        let mut otherwise = alike();
        otherwise.is_scored_alike = false;
        assert!(said(otherwise.odd(true)).contains("predicts otherwise"));
        // Further apart than by chance, whichever is better.
        for joint in [0.69, 0.75] {
            let apart = Compared { joint, ..alike() };
            assert!(said(apart.odd(true)).contains("further from"), "{joint}");
        }
        let mut unlearnt = alike();
        unlearnt.losses.joint = 0.69;
        unlearnt.losses.told = 0.69;
        assert!(unlearnt.odd(true).is_some());
    }
}
