//! What stewards see of statistics.

use consilium_plan::{Plan, Task};
use consilium_proto::v1;

use super::{StewardError, StewardService};
use crate::{
    home::study_name,
    store::cohorts,
    study::{Results, with_costs},
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

    /// Gives which other statistics were answered, the latest first; none of a plan that asks for something
    /// else. Those of other data sets are among them: rows may have been registered under another name.
    pub(super) async fn answered(&self, plan: &Plan) -> Result<Vec<v1::Answered>, StewardError> {
        let contributes = plan
            .contributors()
            .any(|(party, _)| *party == self.home.party);
        if !contributes || !matches!(plan.task(), Task::Statistics(_)) {
            return Ok(Vec::new());
        }
        let study = study_name(&plan.hash());
        let all = cohorts::all(&self.home.store).await?.into_iter();
        let others = all.filter(|it| it.study != study);
        let shown = others.map(|cohort| v1::Answered {
            study: cohort.study.as_str().to_owned(),
            version: cohort.version.0.to_vec().into(),
            answered: cohort.answered.0,
            data_set: cohort.data_set,
        });
        Ok(shown.collect())
    }
}
