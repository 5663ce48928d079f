//! What is kept, as stewards see it.

use std::{
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
};

use consilium_plan::Plan;
use consilium_proto::v1;
use consilium_store::studies;
use tracing::error;

use super::{StewardError, StewardService};
use crate::{
    peers::Assurance,
    store::{data_sets::DataSet, peers, runs},
    study::Own,
    wire,
};

impl StewardService {
    pub(super) async fn own_status(&self) -> Result<v1::ParticipantStatus, StewardError> {
        let home = &self.home;
        let keys = home.directory().await?;
        let coordinator_key = keys.key(home.coordinator.as_str());
        let coordinator_key = coordinator_key.map_or_else(Vec::new, |key| key.to_bytes().to_vec());
        let ends = self.certificate.borrow().validity().until.0;
        Ok(v1::ParticipantStatus {
            party: home.party.to_string(),
            federation: self.federation.to_string(),
            coordinator: home.coordinator.to_string(),
            connected: home.is_connected(),
            clock_offset_ms: home.clock_offset.load(Ordering::Relaxed),
            certificate_expires: ends,
            federation_id: home.federation.0.to_vec().into(),
            key: home.key.public().to_bytes().to_vec().into(),
            coordinator_key: coordinator_key.into(),
        })
    }

    pub(super) async fn all(&self) -> Result<v1::OwnStudies, StewardError> {
        let mut all = Vec::new();
        for study in studies::all(&self.home.store).await? {
            all.push(match Own::read(&study) {
                Ok(read) => self.shown(&study, read).await?,
                Err(error) => {
                    error!(study = %study.name, %error, "the study can't be shown");
                    unreadable(&study)
                }
            });
        }
        Ok(v1::OwnStudies { studies: all })
    }

    /// Gives the study whose hash begins so.
    pub(super) async fn stored(&self, beginning: &str) -> Result<studies::Study, StewardError> {
        let all = studies::all(&self.home.store).await?.into_iter();
        let mut found = all.filter(|study| study.name.as_str().starts_with(beginning));
        match (found.next(), found.next()) {
            (Some(study), None) if !beginning.is_empty() => Ok(study),
            (None, _) => Err(StewardError::NoStudy),
            _ => Err(StewardError::Ambiguous),
        }
    }

    pub(super) async fn find(&self, beginning: &str) -> Result<v1::OwnStudy, StewardError> {
        let study = self.stored(beginning).await?;
        let read = Own::read(&study)?;
        self.shown(&study, read).await
    }

    async fn shown(
        &self,
        study: &studies::Study,
        (plan, own): (Arc<Plan>, Own),
    ) -> Result<v1::OwnStudy, StewardError> {
        let home = &self.home;
        let data = plan.contributors().find(|(party, _)| **party == home.party);
        let version = match data {
            Some((_, data)) => data.version.or(home.registered(&data.name).await?),
            None => None,
        };
        let running = home.under_way.of(&study.name);
        let state = match (&running, data) {
            (Some(run), _) if run.waits => "queued",
            (_, None) if own.end.is_none() => "receiving",
            _ => own.name(&home.party, home.ambient.now()),
        };
        let unverified = home.unverified(&plan).await?;
        let known = peers::all(&home.store).await?.into_iter();
        let counts = |peer: &peers::Peer| {
            let mut contributors = plan.contributors();
            !unverified.contains(&peer.name) && contributors.any(|(party, _)| *party == peer.name)
        };
        let verified = known.filter(counts).map(|peer| self.peer(peer)).collect();
        let runs = runs::counted(&home.store, &study.name).await?;
        Ok(v1::OwnStudy {
            study: study.plan_hash.to_vec().into(),
            plan: plan.to_string(),
            state: state.to_owned(),
            data_version: version
                .map_or_else(Vec::new, |version| version.0.to_vec())
                .into(),
            unverified: unverified.iter().map(ToString::to_string).collect(),
            runs: u32::try_from(runs).unwrap_or(u32::MAX),
            approval: own.approval(&home.party).into(),
            verified,
            end: own.end.as_ref().map(wire::json).unwrap_or_default(),
            running_since: running.map_or(0, |run| run.since.0),
            answered: self.answered(&plan).await?,
        })
    }

    fn peer(&self, peer: peers::Peer) -> v1::Peer {
        let assurance = self.home.assurance(&peer);
        let verified = assurance.is_some();
        let (authority, until) = match assurance {
            Some(Assurance::Authority { name, until }) => (name, until.0),
            Some(Assurance::Words) | None => (String::new(), 0),
        };
        v1::Peer {
            party: peer.name.to_string(),
            key: peer.public_key.into(),
            verified,
            authority,
            verified_until: until,
        }
    }

    /// Gives the other institutions; one for which the coordinator names another key is there twice,
    /// and so is the coordinator itself then, which is otherwise known by the federation's words.
    pub(super) async fn known_peers(&self) -> Result<v1::Peers, StewardError> {
        let offered = self.home.offered.all();
        let is_shown = |peer: &peers::Peer| {
            peer.name != self.home.coordinator || offered.contains_key(&peer.name)
        };
        let known = peers::all(&self.home.store)
            .await?
            .into_iter()
            .filter(is_shown)
            .map(|peer| self.peer(peer));
        let offered = offered.iter().map(|(party, key)| v1::Peer {
            party: party.to_string(),
            key: key.to_bytes().to_vec().into(),
            ..v1::Peer::default()
        });
        Ok(v1::Peers {
            peers: known.chain(offered).collect(),
        })
    }
}

/// Gives what is known of a study that can't be read: the others are none the worse for it.
fn unreadable(study: &studies::Study) -> v1::OwnStudy {
    v1::OwnStudy {
        study: study.plan_hash.to_vec().into(),
        plan: String::from_utf8_lossy(&study.plan).into_owned(),
        state: "unreadable".to_owned(),
        ..v1::OwnStudy::default()
    }
}

/// Gives a data set as it is shown.
pub(super) fn data_set(set: DataSet, unchanged: bool, sources: &[PathBuf]) -> v1::DataSet {
    v1::DataSet {
        name: set.name,
        path: set.path,
        version: set.version.0.to_vec().into(),
        rows: set.rows,
        registered: set.registered.0,
        unchanged,
        sources: sources.iter().map(|it| it.display().to_string()).collect(),
    }
}
