//! One cell, from the rows to its outcome.

mod processes;

use std::{collections::BTreeMap, ops::ControlFlow};

use consilium_evaluation::{Measures, Scored, Subject, Weight};
use consilium_gbdt::{Boosting, Table, local as trees};
use consilium_glm::{Regression, local};
use consilium_mailbox::{Mailbox, PartyId, RunId, sim::World};
use consilium_plan::{Learner, Phase, Plan, Task, Vertical, VerticalWork};

pub(crate) use processes::of_phase;
pub use processes::{Gathered, Studies};

use crate::{
    Arm, Brought, Cell, Conditions, Experiment, Fitted, Learnt, Outcome, Part, PartyCost,
    PartyRows, Predictor, RowCounts, Rows, Share, SimulationError, Tables,
    predictor::mean_loss,
    simulate::{self, Simulated, simulate},
};

/// The label under which learning in one place is accounted.
const LOCAL: &str = "lab.1.local";

impl Experiment {
    /// Runs a cell over simulated links; none of another experiment.
    ///
    /// Meant for a runtime of one thread with a paused clock, as [`simulate`] is. That rows give no
    /// model is an outcome too.
    pub async fn learn(&self, tables: &Tables, cell: &Cell) -> Option<Outcome> {
        let shares = tables.shares(cell.seed, cell.fold);
        let bench = self.bench(tables, cell, &shares)?;
        let learnt = match &cell.arm {
            Arm::Pooled => bench.in_one_place(None),
            Arm::Local { party } => bench.in_one_place(Some(party)),
            Arm::Exact | Arm::Approximate { .. } => {
                let conditions = Conditions {
                    link: self.links().usual().link(),
                    of_party: (self.links().of_parties())
                        .map(|(party, terms)| (party.clone(), terms.link()))
                        .collect(),
                    seed: cell.seed,
                    computing_time: true,
                };
                bench.together(&conditions).await
            }
        };
        Some(bench.outcome(cell, learnt))
    }

    fn bench<'a>(
        &'a self,
        tables: &'a Tables,
        cell: &Cell,
        shares: &'a [Share],
    ) -> Option<Bench<'a>> {
        Some(Bench {
            plan: self.plan_of(&cell.arm)?,
            phase: self.phase_of(&cell.arm),
            tables,
            shares,
        })
    }
}

/// A plan and the rows of one split.
struct Bench<'a> {
    plan: &'a Plan,
    phase: Phase,
    tables: &'a Tables,
    /// Of the contributors, in order of their names.
    shares: &'a [Share],
}

impl Bench<'_> {
    fn outcome(&self, cell: &Cell, learnt: Result<Fitted, impl ToString>) -> Outcome {
        Outcome {
            cell: cell.clone(),
            rows: self.counts(),
            rows_by_party: self
                .shares
                .iter()
                .map(|share| self.rows_of(share))
                .collect(),
            result: match learnt {
                Ok(fitted) => Learnt::Fitted(Box::new(fitted)),
                Err(error) => Learnt::Failed {
                    reason: error.to_string(),
                },
            },
        }
    }

    /// Counts rows; those that all have, once.
    fn counts(&self) -> RowCounts {
        let counts = match self.vertical() {
            Some(task) => {
                let mut shares = self.shares.iter();
                RowCounts::of(shares.find(|share| share.party == task.label_holder))
            }
            None => RowCounts::of(self.shares),
        };
        RowCounts {
            dropped: self.tables.left_out() as u64,
            ..counts
        }
    }

    fn rows_of(&self, share: &Share) -> (PartyId, PartyRows) {
        let rows = PartyRows {
            train: share.count(Part::Training) as u64,
            test: share.count(Part::Test) as u64,
            mean_label: self.tables.mean_label(share),
        };
        (share.party.clone(), rows)
    }

    fn vertical(&self) -> Option<&Vertical> {
        match self.plan.task() {
            Task::Vertical(task) => Some(task),
            Task::Train(_)
            | Task::Align(_)
            | Task::Statistics(_)
            | Task::Dictionary(_)
            | Task::Scarcity(_) => None,
        }
    }

    /// Fits as the plan says, between the parties.
    async fn together(&self, conditions: &Conditions) -> Result<Fitted, SimulationError> {
        let brought = self.brought(None);
        let study = (self.plan, &[self.phase][..]);
        let Simulated {
            mut trained,
            accounts,
            wall,
        } = simulate(study, &brought, conditions).await?;
        let trained = trained.remove(&self.phase);
        let trained = trained.ok_or(SimulationError::NotSimulated)?;
        let costs = accounts.into_iter();
        Ok(Fitted {
            curve: trained.curve,
            iterations: trained.iterations,
            parties: costs
                .map(|(party, account)| PartyCost::of(party, account))
                .collect(),
            wall_s: Some(wall.as_secs_f64()),
            ..self.measured(&trained.predictor, None)?
        })
    }

    /// Fits the rows of one party, or of all, in one place.
    fn in_one_place(&self, alone: Option<&PartyId>) -> Result<Fitted, SimulationError> {
        let pooled = "pooled".parse().expect("it is a name");
        let party = alone.unwrap_or(&pooled);
        let mail = place(party);
        let local = mail.compute(LOCAL, || self.fit(alone, party))?;
        let costs = PartyCost::of(party.clone(), mail.finish());
        Ok(Fitted {
            iterations: local.iterations,
            curve: local.curve,
            wall_s: Some(costs.cpu_s),
            parties: vec![costs],
            ..self.measured(&local.predictor, alone)?
        })
    }

    /// Gives what each party has on its own, of one or of all.
    fn brought(&self, alone: Option<&PartyId>) -> Vec<Brought> {
        let own = self.shares.iter();
        let own = own.filter(|share| alone.is_none_or(|party| share.party == *party));
        let brought = own.map(|share| Brought {
            party: share.party.clone(),
            rows: self.tables.rows(share, Part::Training),
            test: None,
        });
        brought.collect()
    }

    /// Gives rows with the columns of all, or of one party: of like parties its own rows; of others,
    /// the common rows that it has by its own columns, with the labels.
    fn rows(&self, part: Part, alone: Option<&PartyId>) -> Rows {
        let all = self.shares.iter();
        let rows = |share: &Share| self.tables.rows(share, part);
        let Some(task) = self.vertical() else {
            let own = all.filter(|share| alone.is_none_or(|party| share.party == *party));
            return Rows::stacked(&own.map(rows).collect::<Vec<Rows>>());
        };
        // The label holder's columns are first, as the model has them; then hospitals' that have each
        // its own people, then the others'.
        let (label_holder, others): (Vec<&Share>, Vec<&Share>) =
            all.partition(|share| share.party == task.label_holder);
        let (hospitals, others): (Vec<&Share>, Vec<&Share>) = others
            .into_iter()
            .partition(|share| task.is_hospital(&share.party));
        let mut own = None;
        let mut end = 0;
        for share in &hospitals {
            let start = end;
            end += share.count(part);
            if alone == Some(&share.party) {
                own = Some((start..end).collect::<Vec<usize>>());
            }
        }
        let single = |share| vec![share];
        let parts = [label_holder, hospitals].into_iter();
        let parts = parts.chain(others.into_iter().map(single));
        let parts = parts.filter(|of| !of.is_empty()).map(|of| {
            let name = &of[0].party;
            let mut rows = Rows::stacked(&of.iter().map(|share| rows(share)).collect::<Vec<_>>());
            // Two parties may give columns the same name; what a plan says of columns is of the label
            // holder's.
            if *name != task.label_holder {
                for column in &mut rows.columns {
                    column.name = format!("{name}.{}", column.name);
                }
            }
            if alone.is_some_and(|party| of.iter().all(|share| share.party != *party)) {
                rows.columns.clear();
            }
            rows
        });
        let rows = Rows::joined(&parts.collect::<Vec<Rows>>());
        // It trains on its own people; what it has learnt is measured on everybody, as all else is.
        match own.filter(|_| part == Part::Training) {
            None => rows,
            Some(own) => rows.pick(&own),
        }
    }

    fn fit(&self, alone: Option<&PartyId>, party: &PartyId) -> Result<Local, SimulationError> {
        let boosting = match self.plan.task() {
            Task::Train(task) => match &task.learner {
                Learner::Glm(glm) => return self.regress(&glm.regression, alone),
                Learner::Gbdt(gbdt) => gbdt.agreement.boosting(),
            },
            Task::Vertical(task) => match &task.work {
                VerticalWork::Grow(grow) => &grow.boosting,
                VerticalWork::Predict { .. } | VerticalWork::Weigh(_) => {
                    return Err(SimulationError::NotSimulated);
                }
            },
            Task::Align(_) | Task::Statistics(_) | Task::Dictionary(_) | Task::Scarcity(_) => {
                return Err(SimulationError::NotSimulated);
            }
        };
        let objective = boosting.specification().objective;
        let Rows { columns, labels } = self.rows(Part::Training, alone);
        let table = Table::new(objective, columns, labels);
        let bad_rows = |bad| SimulationError::rows(party, &bad);
        let table = table.map_err(bad_rows)?;
        if alone.is_some() || !self.plan.is_weighted() {
            return grow(boosting, &table);
        }
        // Where rows are weighed, those of all parties are one below the other.
        let weights = self.shares.iter().flat_map(|share| {
            let weight = self.plan.weight(&share.party).get();
            std::iter::repeat_n(weight, share.count(Part::Training))
        });
        let table = table.with_weights(weights.collect()).map_err(bad_rows)?;
        grow(boosting, &table)
    }

    /// Fits a regression to the tables of all, or to one's: no party has more rows than the plan
    /// allows, all together may.
    fn regress(
        &self,
        regression: &Regression,
        alone: Option<&PartyId>,
    ) -> Result<Local, SimulationError> {
        let brought = self.brought(alone);
        // What one has alone counts in full, whatever it counts beside others'.
        let weight = |it: &Brought| match alone {
            Some(_) => Weight::FULL,
            None => self.plan.weight(&it.party),
        };
        let tables = brought
            .iter()
            .map(|it| simulate::of_regression(regression, it, weight(it)));
        let tables = tables.collect::<Result<Vec<_>, _>>()?;
        let fit = local::fit(regression, &tables.iter().collect::<Vec<_>>())?;
        let scored = tables
            .iter()
            .flat_map(|own| own.score(|values| fit.predict(values)));
        let scored: Vec<Scored> = scored.collect();
        Ok(Local {
            curve: mean_loss(&regression.subject(), &scored)
                .into_iter()
                .collect(),
            iterations: fit.updates,
            predictor: Predictor::regression(regression, fit.model()),
        })
    }

    /// Measures a model over the test rows: of all, and where each party has its own, of each.
    fn measured(
        &self,
        predictor: &Predictor,
        alone: Option<&PartyId>,
    ) -> Result<Fitted, SimulationError> {
        let subject = self.subject()?;
        let of = |scored: &[Scored]| Measures::own(&subject, scored);
        let mut by_party = BTreeMap::new();
        let all: Vec<Scored> = if self.vertical().is_some() {
            predictor.score(&self.rows(Part::Test, alone))
        } else {
            let mut all = Vec::new();
            for share in self.shares {
                let scored = predictor.score(&self.tables.rows(share, Part::Test));
                by_party.extend(of(&scored).map(|measures| (share.party.clone(), measures)));
                all.extend(scored);
            }
            all
        };
        Ok(Fitted {
            measures: of(&all).ok_or(SimulationError::NothingMeasured)?,
            by_party,
            curve: Vec::new(),
            iterations: 0,
            parties: Vec::new(),
            wall_s: None,
        })
    }

    fn subject(&self) -> Result<Subject, SimulationError> {
        match self.plan.task() {
            Task::Train(task) => Ok(task.learner.subject()),
            Task::Vertical(task) => match &task.work {
                VerticalWork::Grow(grow) => Ok(grow.subject),
                VerticalWork::Predict { .. } | VerticalWork::Weigh(_) => {
                    Err(SimulationError::NotSimulated)
                }
            },
            Task::Align(_) | Task::Statistics(_) | Task::Dictionary(_) | Task::Scarcity(_) => {
                Err(SimulationError::NotSimulated)
            }
        }
    }
}

/// A mailbox that nobody writes to: it keeps account of what is computed in one place.
fn place(party: &PartyId) -> Mailbox {
    World::new(0).mailbox(party, &[], RunId([1; 16]))
}

/// What was learnt in one place.
struct Local {
    predictor: Predictor,
    curve: Vec<f64>,
    iterations: u32,
}

fn grow(boosting: &Boosting, table: &Table) -> Result<Local, SimulationError> {
    let fit = trees::fit(boosting, table, |_| ControlFlow::Continue(()))?;
    Ok(Local {
        curve: fit.losses.iter().map(|losses| losses.trained).collect(),
        iterations: u32::try_from(fit.model.trees().len()).unwrap_or(u32::MAX),
        predictor: Predictor::Trees(fit.model),
    })
}
