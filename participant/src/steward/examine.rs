//! What stands in the way of a study, looked at before a steward's approval is taken.

use std::sync::Arc;

use consilium_plan::{Decision, Failure, Plan, PlanHash, Rejected, SignedStatement};
use consilium_proto::v1;

use super::{StewardError, StewardService};
use crate::{
    home::{Home, study_name},
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
        match looked(&self.home, &plan, &next).await? {
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
            let hashes = request.beside.iter();
            let beside = hashes.map(|hash| Some(PlanHash::from_bytes(hash[..].try_into().ok()?)));
            let beside = beside.collect::<Option<_>>().ok_or(StewardError::NoStudy)?;
            approved(&self.home, (&plan, &own), beside).await?
        };
        let obstacles = looked(&self.home, &plan, &own).await?;
        Ok(v1::Examination {
            obstacles: obstacles.iter().map(wire::json).collect(),
        })
    }
}

/// Looks at what stands in the way, once nobody else of the institution does.
async fn looked(home: &Home, plan: &Arc<Plan>, own: &Own) -> Result<Vec<Failure>, StewardError> {
    let turn = home.looking.acquire().await;
    let _turn = turn.map_err(|_| StewardError::Stopping)?;
    Ok(obstacles(home, plan, own).await)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::{task::yield_now, time::timeout};

    use super::*;
    use crate::home::sample;

    #[tokio::test]
    async fn however_many_look_a_run_reads_after_one_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let (home, _said) = sample::home(folder.path(), Vec::new()).await;
        sample::write_rows(&home, 30);
        let version = sample::register(&home).await;
        let plan = Arc::new(sample::plan(&["a", "b", "c"], ""));
        let own = sample::approved(&home, &plan, version);
        let busy = home.reading.clone().acquire_owned().await.unwrap();
        let looks = Arc::new(AtomicUsize::new(0));
        let mut all = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let (home, plan, own, looks) = (home.clone(), plan.clone(), own.clone(), looks.clone());
            all.spawn(async move {
                looked(&home, &plan, &own).await.unwrap();
                looks.fetch_add(1, Ordering::Relaxed);
            });
        }
        // The first of them waits for its turn to read.
        while home.looking.available_permits() > 0 {
            yield_now().await;
        }
        let counted = looks.clone();
        let run = home.read_alone(move || Ok(counted.load(Ordering::Relaxed)));
        tokio::pin!(run);
        let moment = std::time::Duration::from_millis(1);
        assert!(timeout(moment, &mut run).await.is_err());
        drop(busy);
        assert!(run.await.unwrap() <= 1);
        all.join_all().await;
        assert_eq!(looks.load(Ordering::Relaxed), 10);
    }
}
