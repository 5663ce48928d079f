//! What stewards see of alignments, and of what was made of common rows.

use consilium_mailbox::PartyId;
use consilium_plan::PlanHash;
use consilium_proto::v1;

use super::{StewardError, StewardService};
use crate::study::{Results, with_costs};

impl StewardService {
    pub(super) async fn own_alignments(&self) -> Result<v1::OwnAlignments, StewardError> {
        let listed = self.home.alignments().await?.into_iter();
        let shown = listed.filter_map(|(found, state)| {
            let hash: PlanHash = found.study.as_str().parse().ok()?;
            Some(v1::OwnAlignment {
                study: hash.as_bytes().to_vec().into(),
                data: found.data_set,
                version: found.version.0.to_vec().into(),
                rows: found.rows,
                peers: found.peers.iter().map(PartyId::to_string).collect(),
                made: found.made.0,
                state: state.to_owned(),
            })
        });
        Ok(v1::OwnAlignments {
            alignments: shown.collect(),
        })
    }

    /// Gives what an alignment has led to, or a check of codes, once it is there.
    pub(super) fn own_alignment(
        &self,
        results: &Results,
        gives_rows: bool,
    ) -> Result<v1::OwnStudyResult, StewardError> {
        let report = results.read_own_report()?.ok_or(StewardError::NoResult)?;
        let aligned_path = if gives_rows {
            results.aligned_path().display().to_string()
        } else {
            String::new()
        };
        Ok(v1::OwnStudyResult {
            own_report: with_costs(&report, &self.home.party, results)?,
            report: results.read_report()?.unwrap_or_default(),
            aligned_path,
            ..v1::OwnStudyResult::default()
        })
    }

    /// Gives what a study over common rows has led to here, once it is there: the own part of the
    /// model, the own report, the scores.
    pub(super) fn own_share(&self, results: &Results) -> Result<v1::OwnStudyResult, StewardError> {
        let report = results.read_own_report()?.ok_or(StewardError::NoResult)?;
        let scores = results.scores_path();
        let has_scores = scores.exists();
        Ok(v1::OwnStudyResult {
            own_report: with_costs(&report, &self.home.party, results)?,
            report: results.read_report()?.unwrap_or_default(),
            model: results.read_model()?.unwrap_or_default(),
            scores_path: if has_scores {
                scores.display().to_string()
            } else {
                String::new()
            },
            ..v1::OwnStudyResult::default()
        })
    }
}
