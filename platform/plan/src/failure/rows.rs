//! Which failures the same rows meet again.

use crate::Code;

impl Code {
    /// Says whether a failure follows from the values of rows and from the plan: the same rows under the
    /// same plan then give no result anywhere, and to try again is no use.
    ///
    /// It is said of none that files, registrations, states, machines, links or other parties may have
    /// brought about, even if rows can be the reason, too.
    #[expect(clippy::too_many_lines, reason = "a line for each code")]
    pub fn follows_from_rows(self) -> bool {
        match self {
            Code::PlanInvalid
            | Code::DataNotFinite
            | Code::DataOutOfRange
            | Code::DataRowsTooFew
            | Code::DataRowsTooMany
            | Code::CohortTooSmall
            | Code::DataOneClass
            | Code::DataConstantColumn
            | Code::DataRareLevel
            | Code::DataRangeTooWide
            | Code::KeysRepeated
            | Code::KeysNone
            | Code::AlignSetTooSmall
            | Code::AlignSetTooLarge
            | Code::AlignTooFew
            | Code::DictionaryEmpty
            | Code::DictionaryTooLong
            | Code::VerticalRowsRepeated
            | Code::VerticalPatientsRepeated
            | Code::VerticalRowsTooFew
            | Code::VerticalLabelsMissing
            | Code::VerticalNoiseTooLarge
            | Code::VerticalNoRoom
            | Code::ModelSeparation
            | Code::ModelCollinear
            | Code::ModelBeyondCaps
            | Code::ModelNotConverged
            | Code::ModelUnrepresentative
            | Code::ModelDiverged
            | Code::ModelTreesDiverged
            | Code::ModelNothingHeldOut
            | Code::EvaluationTooFew => true,
            // Identity, link and approval
            Code::CertExpired
            | Code::CertWrong
            | Code::TokenExpired
            | Code::TokenUsed
            | Code::PartyUnknown
            | Code::PartyRevoked
            | Code::IdentityTwice
            | Code::VerifiedTooFew
            | Code::FrameTampered
            | Code::FrameReplayed
            | Code::MessageMalformed
            | Code::VersionMismatch
            | Code::LinkDown
            | Code::PartySilent
            | Code::PartyAborted
            | Code::PartyLost
            | Code::ApprovalMissing
            | Code::ApprovalRefused
            | Code::ApprovalRevoked
            | Code::ApprovalExpired
            | Code::ApprovalReplayed
            | Code::ApprovalForged
            | Code::ApprovalElsewhere
            | Code::ApprovalTime
            | Code::ApprovalTooMany
            | Code::RunsExhausted
            | Code::PlanExpired
            | Code::PlanDiffers
            // Files, and how they are registered
            | Code::DataMissing
            | Code::DataColumnMissing
            | Code::DataColumnDiffers
            | Code::DataSplitMissing
            | Code::DataChanged
            | Code::DataUnreadable
            | Code::DataCut
            | Code::KeysColumn
            // Scorecards, which are signed beside the rows
            | Code::ScoreMissing
            | Code::ScoreOutdated
            | Code::ScoreBelow
            // What was done before, or by others
            | Code::CohortTooClose
            | Code::CohortAskedOtherwise
            | Code::NoiseSpent
            | Code::JudgesDiffer
            | Code::RowsShown
            | Code::ContractDiffers
            | Code::StatisticsDiffer
            | Code::AlignPeerDeviates
            | Code::AlignQueries
            | Code::DictionaryPeerDeviates
            | Code::VerticalNoAlignment
            | Code::VerticalOtherData
            | Code::VerticalOrderDamaged
            | Code::VerticalOtherParties
            | Code::VerticalRowsDiffer
            | Code::VerticalNoPart
            | Code::VerticalPartDiffers
            | Code::VerticalStateLost
            | Code::VerticalHospitalsDiffer
            | Code::VerticalGroupDeviates
            | Code::VerticalNoNumbers
            | Code::VerticalSumSpoilt
            | Code::VerticalPeerDeviates
            | Code::SumImplausible
            | Code::SumTooFew
            | Code::SumRefused
            | Code::RosterShrinkRefused
            | Code::AggregatorLied
            | Code::SharesDisagree
            // Machines
            | Code::ClockSkew
            | Code::DiskFull
            | Code::MemoryLow
            | Code::StateDamaged
            | Code::Internal => false,
        }
    }
}
