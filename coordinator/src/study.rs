//! Studies at the coordinator, from the plan that comes in to the result.
//!
//! Each living study has one task, its [driver](driver), which alone changes it. What has happened
//! is in the store before anybody hears of it; a driver that is started again goes on from there.

mod align;
mod attempt;
mod blame;
mod command;
mod decide;
mod driver;
mod fitting;
mod gather;
mod job;
mod keep;
mod ledger;
mod phases;
mod post;
mod reception;
mod result;
mod running;
mod scarcity;
mod statistics;
mod vertical;
mod waiting;
mod working;

pub(crate) mod events;

pub(crate) use command::{Command, Forbidden};
pub(crate) use job::{Job, Outcome, Progress, Spent};
pub(crate) use reception::{Parcel, Studies};
pub(crate) use result::{MODEL, REPORT};

use consilium_journal::StudyName;
use consilium_plan::PlanHash;

/// Gives the name under which the store has a study: its plan's hash.
pub(crate) fn name(plan: &PlanHash) -> StudyName {
    plan.to_string()
        .parse()
        .expect("hexadecimal digits are a study's name")
}
