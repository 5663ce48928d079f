//! What a study over common rows stands on here, beside its data set.

use consilium_base::Digest;
use consilium_gbdt::vertical::ModelPart;
use consilium_mailbox::PartyId;
use consilium_plan::{DataVersion, Name, Obstacle, PlanHash, Study, Task, Vertical, VerticalWork};
use consilium_store::{StoreError, studies};
use tracing::warn;

use super::{Own, Results, part::NoPart};
use crate::{
    home::{Home, study_name},
    store::alignments,
    study::aligned::{NoOrder, Order},
};

/// Where the orders of common rows lie, and the own part of the model that scores them.
pub(in crate::study) struct Basis {
    orders: Vec<Aligned>,
    model: Option<(PlanHash, Results)>,
}

/// An order of common rows: those that all have, or those of one hospital.
struct Aligned {
    hospital: Option<PartyId>,
    digest: Digest,
    results: Results,
}

impl Basis {
    /// Finds it; the inner error says what of it the plan names is not here.
    pub(in crate::study) async fn of(
        home: &Home,
        task: &Vertical,
        (data, version): (&Name, &DataVersion),
    ) -> Result<Result<Basis, Obstacle>, StoreError> {
        let mut orders = Vec::new();
        for (hospital, alignment) in task.alignments_of(&home.party) {
            let found = alignments::find(&home.store, &study_name(&alignment)).await?;
            let Some(found) = found else {
                return Ok(Err(Obstacle::NoAlignment));
            };
            if found.data_set != data.as_str() || found.version != *version {
                return Ok(Err(Obstacle::OtherData));
            }
            let mut parties = task.aligned(hospital);
            if !parties.all(|party| *party == home.party || found.peers.contains(party)) {
                return Ok(Err(Obstacle::OtherParties));
            }
            orders.push(Aligned {
                hospital: hospital.cloned(),
                digest: found.digest,
                results: Results::new(&home.state, &alignment),
            });
        }
        let model = match &task.work {
            VerticalWork::Grow(_) | VerticalWork::Weigh(_) => None,
            VerticalWork::Predict { model } => {
                if let Some(unfit) = unfit(home, task, model).await? {
                    return Ok(Err(unfit));
                }
                Some((*model, Results::new(&home.state, model)))
            }
        };
        Ok(Ok(Basis { orders, model }))
    }

    /// Tells whether all of it can be read. Blocks.
    pub(in crate::study) fn is_whole(&self) -> bool {
        self.orders().is_ok() && self.part().is_ok()
    }

    /// Reads the orders of the common rows, each with the hospital whose people they are. Blocks.
    pub(super) fn orders(&self) -> Result<Vec<(Option<&PartyId>, Order)>, Obstacle> {
        let orders = self.orders.iter();
        let orders = orders.map(|it| Ok((it.hospital.as_ref(), it.read()?)));
        orders.collect()
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

impl Aligned {
    fn read(&self) -> Result<Order, Obstacle> {
        match self.results.read_aligned(&self.digest) {
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
            task.unlike(grown).map(Obstacle::PartUnlike)
        }
        _ => Some(Obstacle::NoPart),
    })
}
