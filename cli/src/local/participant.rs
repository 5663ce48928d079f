//! A participant of the local federation, with its steward.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsStr,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, bail};
use consilium_contract::Seal;
use consilium_journal::{Body, Record};
use consilium_mailbox::{Account, PartyId};
use consilium_node::grpc::{operator_client::OperatorClient, steward_client::StewardClient};
use consilium_plan::{Failure, Lang, Plan};
use consilium_proto::v1;
use consilium_schema::Schema;
use serde::Deserialize as _;
use serde_json::Value;
use tokio::time::{sleep, timeout};
use tonic::transport::Channel;

use super::{
    daemons::{self, Daemon, configure, state_of},
    inputs::PartyData,
    kept::PartyKept,
    outcome::PartyOutcome,
    steward::LocalSteward,
};
use crate::{
    client::{self, Answer as _},
    data::{self, map::Opened},
    study::{obstacles, value_file},
};

/// How long a daemon may take to connect, and a study's offer to arrive.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);
/// How long after one look at a daemon's connection the next one follows.
pub(super) const PAUSE: Duration = Duration::from_millis(20);

pub(super) struct Participant {
    pub(super) party: PartyId,
    pub(super) daemon: Daemon,
    house: StewardClient<Channel>,
    steward: LocalSteward,
}

impl Participant {
    /// Registers the party's data set.
    pub(super) async fn register(&mut self, set: &PartyData, lang: Lang) -> anyhow::Result<()> {
        let registering = || {
            let (file, party) = (set.file.display(), &set.party);
            lang.pick(
                format!("registering {file} at {party}"),
                format!("在 {party} 登记 {file}"),
            )
        };
        let mapping = if set.is_mapping() {
            let opened = Opened::read(&set.file, lang).with_context(registering)?;
            opened.rows(None, lang).with_context(registering)?;
            opened.mapping.text().to_owned()
        } else {
            let schema = Schema::from_toml(&set.schema).with_context(registering)?;
            data::check(&set.file, &schema, lang).with_context(registering)?;
            String::new()
        };
        let splits = set.splits.iter().map(|(name, path)| v1::Split {
            name: name.clone(),
            path: path.display().to_string(),
        });
        let codes = set.codes.iter().map(|table| table.display().to_string());
        let request = v1::AddDataRequest {
            name: set.name.clone(),
            path: set.file.display().to_string(),
            schema: set.schema.clone(),
            splits: splits.collect(),
            mapping,
            codes: codes.collect(),
        };
        let added = self.house.add_data(request).await.answer(lang);
        added.with_context(registering)?;
        Ok(())
    }

    /// Approves the plan once its offer has come; gives what stands in the way if that is refused.
    pub(super) async fn approve(
        &mut self,
        plan: &Plan,
        members: &[v1::MemberStatus],
        lang: Lang,
    ) -> anyhow::Result<Vec<Failure>> {
        let house = self.status(lang).await?;
        let request = v1::AwaitStudyRequest {
            study: plan.hash().as_bytes().to_vec().into(),
            within_ms: u32::try_from(PATIENCE.as_millis()).unwrap_or(u32::MAX),
        };
        let own = self.house.await_study(request).await.answer(lang)?;
        // The words would be compared by telephone; here all keys were made on this machine.
        for party in &own.unverified {
            let member = members.iter().find(|member| member.name == *party);
            let key = member
                .with_context(|| format!("{party} is no member"))?
                .key
                .clone();
            let compared = v1::VerifyRequest {
                party: party.clone(),
                key,
            };
            self.house.verify(compared).await.answer(lang)?;
        }
        let decision = self.steward.approval(plan, &house, &own.data_version)?;
        let Err(refused) = self.house.decide(decision).await.answer(lang) else {
            return Ok(Vec::new());
        };
        match obstacles::find(&mut self.house, &own, Some(&BTreeSet::new()), lang).await {
            Ok(found) if !found.is_empty() => Ok(found),
            _ => Err(refused),
        }
    }

    /// Gives what the institution has of a result for itself.
    pub(super) async fn own_result(
        &mut self,
        study: &str,
        lang: Lang,
    ) -> anyhow::Result<PartyOutcome> {
        let request = v1::OwnStudyRequest {
            study: study.to_owned(),
        };
        let result = self.house.own_result(request).await.answer(lang)?;
        let report: Value = serde_json::from_str(&result.own_report)?;
        let own = report.get("own").cloned().unwrap_or_default();
        Ok(PartyOutcome {
            party: self.party.clone(),
            own: serde_json::from_value(own)?,
            value: value_file(&result.own_report, "value")?,
            account: account(&report, self.party.as_str())?,
            phases: phases(&report, self.party.as_str())?,
        })
    }

    /// Gives what the institution keeps of a study between institutions.
    pub(super) async fn own_kept(&mut self, study: &str, lang: Lang) -> anyhow::Result<PartyKept> {
        let request = v1::OwnStudyRequest {
            study: study.to_owned(),
        };
        let result = self.house.own_result(request).await.answer(lang)?;
        let report: Value = serde_json::from_str(&result.own_report)?;
        Ok(PartyKept {
            account: account(&report, self.party.as_str())?,
            party: self.party.clone(),
            report,
            model: result.model,
            findings: result.findings,
            rows: path(result.aligned_path),
            scores: path(result.scores_path),
        })
    }

    /// Gives by what the institution has shown the others its feature contract, study by study, as its
    /// journal says: in the last run of each in which it has.
    pub(super) async fn contracts(&mut self, lang: Lang) -> anyhow::Result<BTreeMap<String, Seal>> {
        let request = v1::ExportOwnLogRequest {};
        let journal = self.house.export_own_log(request).await.answer(lang)?.lines;
        let mut seals = BTreeMap::new();
        // The first line tells of the whole.
        for line in journal.lines().skip(1) {
            let record: Record = serde_json::from_str(line).context("the journal")?;
            let Body::Open { entry, .. } = record.body else {
                continue;
            };
            if let Some((study, seal)) = entry.study.zip(entry.fields.get("contract")) {
                seals.insert(study.as_str().to_owned(), seal.parse()?);
            }
        }
        Ok(seals)
    }

    /// Waits until the daemon is connected to the coordinator.
    pub(super) async fn connected(&mut self, lang: Lang) -> anyhow::Result<()> {
        let connecting = async {
            while !self.status(lang).await?.connected {
                sleep(PAUSE).await;
            }
            Ok(())
        };
        match timeout(PATIENCE, connecting).await {
            Ok(connected) => connected,
            Err(_) => bail!(lang.pick(
                format!("{} does not connect", self.party),
                format!("{} 未能连接", self.party),
            )),
        }
    }

    /// Waits until the daemon has kept the end of all studies, and what it receives of them.
    pub(super) async fn settled(&mut self, lang: Lang) -> anyhow::Result<()> {
        let settling = async {
            loop {
                let all = self.house.studies(v1::OwnStudiesRequest {}).await;
                if all
                    .answer(lang)?
                    .studies
                    .iter()
                    .all(|own| !own.end.is_empty())
                {
                    return Ok(());
                }
                sleep(PAUSE).await;
            }
        };
        match timeout(PATIENCE, settling).await {
            Ok(settled) => settled,
            Err(_) => bail!(lang.pick(
                format!("{} does not fetch the result", self.party),
                format!("{} 未能取得结果", self.party),
            )),
        }
    }

    async fn status(&mut self, lang: Lang) -> anyhow::Result<v1::ParticipantStatus> {
        self.house.status(v1::StatusRequest {}).await.answer(lang)
    }
}

/// Gives where a file lies, if there is one.
fn path(told: String) -> Option<PathBuf> {
    (!told.is_empty()).then(|| told.into())
}

/// Reads from a report what the protocols cost a party, step by step.
pub(super) fn account(report: &Value, party: &str) -> anyhow::Result<Account> {
    let Some(account) = report.get("costs").and_then(|costs| costs.get(party)) else {
        return Ok(Account::default());
    };
    Account::deserialize(account).with_context(|| format!("the costs of {party}"))
}

/// Reads from a report what each phase of a training cost a party.
pub(super) fn phases(report: &Value, party: &str) -> anyhow::Result<BTreeMap<String, Account>> {
    let Some(phases) = report.get("phases").and_then(|phases| phases.get(party)) else {
        return Ok(BTreeMap::new());
    };
    BTreeMap::deserialize(phases).with_context(|| format!("the costs of {party}"))
}

/// Invites a party, and starts its daemon.
pub(super) async fn join(
    operator: &mut OperatorClient<Channel>,
    party: &PartyId,
    folder: &Path,
    lang: Lang,
) -> anyhow::Result<Participant> {
    let request = v1::InviteRequest {
        name: party.to_string(),
        role: "participant".into(),
        valid_s: 600,
    };
    let code = operator.invite(request).await.answer(lang)?.code;
    let home = folder.join(party.as_str());
    let config = format!(
        // Whoever starts all of it may read these files.
        "party = \"{party}\"\nstate = {}\nadmin = \"127.0.0.1:0\"\n[data]\nroot = \"/\"\n",
        state_of(&home)?,
    );
    let config = configure(&home, "participant", &config)?;
    let join = ["participant", "join", "--config"].map(OsStr::new);
    daemons::run(&[&join[..], &[config.as_os_str()]].concat(), &code)
        .await
        .with_context(|| {
            lang.pick(
                format!("joining as {party} in {}", home.display()),
                format!("以 {party} 的名义加入（{}）", home.display()),
            )
        })?;
    let run = ["participant", "run", "--until-eof", "--config"].map(OsStr::new);
    let run = [&run[..], &[config.as_os_str()]].concat();
    let daemon = Daemon::start(&run, &home.join("daemon.log"), lang).await?;
    let mut house = client::steward_at(&daemon.socket, lang).await?;
    let steward = LocalSteward::new(party)?;
    house
        .add_steward(steward.introduction())
        .await
        .answer(lang)?;
    Ok(Participant {
        party: party.clone(),
        daemon,
        house,
        steward,
    })
}
