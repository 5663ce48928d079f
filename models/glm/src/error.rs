//! What can go wrong with a fit.

use consilium_mailbox::{Fault, MailboxError, PartyId};
use consilium_secagg::{EncodingError, SumError};
use serde::{Deserialize, Serialize};

use crate::{Regression, design};

/// Why the sums of all parties give no fit.
///
/// The aggregator finds it and tells the contributors. Of counts it holds the number of all rows,
/// and none of a level or class, so it may be shown to all of them.
#[derive(Debug, Clone, PartialEq, thiserror::Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Failure {
    /// There are hardly more rows than coefficients.
    #[error("all parties together have {rows} rows, the model needs {needed}")]
    TooFewRows {
        /// Rows of all parties.
        rows: u64,
        /// Rows needed.
        needed: u64,
    },
    /// All labels are the same.
    #[error("all parties' labels are the same: there is one class only, or no variance")]
    ConstantLabel,
    /// The labels use so little of their declared range that sums would be inexact.
    #[error("the labels' declared range is far too wide for their values")]
    NarrowLabel,
    /// A column has one value in all rows, or none.
    #[error("column '{column}' has the same value in all rows of all parties")]
    ConstantColumn {
        /// The column.
        column: String,
    },
    /// A column uses so little of its declared range that sums would be inexact.
    #[error("the declared range of column '{column}' is far too wide for its values")]
    NarrowColumn {
        /// The column.
        column: String,
    },
    /// A level of a 0/1 column, or a cell of a [partition](crate::Partition), is rarer than the plan allows.
    #[error(
        "a level of column '{column}', or a cell of what is made of it, has fewer than {minimum} rows over all parties \
         (in logistic regression, with one of the labels)"
    )]
    RareLevel {
        /// The column.
        column: String,
        /// The least count.
        minimum: u64,
    },
    /// The columns don't determine their coefficients.
    #[error("column '{column}' is a linear combination of the columns before it")]
    Collinear {
        /// The column.
        column: String,
    },
    /// The likelihood grows for ever along a column.
    #[error(
        "column '{column}' separates the labels: its coefficient grows without bound; \
         leave it out or set a penalty"
    )]
    Separation {
        /// The column with the fastest growth.
        column: String,
    },
    /// The labels can't be fitted within the caps of [`Likelihood`](crate::Likelihood).
    #[error("the model can't come near some of the labels: its fitted means run to extremes")]
    BeyondCaps,
    /// The coefficients still change.
    #[error("after {sums} sums the coefficients still change by {change:.1e}")]
    NotConverged {
        /// How many sums were opened.
        sums: u32,
        /// The largest change of a standardised coefficient in the last step.
        change: f64,
    },
    /// The coefficients grow from round to round of averaging.
    #[error("a party's coefficients run away: its gradient steps are too long")]
    Diverged,
    /// Measures of so few rows would tell of single ones.
    #[error(
        "all parties together have fewer than {minimum} rows to be evaluated on \
         (in logistic regression, of one of the labels)"
    )]
    TooFewToEvaluate {
        /// The least count.
        minimum: u64,
    },
    /// An opened sum is one that no rows can have: a party sent nonsense.
    #[error("a sum is none that rows can have: a contributor's part of it is wrong")]
    Implausible,
    /// A surrogate likelihood of the lead's rows has no maximum near that of all.
    #[error(
        "the rows of the institution that leads do not approximate those of all: let another lead, \
         set a penalty, or fit by Newton's steps"
    )]
    Unrepresentative,
}

impl Failure {
    /// Says whose fault it is: of the data and the plan, whoever brought them.
    ///
    /// A sum hides who sent nonsense, so even then no peer is blamed.
    pub fn fault(&self) -> Fault {
        Fault::Input
    }

    /// Says whether this can be a failure of the regression: whether it has the column named.
    pub(crate) fn suits(&self, regression: &Regression) -> bool {
        match self {
            Failure::ConstantColumn { column }
            | Failure::NarrowColumn { column }
            | Failure::RareLevel { column, .. }
            | Failure::Collinear { column }
            | Failure::Separation { column } => design::can_be_named(regression, column),
            _ => true,
        }
    }
}

impl From<consilium_evaluation::Failure> for Failure {
    fn from(failure: consilium_evaluation::Failure) -> Failure {
        use consilium_evaluation::Failure as Unmeasured;
        match failure {
            Unmeasured::TooFewToEvaluate { minimum } => Failure::TooFewToEvaluate { minimum },
            Unmeasured::Implausible => Failure::Implausible,
        }
    }
}

/// Why a fit over all parties ended without a result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GlmError {
    /// A message did not come, or came wrong.
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    /// A sum was not opened.
    #[error(transparent)]
    Sum(#[from] SumError),
    /// The data allow no fit.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// Own sums can't be encoded, or opened ones not decoded.
    #[error("a sum does not fit its declared bounds")]
    Encoding(#[from] EncodingError),
    /// The aggregator asks for what no fit of this regression asks.
    #[error("{aggregator} sent a model that is none of this regression")]
    BadModel {
        /// The aggregator.
        aggregator: PartyId,
    },
    /// The aggregator asks for more sums than a fit takes.
    #[error("{aggregator} asks for more sums than a fit takes")]
    TooManySums {
        /// The aggregator.
        aggregator: PartyId,
    },
    /// A party that every sum needs is not in one.
    #[error("{party} is not in a sum that needs all contributors")]
    Incomplete {
        /// Who is missing.
        party: PartyId,
    },
    /// The lead's answer is none to what it was asked.
    #[error("{lead} sent an estimate that is none of this regression")]
    BadEstimate {
        /// The lead.
        lead: PartyId,
    },
    /// This party's rows are no longer in the sums.
    #[error("{aggregator} goes on without this party")]
    LeftOut {
        /// The aggregator.
        aggregator: PartyId,
    },
}

impl GlmError {
    /// Says whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            GlmError::Mailbox(error) => error.fault(),
            GlmError::Sum(error) => error.fault(),
            GlmError::Failed(failure) => failure.fault(),
            GlmError::Encoding(_) => Fault::Input,
            GlmError::BadModel { aggregator } | GlmError::TooManySums { aggregator } => {
                Fault::Peer(aggregator.clone())
            }
            GlmError::BadEstimate { lead } => Fault::Peer(lead.clone()),
            GlmError::LeftOut { .. } | GlmError::Incomplete { .. } => Fault::Network,
        }
    }
}
