//! One fit over simulated links: the protocols that daemons run, every party a task of one thread.

mod error;
mod glm;
mod protection;
mod trees;
mod vertical;

use std::{collections::BTreeMap, time::Duration};

use consilium_base::Seed;
use consilium_mailbox::{
    Account, Mailbox, PartyId, RunId,
    sim::{Link, World},
};
use consilium_plan::{Learner, Phase, Plan, Task, VerticalWork};
use tokio::time::Instant;

pub use error::SimulationError;
pub(crate) use glm::table as of_regression;

use crate::{Predictor, Rows};

/// What one institution brings to a fit.
#[derive(Debug, Clone)]
pub struct Brought {
    /// Which.
    pub party: PartyId,
    /// Its training rows; of a vertical plan its own columns of the rows that all have, in the
    /// order that all have, with labels at the label holder alone.
    pub rows: Rows,
}

/// The network between the parties, and where chance begins.
#[derive(Debug, Clone)]
pub struct Conditions {
    /// Between all that are not named.
    pub link: Link,
    /// Of both directions between a party and all others.
    pub of_party: BTreeMap<PartyId, Link>,
    /// From it follow keys, masks, rounding, what is drawn and what is lost.
    pub seed: u64,
}

/// What came of a fit.
#[derive(Debug)]
pub struct Simulated {
    /// The model, with the parts of all.
    pub predictor: Predictor,
    /// The mean training loss before each update and after the last, as far as the protocol tells it.
    pub curve: Vec<f64>,
    /// Updates of the model, or trees.
    pub iterations: u32,
    /// Sums that were opened.
    pub sums: u64,
    /// What it cost each party, the coordinator first.
    pub accounts: Vec<(PartyId, Account)>,
    /// From the first message to the last, over links as declared: on its way and in computing.
    pub wall: Duration,
}

/// Parties with their ends of the network.
struct Parties {
    coordinator: Mailbox,
    /// In the order of what is brought.
    others: Vec<Mailbox>,
    seed: Seed,
}

/// Fits a plan's model to what its contributors bring: in its fit, or in a phase that trains the same
/// regression in another way.
///
/// Meant for a runtime of one thread with a paused clock: then the time on links costs none, and the
/// same conditions give the same model bit for bit.
///
/// # Errors
///
/// [`SimulationError`]: why the rows allow no model, or which plan can't be simulated.
pub async fn simulate(
    (plan, phase): (&Plan, Phase),
    brought: &[Brought],
    conditions: &Conditions,
) -> Result<Simulated, SimulationError> {
    let parties = Parties::new(plan, brought, conditions);
    let began = Instant::now();
    let fitted = match plan.task() {
        Task::Train(task) => match &task.learner {
            Learner::Glm(regression) => {
                Box::pin(glm::fit(
                    (plan, task, regression),
                    phase,
                    (brought, &parties),
                ))
                .await
            }
            Learner::Gbdt(growing) => {
                Box::pin(trees::fit((plan, task, growing), brought, &parties)).await
            }
        },
        Task::Vertical(task) => match &task.work {
            VerticalWork::Grow(grow) if task.group().is_none() => {
                Box::pin(vertical::fit((task, grow), brought, &parties)).await
            }
            _ => Err(SimulationError::NotSimulated),
        },
        Task::Align(_) => Err(SimulationError::NotSimulated),
    };
    let wall = began.elapsed();
    let fitted = fitted?;
    Ok(Simulated {
        predictor: fitted.predictor,
        curve: fitted.curve,
        iterations: fitted.iterations,
        sums: fitted.sums,
        accounts: parties.finish(),
        wall,
    })
}

/// What the parties' tasks gave.
struct Fitted {
    predictor: Predictor,
    curve: Vec<f64>,
    iterations: u32,
    sums: u64,
}

impl Parties {
    fn new(plan: &Plan, brought: &[Brought], conditions: &Conditions) -> Parties {
        let coordinator = plan.coordinator().clone();
        let others = brought.iter().map(|it| it.party.clone());
        let names: Vec<PartyId> = [coordinator].into_iter().chain(others).collect();
        let mut world = World::new(conditions.seed)
            .with_link(conditions.link)
            .with_patience(plan.mail_patience())
            .with_computing_time()
            .without_transcript();
        for (party, link) in &conditions.of_party {
            world = world.with_link_of(party, *link);
        }
        let mut mailboxes = world.mailboxes(&names, RunId([1; 16])).into_iter();
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&conditions.seed.to_le_bytes());
        Parties {
            coordinator: mailboxes.next().expect("the coordinator is named first"),
            others: mailboxes.collect(),
            seed: Seed::from_bytes(seed),
        }
    }

    /// Gives a party's secret for the study.
    fn secret(&self, label: &'static str, party: &PartyId) -> Seed {
        self.seed.derive(label, &[party.as_str().as_bytes()])
    }

    fn finish(self) -> Vec<(PartyId, Account)> {
        let mails = [self.coordinator].into_iter().chain(self.others);
        let account = |mail: Mailbox| (mail.me().clone(), mail.finish());
        mails.map(account).collect()
    }
}
