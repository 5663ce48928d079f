//! What stewards see of statistics.

use consilium_plan::{Plan, Task};
use consilium_proto::v1;

use super::{StewardError, StewardService};
use crate::{
    home::study_name,
    noised,
    store::cohorts::{self, Asked, Cohort},
    study::{Results, with_costs},
    valued,
};

impl StewardService {
    /// Gives what statistics have led to, once it is there: those over all rows, and how the own rows
    /// compare with the others'.
    pub(super) fn own_statistics(
        &self,
        results: &Results,
    ) -> Result<v1::OwnStudyResult, StewardError> {
        let report = results.read_own_report()?.ok_or(StewardError::NoResult)?;
        let findings = results.read_findings()?.ok_or(StewardError::NoResult)?;
        Ok(v1::OwnStudyResult {
            own_report: with_costs(&report, &self.home.party, results)?,
            report: results.read_report()?.unwrap_or_default(),
            findings,
            ..v1::OwnStudyResult::default()
        })
    }

    /// Gives which other studies count against a plan that asks for statistics, values rows, or adds noise: statistics, or values, the latest
    /// first, those of other data sets among them, as rows may have been registered under another name; then what was
    /// told of the plan's data set with noise.
    pub(super) async fn answered(&self, plan: &Plan) -> Result<Vec<v1::Answered>, StewardError> {
        let mut contributors = plan.contributors();
        let own = contributors.find(|(party, _)| **party == self.home.party);
        let Some((_, data)) = own else {
            return Ok(Vec::new());
        };
        let study = study_name(&plan.hash());
        let mut answered = Vec::new();
        if matches!(plan.task(), Task::Statistics(_)) {
            let all = cohorts::all(&self.home.store, Asked::Statistics).await?;
            let others = all.into_iter().filter(|it| it.study != study);
            answered.extend(others.map(cohort));
        }
        let version = self.home.registered(&data.name).await?;
        if let Some(version) = version {
            let valued = valued::others(&self.home, plan, &version).await?;
            answered.extend(valued.into_iter().map(cohort));
            for told in noised::earlier(&self.home, plan, (&data.name, &version)).await? {
                let study = told.study.as_str();
                let version = &told.version.0[..];
                answered.retain(|it| it.study != study || it.version != version);
                answered.push(v1::Answered {
                    study: study.to_owned(),
                    version: version.to_vec().into(),
                    answered: told.answered.0,
                    data_set: told.data_set,
                    epsilon: told.epsilon,
                    delta: told.delta,
                });
            }
        }
        Ok(answered)
    }
}

fn cohort(cohort: Cohort) -> v1::Answered {
    v1::Answered {
        study: cohort.study.as_str().to_owned(),
        version: cohort.version.0.to_vec().into(),
        answered: cohort.answered.0,
        data_set: cohort.data_set,
        ..v1::Answered::default()
    }
}
