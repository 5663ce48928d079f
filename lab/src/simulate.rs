//! One fit over simulated links: the protocols that daemons run, every party a task of one thread.

mod error;
mod glm;
mod horizontal;
mod hybrid;
mod protection;
mod trees;
mod vertical;

use std::{collections::BTreeMap, time::Duration};

use consilium_base::Seed;
use consilium_evaluation::Measures;
use consilium_glm::Fit;
use consilium_mailbox::{
    Account, Mailbox, PartyId, RunId,
    sim::{Link, World},
};
use consilium_plan::{Phase, Plan, Task, VerticalWork};
use tokio::time::Instant;

pub use error::SimulationError;
pub(crate) use glm::table as of_regression;

use crate::{Predictor, Rows};

/// How many seconds of the runtime's clock a simulated second takes: its whole milliseconds are then
/// microseconds.
const STRETCH: u32 = 1000;

/// What one institution brings to a fit.
#[derive(Debug, Clone)]
pub struct Brought {
    /// Which.
    pub party: PartyId,
    /// Its training rows; of a vertical plan its own columns of the rows that all have, in the
    /// order that all have, with labels at the label holder alone. Where hospitals have each its own
    /// people, the others have the rows of all hospitals, one hospital after the other in order of
    /// their names.
    pub rows: Rows,
    /// Its test rows: where all bring theirs, each model by sums is measured over them, by two sums
    /// more.
    pub test: Option<Rows>,
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
    /// Whether time goes on while a party computes: it then differs from run to run, nothing else
    /// does.
    pub computing_time: bool,
}

/// What came of a study.
#[derive(Debug)]
pub struct Simulated {
    /// The model of each phase.
    pub trained: BTreeMap<Phase, Trained>,
    /// What it cost each party, the coordinator first.
    pub accounts: Vec<(PartyId, Account)>,
    /// From the first message to the last, over links as declared.
    pub wall: Duration,
}

/// What came of a phase that trains.
#[derive(Debug)]
pub struct Trained {
    /// The model, with the parts of all.
    pub predictor: Predictor,
    /// The same with its standard errors, if it is a regression that was fitted.
    pub fit: Option<Box<Fit>>,
    /// Over the test rows of all, from sums; none where nobody brought them.
    pub measures: Option<Measures>,
    /// The mean training loss before each update and after the last, as far as the protocol tells it.
    pub curve: Vec<f64>,
    /// Updates of the model, or trees.
    pub iterations: u32,
    /// Sums that were opened, those of the measures too.
    pub sums: u64,
}

/// Parties with their ends of the network.
struct Parties {
    coordinator: Mailbox,
    /// In the order of what is brought.
    others: Vec<Mailbox>,
    seed: Seed,
}

/// Trains a plan's model on what its contributors bring: in its fit, and in phases that train the same
/// regression in another way, one after the other.
///
/// Meant for a runtime of one thread with a paused clock: then the time on links costs none, and the
/// same conditions give the same model bit for bit.
///
/// # Errors
///
/// [`SimulationError`]: why the rows allow no model, or which plan can't be simulated.
pub async fn simulate(
    (plan, phases): (&Plan, &[Phase]),
    brought: &[Brought],
    conditions: &Conditions,
) -> Result<Simulated, SimulationError> {
    let parties = Parties::new(plan, brought, conditions);
    let began = Instant::now();
    let trained = match plan.task() {
        Task::Train(task) => {
            Box::pin(horizontal::train((plan, task), phases, (brought, &parties))).await
        }
        Task::Vertical(task) => match &task.work {
            VerticalWork::Grow(grow) if phases == [Phase::Fit] => {
                let fitted = match task.group() {
                    None => Box::pin(vertical::fit((task, grow), brought, &parties)).await,
                    Some(_) => Box::pin(hybrid::fit((plan, task, grow), brought, &parties)).await,
                };
                fitted.map(|fitted| BTreeMap::from([(Phase::Fit, fitted)]))
            }
            _ => Err(SimulationError::NotSimulated),
        },
        Task::Align(_) | Task::Statistics(_) | Task::Dictionary(_) | Task::Scarcity(_) => {
            Err(SimulationError::NotSimulated)
        }
    };
    let wall = began.elapsed() / STRETCH;
    Ok(Simulated {
        trained: trained?,
        accounts: parties.finish(),
        wall,
    })
}

impl Trained {
    /// Begins with the model alone.
    fn new(predictor: Predictor) -> Trained {
        Trained {
            predictor,
            fit: None,
            measures: None,
            curve: Vec::new(),
            iterations: 0,
            sums: 0,
        }
    }
}

impl Parties {
    fn new(plan: &Plan, brought: &[Brought], conditions: &Conditions) -> Parties {
        let coordinator = plan.coordinator().clone();
        let others = brought.iter().map(|it| it.party.clone());
        let names: Vec<PartyId> = [coordinator].into_iter().chain(others).collect();
        let mut world = World::new(conditions.seed)
            .with_link(conditions.link)
            .with_patience(plan.mail_patience())
            .with_time_stretched(STRETCH)
            .without_transcript();
        if conditions.computing_time {
            world = world.with_computing_time();
        }
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

    /// Shows the others that this party means the same by the columns that they share, as the plan has them.
    async fn prove(
        &self,
        mail: &Mailbox,
        plan: &Plan,
        brought: &[Brought],
    ) -> Result<(), SimulationError> {
        let Some(contract) = plan.planned_contract(mail.me()) else {
            return Ok(());
        };
        let contributors: Vec<PartyId> = brought.iter().map(|it| it.party.clone()).collect();
        let roster = plan.sharing(mail.me(), &contributors);
        let secret = self.secret("lab.1.contract", mail.me());
        let about = plan.hash();
        let own = (&contract, about.as_bytes());
        consilium_contract::prove(mail, &roster, own, &secret).await?;
        Ok(())
    }

    fn finish(self) -> Vec<(PartyId, Account)> {
        let mails = [self.coordinator].into_iter().chain(self.others);
        let account = |mail: Mailbox| (mail.me().clone(), mail.finish());
        mails.map(account).collect()
    }
}
