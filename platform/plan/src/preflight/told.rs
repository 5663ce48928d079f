//! What keeps a data set from being used, as a failure.

use consilium_mailbox::PartyId;

use super::Obstacle;
use crate::{Failure, Plan, Task, texts::failure::Code};

impl Plan {
    /// Gives as a failure what keeps a contributor's data set from being used.
    pub fn told_of(&self, party: &PartyId, obstacle: &Obstacle) -> Failure {
        let planned = self.contributors().find(|(name, _)| *name == party);
        let failure = |code| {
            let failure = Failure::new(code).of(party);
            match planned {
                Some((_, data)) => failure.with("data", &data.name),
                None => failure,
            }
        };
        let limits = &self.limits;
        let most = match self.task() {
            Task::Align(task) => task.most_keys(party, limits),
            _ => limits.most_rows.0,
        };
        let aligns = matches!(self.task(), Task::Align(_));
        let is_scarce = matches!(self.task(), Task::Scarcity(_));
        let common = matches!(self.task(), Task::Vertical(_));
        match obstacle {
            Obstacle::RowsTooFew if common => {
                failure(Code::VerticalRowsTooFew).with("minimum", limits.minimum_rows)
            }
            Obstacle::NoAlignment => failure(Code::VerticalNoAlignment),
            Obstacle::OtherData => failure(Code::VerticalOtherData),
            Obstacle::OrderDamaged => failure(Code::VerticalOrderDamaged),
            Obstacle::OtherParties => failure(Code::VerticalOtherParties),
            Obstacle::RowsRepeated => failure(Code::VerticalRowsRepeated),
            Obstacle::PatientsRepeated => failure(Code::VerticalPatientsRepeated),
            Obstacle::LabelsMissing => failure(Code::VerticalLabelsMissing),
            Obstacle::NoPart => failure(Code::VerticalNoPart),
            Obstacle::PartDiffers => {
                let found = [
                    "it is damaged, or of another model",
                    "分片已损坏，或属于其他模型",
                ];
                failure(Code::VerticalPartDiffers).with_words("found", found.map(str::to_owned))
            }
            Obstacle::PartUnlike(unlike) => {
                failure(Code::VerticalPartDiffers).with_words("found", unlike.words())
            }
            // Only columns of keys or of codes differ without a part in which they do.
            Obstacle::Differs(column) if aligns || is_scarce => {
                failure(Code::KeysColumn).with("column", column)
            }
            Obstacle::RowsTooFew if aligns => {
                failure(Code::AlignSetTooSmall).with("minimum", limits.minimum_rows)
            }
            Obstacle::RowsTooMany if aligns => failure(Code::AlignSetTooLarge).with("most", most),
            Obstacle::CohortTooClose => {
                failure(Code::CohortTooClose).with("minimum", limits.minimum_cell)
            }
            Obstacle::CohortAskedOtherwise(studies) => {
                failure(Code::CohortAskedOtherwise).with("studies", Obstacle::named(studies))
            }
            Obstacle::NoiseSpent(studies) => {
                failure(Code::NoiseSpent).with("studies", Obstacle::named(studies))
            }
            Obstacle::JudgesDiffer(studies) => {
                failure(Code::JudgesDiffer).with("studies", Obstacle::named(studies))
            }
            Obstacle::RowsShown(studies) => {
                failure(Code::RowsShown).with("studies", Obstacle::named(studies))
            }
            Obstacle::KeysRepeated => failure(Code::KeysRepeated),
            Obstacle::NoKeys => failure(Code::KeysNone),
            Obstacle::Missing(column) => failure(Code::DataColumnMissing).with("column", column),
            Obstacle::Differs(column) => failure(Code::DataColumnDiffers).with("column", column),
            Obstacle::DiffersIn(column, parts) => {
                let planned = self.task().planned(party, column);
                let planned = planned.as_ref();
                let Failure { code, details, .. } = Failure::of_column(planned, column, parts);
                let mut differs = failure(code);
                differs.details.extend(details);
                differs
            }
            Obstacle::RowsTooFew => {
                failure(Code::DataRowsTooFew).with("minimum", limits.minimum_rows)
            }
            Obstacle::RowsTooMany => failure(Code::DataRowsTooMany).with("most", most),
        }
    }
}
