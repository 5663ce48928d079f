//! Errors over columns of several institutions as failures of a study.

use consilium_gbdt::{Failure as NoFit, hybrid::HybridError, vertical::VerticalError};
use consilium_mailbox::{Fault, PartyId};
use consilium_statistics::vertical::EvidenceError;

use super::Failure;
use crate::Code;

impl Failure {
    /// Gives an error of a fit or a prediction over split columns as the failure that `me` tells.
    ///
    /// # Security
    ///
    /// Everybody in the study sees it, the coordinator too: it names no count of rows.
    pub fn of_vertical(error: &VerticalError, me: &PartyId) -> Failure {
        let of = |code| Failure::new(code).of(me).at("vertical");
        let found = |en, zh| group_deviates(me, "vertical", [en, zh]);
        match error {
            VerticalError::Mailbox(error) => error.into(),
            VerticalError::Failed(NoFit::Diverged { tree }) => {
                of(Code::ModelTreesDiverged).with("tree", tree + 1)
            }
            VerticalError::Failed(NoFit::NothingHeldOut) => of(Code::ModelNothingHeldOut),
            // Either may have put a backup back.
            VerticalError::OtherRows { peer } => of(Code::VerticalRowsDiffer).with("peer", peer),
            VerticalError::OtherFit => of(Code::VerticalStateLost),
            // A backup of this party's that was put back looks no other than trees that were left out.
            VerticalError::Behind { .. } => found(
                "a later tree called than the one after those that it keeps",
                "所要求的树在其所保存的树之后隔了若干棵",
            ),
            VerticalError::NoRoom { tree } => {
                of(Code::VerticalNoiseTooLarge).with("tree", tree + 1)
            }
            // Whoever lost trees says so itself: else it wants sums twice, or went back by a backup.
            VerticalError::Breach { peer, .. } | VerticalError::Gone { peer, .. } => {
                of(Code::VerticalPeerDeviates).with("peer", peer)
            }
            VerticalError::Unkept(_) => of(Code::StateDamaged),
            _ => of(Code::Internal),
        }
    }

    /// Gives an error of columns that are held against labels as the failure that `me` tells.
    pub fn of_evidence(error: &EvidenceError, me: &PartyId) -> Failure {
        let of = |code| Failure::new(code).of(me).at("vertical");
        match (error, error.fault()) {
            (EvidenceError::Mailbox(error), _) => error.into(),
            (_, Fault::Peer(peer)) => of(Code::VerticalPeerDeviates).with("peer", peer),
            _ => of(Code::Internal),
        }
    }

    /// Gives an error of a fit or a prediction with several hospitals as the failure that `me` tells.
    ///
    /// # Security
    ///
    /// As [`Failure::of_vertical`].
    pub fn of_hybrid(error: &HybridError, me: &PartyId) -> Failure {
        let of = |code| Failure::new(code).of(me).at("hybrid");
        let found = |en, zh| group_deviates(me, "hybrid", [en, zh]);
        match error {
            HybridError::Vertical(error) => Failure::of_vertical(error, me),
            HybridError::Sum(error) => Failure::of_sum(error, me),
            HybridError::Repeated { .. } => of(Code::VerticalPatientsRepeated),
            HybridError::NotWhole { missing } => Failure::new(Code::RosterShrinkRefused)
                .of(missing)
                .at("hybrid")
                .with("missing", missing),
            // A sum hides whose part was wrong.
            HybridError::Implausible | HybridError::OtherSides => of(Code::SumImplausible),
            HybridError::Spoilt(_) => of(Code::VerticalSumSpoilt),
            // Whoever differs may be the one that was lied to.
            HybridError::Otherwise | HybridError::Unlike => of(Code::VerticalHospitalsDiffer),
            HybridError::OtherCounts => found(
                "counts of other nodes, or for another total of rows, than it was told of",
                "计数所涉的节点或总行数与其所获告知的不同",
            ),
            HybridError::OtherCuts => found(
                "other cut points than in an earlier run",
                "分箱切点与先前运行不同",
            ),
            HybridError::Few => found(
                "that sums of too few rows or hospitals were asked for",
                "所求的合计涉及的行或医院过少",
            ),
            HybridError::OtherSums => {
                found("other sums than were asked for", "返回的合计与所求的不同")
            }
            HybridError::NoRoom { stride } => of(Code::VerticalNoRoom).with("stride", stride),
            HybridError::NoNumbers => of(Code::VerticalNoNumbers),
            _ => of(Code::Internal),
        }
    }
}

/// Says what cannot be, where nothing tells whose doing it was.
fn group_deviates(me: &PartyId, at: &str, found: [&str; 2]) -> Failure {
    let failure = Failure::new(Code::VerticalGroupDeviates).of(me).at(at);
    failure.with_words("found", found.map(str::to_owned))
}
