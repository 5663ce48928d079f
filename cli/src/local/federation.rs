//! A federation of this machine's processes.

use std::{
    ffi::OsStr,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use consilium_mailbox::PartyId;
use consilium_node::grpc::{operator_client::OperatorClient, steward_client::StewardClient};
use consilium_plan::{Audience, Failure, Lang, Plan};
use consilium_proto::v1;
use tonic::transport::Channel;

use super::{
    daemons::{self, Daemon},
    inputs::PartyData,
    outcome::{Outcome, PartyOutcome, ProcessCost},
    steward::LocalSteward,
    watching,
};
use crate::{
    client::{self, Answer as _},
    study::write_result,
};

/// A coordinator and its participants, all of them here.
pub(crate) struct Federation {
    coordinator: Daemon,
    operator: OperatorClient<Channel>,
    participants: Vec<Participant>,
    lang: Lang,
}

struct Participant {
    party: PartyId,
    daemon: Daemon,
    house: StewardClient<Channel>,
    steward: LocalSteward,
}

impl Federation {
    /// Makes the parties' folders, enrols everybody, starts all daemons and registers the data.
    pub(crate) async fn start(
        plan: &Plan,
        data: &[PartyData],
        folder: &Path,
        coordinator_log: &str,
        lang: Lang,
    ) -> anyhow::Result<Federation> {
        let folder = fs::canonicalize(folder)?;
        let (coordinator, mut operator) = found(plan, &folder, coordinator_log, lang).await?;
        let mut participants = Vec::new();
        for set in data {
            let mut participant = join(&mut operator, set, &folder, lang).await?;
            participant.register(set, lang).await?;
            participants.push(participant);
        }
        Ok(Federation {
            coordinator,
            operator,
            participants,
            lang,
        })
    }

    /// Hands the plan in; gives the study's name.
    pub(crate) async fn submit(&mut self, plan: &Plan) -> anyhow::Result<String> {
        let request = v1::SubmitRequest {
            plan: plan.to_string(),
        };
        Ok(self.operator.submit(request).await.answer(self.lang)?.study)
    }
}

impl Federation {
    /// Approves the plan at every party.
    pub(crate) async fn approve(&mut self, plan: &Plan) -> anyhow::Result<()> {
        let members = self
            .operator
            .members(v1::MembersRequest {})
            .await
            .answer(self.lang)?;
        for participant in &mut self.participants {
            participant
                .approve(plan, &members.members, self.lang)
                .await?;
        }
        Ok(())
    }

    /// Watches the study to its end; gives why it ended badly, if it did.
    pub(crate) async fn watch(
        &mut self,
        study: &str,
        plan: &Plan,
    ) -> anyhow::Result<Option<Failure>> {
        watching::to_the_end(&mut self.operator, study, plan, self.lang).await
    }

    /// Fetches what came of the study, from the coordinator and from each party its own.
    pub(crate) async fn outcome(
        &mut self,
        study: &str,
        plan: &Plan,
        folder: &Path,
        wall: Duration,
    ) -> anyhow::Result<Outcome> {
        let request = v1::StudyRequest {
            study: study.to_owned(),
        };
        let result = self.operator.result(request).await.answer(self.lang)?;
        let files = [
            ("model.json", result.model.clone()),
            ("report.json", result.report.clone()),
        ];
        write_result(&folder.join("result"), &plan.to_string(), files, self.lang)?;
        let model: serde_json::Value = serde_json::from_str(&result.model)?;
        let fit = model.get("fit").context("the result holds no fit")?;
        let mut parties = Vec::new();
        for participant in &mut self.participants {
            parties.push(participant.own_result(study, self.lang).await?);
        }
        let daemons = self
            .participants
            .iter()
            .map(|p| (p.party.to_string(), &p.daemon));
        let coordinator = ("coordinator".to_owned(), &self.coordinator);
        let costs = std::iter::once(coordinator)
            .chain(daemons)
            .filter_map(|(party, daemon)| {
                let (cpu, peak_rss_mb) = daemon.usage()?;
                Some(ProcessCost {
                    party,
                    cpu,
                    peak_rss_mb,
                })
            })
            .collect();
        Ok(Outcome {
            fit: serde_json::from_value(fit.clone())?,
            report: serde_json::from_str(&result.report)?,
            parties,
            wall,
            learnt: learnt(plan, self.lang),
            costs,
        })
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

impl Participant {
    async fn register(&mut self, set: &PartyData, lang: Lang) -> anyhow::Result<()> {
        let splits = set.splits.iter().map(|(name, path)| v1::Split {
            name: name.clone(),
            path: path.display().to_string(),
        });
        let request = v1::AddDataRequest {
            name: set.name.clone(),
            path: set.file.display().to_string(),
            schema: set.schema.clone(),
            splits: splits.collect(),
        };
        let added = self.house.add_data(request).await.answer(lang);
        added.with_context(|| format!("registering {} at {}", set.file.display(), set.party))?;
        Ok(())
    }

    /// Approves the plan once its offer has come.
    async fn approve(
        &mut self,
        plan: &Plan,
        members: &[v1::MemberStatus],
        lang: Lang,
    ) -> anyhow::Result<()> {
        let house = self.house.status(v1::StatusRequest {}).await.answer(lang)?;
        let request = v1::AwaitStudyRequest {
            study: plan.hash().as_bytes().to_vec().into(),
            within_ms: u32::try_from(OFFER_WITHIN.as_millis()).unwrap_or(u32::MAX),
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
        self.house.decide(decision).await.answer(lang)?;
        Ok(())
    }

    async fn own_result(&mut self, study: &str, lang: Lang) -> anyhow::Result<PartyOutcome> {
        let request = v1::OwnStudyRequest {
            study: study.to_owned(),
        };
        let result = self.house.own_result(request).await.answer(lang)?;
        let report: serde_json::Value = serde_json::from_str(&result.own_report)?;
        let own = report.get("own").cloned().unwrap_or_default();
        Ok(PartyOutcome {
            party: self.party.clone(),
            own: serde_json::from_value(own)?,
        })
    }
}

/// How long a study's offer may be on its way to a participant.
const OFFER_WITHIN: Duration = Duration::from_mins(1);

async fn join(
    operator: &mut OperatorClient<Channel>,
    set: &PartyData,
    folder: &Path,
    lang: Lang,
) -> anyhow::Result<Participant> {
    let request = v1::InviteRequest {
        name: set.party.to_string(),
        role: "participant".into(),
        valid_s: 600,
    };
    let code = operator.invite(request).await.answer(lang)?.code;
    let home = folder.join(set.party.as_str());
    let config = format!(
        "party = \"{}\"\nstate = {}\nadmin = \"127.0.0.1:0\"\n",
        set.party,
        state_of(&home)?,
    );
    let config = configure(&home, "participant", &config)?;
    let join = ["participant", "join", "--config"].map(OsStr::new);
    daemons::run(&[&join[..], &[config.as_os_str()]].concat(), &code)
        .await
        .with_context(|| format!("joining as {}", set.party))?;
    let run = ["participant", "run", "--until-eof", "--config"].map(OsStr::new);
    let run = [&run[..], &[config.as_os_str()]].concat();
    let daemon = Daemon::start(&run, &home.join("daemon.log")).await?;
    let mut house = client::steward_at(&daemon.socket, lang).await?;
    let steward = LocalSteward::new(&set.party)?;
    house
        .add_steward(steward.introduction())
        .await
        .answer(lang)?;
    Ok(Participant {
        party: set.party.clone(),
        daemon,
        house,
        steward,
    })
}

/// Founds the federation and starts its coordinator.
async fn found(
    plan: &Plan,
    folder: &Path,
    log: &str,
    lang: Lang,
) -> anyhow::Result<(Daemon, OperatorClient<Channel>)> {
    let home = folder.join(plan.coordinator().as_str());
    let address = free_address()?;
    let config = format!(
        "federation = \"local\"\nname = \"{}\"\nstate = {}\naddress = \"{address}\"\n\
         listen = \"{address}\"\nadmin = \"127.0.0.1:0\"\n{log}",
        plan.coordinator(),
        state_of(&home)?,
    );
    let config = configure(&home, "coordinator", &config)?;
    let init = ["coordinator", "init", "--config"].map(OsStr::new);
    daemons::run(&[&init[..], &[config.as_os_str()]].concat(), "").await?;
    let run = ["coordinator", "run", "--until-eof", "--config"].map(OsStr::new);
    let run = [&run[..], &[config.as_os_str()]].concat();
    let daemon = Daemon::start(&run, &home.join("daemon.log")).await?;
    let operator = client::operator_at(&daemon.socket, lang).await?;
    Ok((daemon, operator))
}

/// Gives a daemon's state folder as TOML writes it.
fn state_of(home: &Path) -> anyhow::Result<String> {
    let state = home.join("state");
    let name = state.to_str().context("the folder's name is not UTF-8")?;
    Ok(toml::Value::from(name).to_string())
}

fn configure(home: &Path, daemon: &str, config: &str) -> anyhow::Result<PathBuf> {
    fs::create_dir(home).with_context(|| format!("creating {}", home.display()))?;
    let path = home.join(format!("{daemon}.toml"));
    fs::write(&path, config).with_context(|| format!("writing {}", path.display()))?;
    Ok(path)
}

/// Finds a port that nobody uses: the coordinator keeps it over a restart.
fn free_address() -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").context("finding a free port")?;
    Ok(listener.local_addr()?.to_string())
}
