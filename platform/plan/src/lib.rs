#![doc = include_str!("../README.md")]

mod approval;
mod canonical;
mod contract;
mod differing;
mod disclosures;
mod error;
mod estimate;
mod failure;
mod lang;
mod plan;
mod preflight;
mod raw;
mod run;
mod study;
mod summary;
pub mod texts;
mod time;

pub use consilium_base::{FederationId, UnixTime};

pub use approval::{
    BadSteward, Decision, DecisionId, Grant, LATEST, MOST_DECISIONS, Register, Rejected,
    SignedStatement, Standing, Statement, Steward,
};
pub use differing::describe_parts;
pub use disclosures::{Audience, Disclosure};
pub use error::{PlanError, PlanFault, TrustFault};
pub use estimate::{Cost, Costs, Estimate, Links, RowsBy, Speed, Spent};
pub use failure::{Advice, Failure, UnknownCode, explain};
pub use lang::{BadLang, Lang};
pub use plan::{
    Align, Calendar, Common, Comparison, DataSet, DataVersion, Dictionary, FORMAT, Gbdt, Glm,
    Group, GroupTerms, Grow, Hospital, Learner, Limits, Matching, Member, Missing, Month, Name,
    NoisyCount, OnDropout, OwnMetrics, Part, Party, Patience, Periods, Plan, PlanHash, Protection,
    Scarcity, Statistics, Task, TestRows, Train, Unlike, Valuing, Vertical, VerticalWork, Weigh,
};
pub use preflight::{DataReport, Found, MOST_SKEW, Obstacle, PartyReport, Room, Verdict, Warning};
pub use raw::RawPlan;
pub use run::{Compared, HybridSums, Phase, Reached, ResultKept, UnknownPhase};
pub use study::{Doing, Event, Forbidden, StepNumber, Study, Waiting};
pub use summary::say_prepared;
pub use texts::failure::Code;
