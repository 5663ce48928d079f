//! What a study over common rows stands on here, beside its data set.

use consilium_base::Digest;
use consilium_mailbox::PartyId;
use consilium_plan::{DataVersion, Name, Obstacle, PlanHash, Study, Task, Vertical, VerticalWork};
use consilium_store::{StoreError, studies};
use tracing::warn;

use super::{
    Own, Results,
    part::{ModelPart, NoPart},
};
use crate::{
    home::{Home, study_name},
    store::alignments::{self, Alignment},
    study::aligned::{NoOrder, Order},
};

/// Where the order of common rows lies, and the own part of the model that scores them.
pub(in crate::study) struct Basis {
    alignment: Digest,
    order: Results,
    model: Option<(PlanHash, Results)>,
}

impl Basis {
    /// Finds it; the inner error says what of it the plan names is not here.
    pub(in crate::study) async fn of(
        home: &Home,
        task: &Vertical,
        (data, version): (&Name, &DataVersion),
    ) -> Result<Result<Basis, Obstacle>, StoreError> {
        let found = alignments::find(&home.store, &study_name(&task.alignment)).await?;
        let Some(found) = found else {
            return Ok(Err(Obstacle::NoAlignment));
        };
        if found.data_set != data.as_str() || found.version != *version {
            return Ok(Err(Obstacle::OtherData));
        }
        if !is_of_all(&found, task, &home.party) {
            return Ok(Err(Obstacle::OtherParties));
        }
        let model = match &task.work {
            VerticalWork::Grow(_) => None,
            VerticalWork::Predict { model } => {
                if let Some(unfit) = unfit(home, task, model).await? {
                    return Ok(Err(unfit));
                }
                Some((*model, Results::new(&home.state, model)))
            }
        };
        Ok(Ok(Basis {
            alignment: found.digest,
            order: Results::new(&home.state, &task.alignment),
            model,
        }))
    }

    /// Tells whether all of it can be read. Blocks.
    pub(in crate::study) fn is_whole(&self) -> bool {
        self.order().is_ok() && self.part().is_ok()
    }

    /// Reads the order of the common rows. Blocks.
    pub(super) fn order(&self) -> Result<Order, Obstacle> {
        match self.order.read_aligned(&self.alignment) {
            Ok(Ok(order)) => Ok(order),
            Ok(Err(NoOrder::Repeats { places })) => {
                warn!(places, "several own rows belong to one common row");
                Err(Obstacle::RowsRepeated)
            }
            Ok(Err(NoOrder::Damaged)) => Err(Obstacle::OrderDamaged),
            Err(error) => {
                warn!(%error, "the order of common rows can't be read");
                Err(Obstacle::OrderDamaged)
            }
        }
    }

    /// Reads the own part of the model that scores rows, if it is for that. Blocks.
    pub(super) fn part(&self) -> Result<Option<ModelPart>, Obstacle> {
        let Some((model, results)) = &self.model else {
            return Ok(None);
        };
        match results.read_part(model) {
            Ok(part) => Ok(Some(part)),
            Err(NoPart::Absent) => Err(Obstacle::NoPart),
            Err(NoPart::Damaged) => Err(Obstacle::PartDiffers),
        }
    }
}

/// Says whether an alignment was one of all the plan's parties.
fn is_of_all(found: &Alignment, task: &Vertical, me: &PartyId) -> bool {
    let mut parties = task.members.iter().map(|member| &member.party);
    parties.all(|party| party == me || found.peers.contains(party))
}

/// Says what keeps the model that a study is said to have grown from being used, if anything does.
async fn unfit(
    home: &Home,
    task: &Vertical,
    model: &PlanHash,
) -> Result<Option<Obstacle>, StoreError> {
    let Some(study) = studies::find(&home.store, &study_name(model)).await? else {
        return Ok(Some(Obstacle::NoPart));
    };
    let (plan, own) = Own::read(&study)?;
    let is_finished = matches!(own.end, Some(Study::Finished { .. }));
    Ok(match plan.task() {
        Task::Vertical(grown) if is_finished && matches!(grown.work, VerticalWork::Grow(_)) => {
            (!task.is_scored_by(grown)).then_some(Obstacle::PartDiffers)
        }
        _ => Some(Obstacle::NoPart),
    })
}
