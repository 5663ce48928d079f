//! A federation of this machine's processes.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use consilium_contract::Seal;
use consilium_mailbox::PartyId;
use consilium_node::grpc::operator_client::OperatorClient;
use consilium_plan::{Audience, Failure, Lang, Plan};
use consilium_proto::v1;
use serde_json::Value;
use tokio::time::{sleep, timeout};
use tonic::transport::Channel;

use super::{
    Took,
    cost::{PartyCost, Reading},
    daemons::{self, Daemon, configure, state_of},
    inputs::PartyData,
    kept::Kept,
    outcome::Outcome,
    participant::{PATIENCE, PAUSE, Participant, account, join, phases},
    tell, watching,
};
use crate::{
    client::{self, Answer as _},
    missing_codes,
    model::Fit,
    scarcity,
    study::write_result,
};

/// What the coordinator is called where costs are told.
const COORDINATOR: &str = "coordinator";

/// A coordinator and its participants, all of them here.
pub(crate) struct Federation {
    coordinator: Daemon,
    operator: OperatorClient<Channel>,
    participants: Vec<Participant>,
    /// Where people are told how studies go.
    tell: fn(&str),
    lang: Lang,
}

impl Federation {
    /// Makes the parties' folders, enrols everybody and starts all daemons; all are connected when
    /// this returns. After an error none is left.
    pub(crate) async fn open(
        coordinator: &PartyId,
        parties: impl IntoIterator<Item = &PartyId>,
        folder: &Path,
        coordinator_log: &str,
        lang: Lang,
    ) -> anyhow::Result<Federation> {
        let folder = fs::canonicalize(folder)?;
        let (coordinator, mut operator) =
            found(coordinator, &folder, coordinator_log, lang).await?;
        let mut federation = Federation {
            coordinator,
            operator: operator.clone(),
            participants: Vec::new(),
            tell,
            lang,
        };
        let all_join = async {
            for party in parties {
                let joined = join(&mut operator, party, &folder, lang).await?;
                federation.participants.push(joined);
            }
            for participant in &mut federation.participants {
                participant.connected(lang).await?;
            }
            Ok(())
        };
        match all_join.await {
            Ok(()) => Ok(federation),
            Err(error) => {
                federation.stop().await;
                Err(error)
            }
        }
    }

    /// Tells people nothing of how studies go from now on.
    pub(crate) fn fall_silent(&mut self) {
        self.tell = |_| {};
    }

    /// Registers the parties' data sets.
    pub(crate) async fn register(&mut self, data: &[PartyData]) -> anyhow::Result<()> {
        for set in data {
            let mut all = self.participants.iter_mut();
            let own = all.find(|participant| participant.party == set.party);
            let own = own.with_context(|| format!("{} is no participant", set.party))?;
            own.register(set, self.lang).await?;
        }
        Ok(())
    }

    /// Reads what the daemons have used up to now: the coordinator first, then the participants.
    pub(crate) async fn readings(&self) -> anyhow::Result<Vec<(String, Reading)>> {
        let mut readings = vec![(COORDINATOR.to_owned(), self.coordinator.reading().await?)];
        for participant in &self.participants {
            let reading = participant.daemon.reading().await;
            let reading = reading.with_context(|| participant.party.to_string())?;
            readings.push((participant.party.to_string(), reading));
        }
        Ok(readings)
    }

    /// Gives what those who take part in a study have used since earlier readings, the coordinator
    /// first.
    pub(crate) async fn costs(
        &self,
        plan: &Plan,
        since: &[(String, Reading)],
    ) -> anyhow::Result<Vec<PartyCost>> {
        let now = self.readings().await?;
        let takes_part = |name: &str| {
            let mut parties = plan.contributors();
            name == COORDINATOR || parties.any(|(party, _)| party.as_str() == name)
        };
        let both = now.iter().zip(since);
        let both = both.filter(|((party, _), _)| takes_part(party));
        Ok(both
            .map(|((party, now), (_, before))| now.since(before, party))
            .collect())
    }

    /// Hands the plan in; gives the study's name.
    pub(crate) async fn submit(&mut self, plan: &Plan) -> anyhow::Result<String> {
        let request = v1::SubmitRequest {
            plan: plan.to_string(),
        };
        Ok(self.operator.submit(request).await.answer(self.lang)?.study)
    }

    /// Approves the plan at every party that it names; gives what stands in the way there.
    pub(crate) async fn approve(&mut self, plan: &Plan) -> anyhow::Result<Vec<Failure>> {
        let members = self
            .operator
            .members(v1::MembersRequest {})
            .await
            .answer(self.lang)?;
        let lang = self.lang;
        let mut found = Vec::new();
        for participant in self.of(plan) {
            found.extend(participant.approve(plan, &members.members, lang).await?);
        }
        Ok(found)
    }

    /// Watches the study to its end, and waits until every party has what it receives; gives why
    /// it ended badly, if it did.
    pub(crate) async fn watch(
        &mut self,
        study: &str,
        plan: &Plan,
    ) -> anyhow::Result<Option<Failure>> {
        let failure =
            watching::to_the_end((&mut self.operator, self.tell), study, plan, self.lang).await?;
        if failure.is_none() {
            for participant in &mut self.participants {
                participant.settled(self.lang).await?;
            }
        }
        Ok(failure)
    }

    /// Fetches what came of the study into a new folder, from the coordinator and from each party
    /// its own; it is given what the study took.
    pub(crate) async fn outcome(
        &mut self,
        study: &str,
        plan: &Plan,
        folder: &Path,
        (wall, mut costs): Took,
    ) -> anyhow::Result<Outcome> {
        let request = v1::StudyRequest {
            study: study.to_owned(),
        };
        let result = self.operator.result(request).await.answer(self.lang)?;
        let model: Value = serde_json::from_str(&result.model)?;
        let fit = model.get("fit").context("the result holds no fit")?;
        let mut parties = Vec::new();
        let lang = self.lang;
        for participant in self.of(plan) {
            parties.push(participant.own_result(study, lang).await?);
        }
        let values = parties.iter().map(|own| {
            let file = format!("{}-value.json", own.party);
            (file, own.value.clone())
        });
        let values: Vec<(String, String)> = values.collect();
        let files = [
            ("model.json", result.model.clone()),
            ("report.json", result.report.clone()),
        ];
        let values = values
            .iter()
            .map(|(name, text)| (name.as_str(), text.clone()));
        write_result(
            folder,
            &plan.to_string(),
            files.into_iter().chain(values),
            lang,
        )?;
        let report = serde_json::from_str(&result.report)?;
        let coordinator = account(&report, COORDINATOR)?;
        let accounts = std::iter::once(&coordinator).chain(parties.iter().map(|own| &own.account));
        for (cost, account) in costs.iter_mut().zip(accounts) {
            cost.rounds = Some(account.total().rounds);
        }
        Ok(Outcome {
            kind: plan.task().kind(),
            fit: Fit::read(fit.clone(), plan)?.context("the plan trains no model")?,
            coordinator_phases: phases(&report, COORDINATOR)?,
            report,
            coordinator,
            parties,
            wall,
            learnt: learnt(plan, self.lang),
            costs,
        })
    }

    /// Gives the participants that a plan names.
    fn of(&mut self, plan: &Plan) -> impl Iterator<Item = &mut Participant> {
        let takes_part = |participant: &&mut Participant| {
            let mut named = plan.contributors();
            named.any(|(party, _)| *party == participant.party)
        };
        self.participants.iter_mut().filter(takes_part)
    }

    /// Fetches what came of a study between institutions into a new folder: the coordinator's report,
    /// and of each party its own, with the rows, the scores and the part of a model that it keeps.
    pub(crate) async fn kept(
        &mut self,
        study: &str,
        plan: &Plan,
        result: &Path,
        (wall, mut costs): Took,
    ) -> anyhow::Result<Kept> {
        let request = v1::StudyRequest {
            study: study.to_owned(),
        };
        let lang = self.lang;
        let told = self.operator.result(request).await.answer(lang)?;
        let mut files = vec![("report.json".to_owned(), told.report.clone())];
        let mut parties = Vec::new();
        for participant in self.of(plan) {
            let own = participant.own_kept(study, lang).await?;
            let party = &own.party;
            files.push((format!("{party}-report.json"), own.report.to_string()));
            files.push((format!("{party}-model.json"), own.model.clone()));
            files.push((format!("{party}-findings.json"), own.findings.clone()));
            let missing = missing_codes::table(&own.report.to_string())?;
            files.push((format!("{party}-missing-codes.csv"), missing));
            let scarcity = scarcity::file(&own.report.to_string())?;
            files.push((format!("{party}-scarcity.json"), scarcity));
            for (path, what) in [(&own.rows, "aligned"), (&own.scores, "scores")] {
                if let Some(path) = path {
                    let read = fs::read_to_string(path);
                    let table = read.with_context(|| path.display().to_string())?;
                    files.push((format!("{party}-{what}.csv"), table));
                }
            }
            parties.push(own);
        }
        let named = files
            .iter()
            .map(|(name, text)| (name.as_str(), text.clone()));
        write_result(result, &plan.to_string(), named, lang)?;
        let coordinator = account(&serde_json::from_str(&told.report)?, COORDINATOR)?;
        let accounts = std::iter::once(&coordinator).chain(parties.iter().map(|own| &own.account));
        for (cost, account) in costs.iter_mut().zip(accounts) {
            cost.rounds = Some(account.total().rounds);
        }
        Ok(Kept {
            coordinator,
            study: study.to_owned(),
            title: plan.title().to_owned(),
            kind: plan.task().kind(),
            parties,
            wall,
            learnt: learnt(plan, lang),
            costs,
        })
    }

    /// Gives what stands for each party's feature contracts, study by study, as its own journal says.
    pub(crate) async fn contracts(
        &mut self,
    ) -> anyhow::Result<Vec<(PartyId, BTreeMap<String, Seal>)>> {
        let mut contracts = Vec::new();
        for participant in &mut self.participants {
            let seals = participant.contracts(self.lang).await?;
            contracts.push((participant.party.clone(), seals));
        }
        Ok(contracts)
    }

    /// Waits until the coordinator is shown so many scorecards.
    pub(crate) async fn shown(&mut self, cards: usize) -> anyhow::Result<()> {
        let lang = self.lang;
        let showing = async {
            loop {
                let list = self.operator.scorecards(v1::ScorecardsRequest {}).await;
                if list.answer(lang)?.cards.len() >= cards {
                    return Ok(());
                }
                sleep(PAUSE).await;
            }
        };
        match timeout(PATIENCE, showing).await {
            Ok(shown) => shown,
            Err(_) => bail!(lang.pick(
                "the coordinator is not shown all scorecards",
                "协调方未收到全部评分卡",
            )),
        }
    }

    /// Gives where each daemon is spoken to: the coordinator's, and the participants'.
    pub(crate) fn sockets(&self) -> (PathBuf, BTreeMap<PartyId, PathBuf>) {
        let participants = self.participants.iter();
        let sockets = participants.map(|it| (it.party.clone(), it.daemon.socket.clone()));
        (self.coordinator.socket.clone(), sockets.collect())
    }

    /// Ends all daemons.
    pub(crate) async fn stop(self) {
        for participant in self.participants {
            participant.daemon.stop().await;
        }
        self.coordinator.stop().await;
    }
}

/// Gives the readers of a plan's disclosures, each with what it learns.
fn learnt(plan: &Plan, lang: Lang) -> Vec<(String, Vec<String>)> {
    let disclosures = plan.disclosures();
    let of_reader = |to| {
        let lines = disclosures.iter().filter(move |line| line.to == to);
        let reader = lines.clone().next()?.reader(lang).to_owned();
        Some((
            reader,
            lines.map(|line| line.what(lang).to_owned()).collect(),
        ))
    };
    Audience::ALL.into_iter().filter_map(of_reader).collect()
}

/// Founds the federation and starts its coordinator.
async fn found(
    coordinator: &PartyId,
    folder: &Path,
    log: &str,
    lang: Lang,
) -> anyhow::Result<(Daemon, OperatorClient<Channel>)> {
    let home = folder.join(coordinator.as_str());
    let address = free_address()?;
    let config = format!(
        "federation = \"local\"\nname = \"{coordinator}\"\nstate = {}\naddress = \"{address}\"\n\
         listen = \"{address}\"\nadmin = \"127.0.0.1:0\"\n{log}",
        state_of(&home)?,
    );
    let config = configure(&home, "coordinator", &config)?;
    let init = ["coordinator", "init", "--config"].map(OsStr::new);
    daemons::run(&[&init[..], &[config.as_os_str()]].concat(), "").await?;
    let run = ["coordinator", "run", "--until-eof", "--config"].map(OsStr::new);
    let run = [&run[..], &[config.as_os_str()]].concat();
    let daemon = Daemon::start(&run, &home.join("daemon.log"), lang).await?;
    let operator = client::operator_at(&daemon.socket, lang).await?;
    Ok((daemon, operator))
}

/// Finds a port that nobody uses: the coordinator keeps it over a restart.
fn free_address() -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").context("finding a free port")?;
    Ok(listener.local_addr()?.to_string())
}
