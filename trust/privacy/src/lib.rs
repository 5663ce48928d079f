#![doc = include_str!("../README.md")]

mod attacks;
mod attribute;
mod classes;
mod column;
mod counts;
mod error;
mod grade;
mod membership;
mod population;
mod report;
mod risk;
mod scores;
mod shadow;

pub use attacks::{Membership, ShadowAttack};
pub use attribute::{Attribute, Distance, Recursive};
pub use classes::{Classes, Curve, STEPS, Step};
pub use column::{Column, MOST_ROWS};
pub use error::PrivacyError;
pub use grade::Grade;
pub use membership::{Advantage, Interval, TruePositives, confidence};
pub use population::{Estimator, Uniques};
pub use report::{Counted, FORMAT, Report, Table};
pub use risk::{Population, Risk, Risks, Threshold};
pub use scores::{Score, sensitivity_score};
pub use shadow::{Shadows, shadow_scores};
