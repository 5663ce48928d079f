//! What can go wrong over split columns.

use consilium_lwe::LweError;
use consilium_mailbox::{Fault, MailboxError, PartyId};

use crate::{Failure, OutOfStep};

/// Why a fit or a prediction over split columns ended without a result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerticalError {
    /// A message did not come, or came wrong.
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    /// The data allow no model.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// This party's rows or columns are not those agreed on, or it is none of the parties.
    #[error("{0} are not those agreed on")]
    NotAgreed(&'static str),
    /// This party has more or fewer rows in common with a peer than that peer says: one of the two keeps
    /// another alignment, and nothing tells which.
    #[error("{peer} tells of another number of rows in common than this party has with it")]
    OtherRows {
        /// The peer: to the label holder the other party, to that the label holder.
        peer: PartyId,
    },
    /// What was kept of the fit belongs to another one.
    #[error("what was kept of the fit is of other rows or other terms")]
    OtherFit,
    /// The fit goes on at a tree before which this party has lost some, or the label holder has left some
    /// out: nothing tells which.
    #[error("the fit goes on at tree {tree}, but only those before {kept} were kept")]
    Behind {
        /// The tree, counted from 0.
        tree: u32,
        /// The first tree that was not kept.
        kept: u32,
    },
    /// The label holder goes back to a tree although the next one was begun: it has lost trees, or wants
    /// sums of the same rows again.
    #[error("{peer} calls tree {tree} again, but sums were told of those before {begun}")]
    Gone {
        /// The label holder.
        peer: PartyId,
        /// The tree, counted from 0.
        tree: u32,
        /// The tree after the last one that was begun.
        begun: u32,
    },
    /// The noise agreed on is so large that sums leave no room for it.
    #[error("sums of tree {tree} leave no room for the noise agreed on")]
    NoRoom {
        /// The tree, counted from 0.
        tree: u32,
    },
    /// What was reached can't be kept.
    #[error("what was reached can't be kept: {0}")]
    Unkept(String),
    /// Numbers can't be encrypted or added: our own error.
    #[error(transparent)]
    Sums(LweError),
    /// Steps of a growing tree came in a wrong order: our own error.
    #[error(transparent)]
    OutOfStep(#[from] OutOfStep),
    /// The peer's message breaks a rule of the protocol.
    #[error("{peer} broke the protocol: {breach}")]
    Breach {
        /// Who sent it.
        peer: PartyId,
        /// Which rule.
        breach: Breach,
    },
}

/// A rule that a peer's message breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Breach {
    /// A ciphertext or key is none.
    #[error(transparent)]
    Sums(#[from] consilium_lwe::Breach),
    /// Columns have so many candidates at most.
    #[error("{candidates} candidates of so few columns")]
    Candidates {
        /// How many it says there are.
        candidates: u32,
    },
    /// Bits are as many as rows.
    #[error("bits that are not one for each row")]
    Bits,
    /// Noise is declared where it was agreed on, and fits.
    #[error("gradients too large for the noise agreed on, or none where it was")]
    Largest,
    /// A node returns each ciphertext at most once.
    #[error("more ciphertexts than a node has")]
    TooManySums,
    /// Nodes are examined whose rows and siblings' rows are many enough, each once.
    #[error("asks for a node that is not to be examined")]
    Node,
    /// A split is chosen among the sums returned for its node, one for each node.
    #[error("chose a split that was not offered")]
    NotOffered,
    /// As many answers come as questions were asked.
    #[error("{got} answers to {asked} questions")]
    Answers {
        /// Questions.
        asked: usize,
        /// Answers.
        got: usize,
    },
    /// The rows of a side have the sums that were returned.
    #[error("sides whose rows don't have the sums returned before")]
    OtherSides,
    /// Trees follow each other.
    #[error("tree {tree} is none of the fit")]
    Tree {
        /// Its number.
        tree: u32,
    },
    /// Columns are cut by counts in cells, each round in parts of those before.
    #[error("asks for counts or tells cut points that these columns don't have")]
    Cuts,
    /// A party is told how many of its own rows there are, hospital by hospital: the coordinator, who has
    /// none, of nobody.
    #[error("tells the rows of {got} hospitals, not of {due}")]
    Parts {
        /// Of how many it is due.
        due: usize,
        /// Of how many it tells.
        got: usize,
    },
    /// All hospitals together have at least a hospital's rows, and no more than the study allows.
    #[error("says that all have {rows} rows, which can't be")]
    Total {
        /// How many it says.
        rows: u32,
    },
    /// Rows are asked for once each, and no more than were agreed on.
    #[error("asks for rows beyond those agreed on")]
    Rows,
}

impl VerticalError {
    pub(crate) fn breach(peer: &PartyId, breach: impl Into<Breach>) -> VerticalError {
        VerticalError::Breach {
            peer: peer.clone(),
            breach: breach.into(),
        }
    }

    /// Tells a peer's breach from our own error.
    pub(crate) fn of_sums(peer: &PartyId, error: LweError) -> VerticalError {
        match error {
            LweError::Breach(breach) => VerticalError::breach(peer, breach),
            error => VerticalError::Sums(error),
        }
    }

    /// Says whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            VerticalError::Mailbox(error) => error.fault(),
            VerticalError::Breach { peer, .. } | VerticalError::Gone { peer, .. } => {
                Fault::Peer(peer.clone())
            }
            VerticalError::Failed(_)
            | VerticalError::NotAgreed(_)
            | VerticalError::OtherRows { .. }
            | VerticalError::NoRoom { .. }
            | VerticalError::OtherFit
            | VerticalError::Behind { .. } => Fault::Input,
            VerticalError::Unkept(_) | VerticalError::Sums(_) | VerticalError::OutOfStep(_) => {
                Fault::Ours
            }
        }
    }
}
