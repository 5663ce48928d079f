#![doc = include_str!("../README.md")]

mod coalitions;
mod disclosure;
mod error;
mod gain;
mod game;
mod influence;
mod protocol;
mod record;
mod sums;
mod valuation;
mod worth;

pub use coalitions::{Coalitions, ORDERS, Worths};
pub use disclosure::disclosures;
pub use error::{Failure, ValueError};
pub use gain::{FOLDS, Marginal, Proxy, marginal, proxy};
pub use game::{Coalition, Drawn, MOST_DRAWN_PLAYERS, MOST_PLAYERS, everybody, sampled, shapley};
pub use influence::{LEAST_PENALTY, Own, Totals, own};
pub use protocol::{Coalesced, Valued, Worth, aggregate, contribute};
pub use record::{MarginalRecord, Record};
pub use sums::{COUNTS, FEWEST_ROWS, Judged, sums_len};
pub use valuation::{
    FEWEST_CONTRIBUTORS, FEWEST_JUDGES, Method, Valuation, fewest_contributors, fewest_judges,
};
pub use worth::{Step, Value, share};
