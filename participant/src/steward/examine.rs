//! What stands in the way of a study, looked at before a steward's approval is taken.

use consilium_plan::{Decision, Rejected, SignedStatement};
use consilium_proto::v1;

use super::{StewardError, StewardService};
use crate::{
    home::study_name,
    study::{DecideError, Own, approved, obstacles},
    wire,
};

impl StewardService {
    /// Sees that nothing stands in the way of what an approval is about to allow.
    pub(super) async fn look_before(
        &self,
        signed: &SignedStatement,
        steward: [u8; 32],
    ) -> Result<(), StewardError> {
        if !matches!(signed.statement.decision, Decision::Approve(_)) {
            return Ok(());
        }
        let study = study_name(&signed.statement.plan);
        let (plan, own) = Own::read(&self.stored(study.as_str()).await?)?;
        if own.end.is_some() {
            return Err(DecideError::Ended.into());
        }
        let next = self.home.admitted((&plan, &own), signed, steward).await?;
        match obstacles(&self.home, &plan, &next).await {
            none if none.is_empty() => Ok(()),
            obstacles => Err(DecideError::Obstacles(obstacles).into()),
        }
    }

    /// Gives what stands in the way of a study.
    pub(super) async fn examined(
        &self,
        request: &v1::ExamineRequest,
    ) -> Result<v1::Examination, StewardError> {
        let study = wire::study(&request.study).ok_or(StewardError::NoStudy)?;
        let (plan, own) = Own::read(&self.stored(study.as_str()).await?)?;
        let me = &self.home.party;
        let contributes = plan.contributors().any(|(party, _)| party == me);
        let nothing = match (own.end.is_some(), contributes) {
            (false, true) => None,
            (true, _) => Some(DecideError::Ended),
            (false, false) => Some(Rejected::NoContributor { party: me.clone() }.into()),
        };
        match nothing {
            Some(why) if request.anew => return Err(why.into()),
            Some(_) => return Ok(v1::Examination::default()),
            None => {}
        }
        let stands = own.is_approved(me, self.home.ambient.now());
        let own = if stands && !request.anew {
            own
        } else {
            approved(&self.home, &plan, &own).await?
        };
        let obstacles = obstacles(&self.home, &plan, &own).await;
        Ok(v1::Examination {
            obstacles: obstacles.iter().map(wire::json).collect(),
        })
    }
}
