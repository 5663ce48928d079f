//! A house: a participant's daemon with its data, and the steward who decides.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::PathBuf,
    sync::atomic::{AtomicU8, Ordering},
};

use consilium_base::{Digest, Seed, Signer as _};
use consilium_identity::IdentityKey;
use consilium_node::{Shutdown, grpc::steward_client::StewardClient};
use consilium_participant::{
    Ambient, Config, ParticipantHandle, join, start,
    store::{self, Store, secrets},
};
use consilium_plan::{DataVersion, Decision, FederationId, Grant, Plan, Statement, UnixTime};
use consilium_proto::v1;
use consilium_scorecard::{
    About, Card, Dimension, Evidence, EvidenceHash, EvidenceKind, Found, Purpose, Salt, Score,
    Signed, Subscore, Version, VersionHash,
};
use tokio::time::timeout;
use tonic::transport::Channel;

use super::world::{PATIENCE, SCHEMA, World, channel, now_ms};

pub(crate) struct House {
    pub(crate) name: String,
    pub(crate) config: Config,
    steward: IdentityKey,
    seed: u8,
    lives: u8,
    /// How far its clock is ahead.
    pub(crate) minutes_ahead: i64,
    running: Option<(ParticipantHandle, Shutdown)>,
    /// How many decisions its steward has numbered.
    numbered: AtomicU8,
}

impl House {
    /// Joins with an invitation, starts the daemon, registers data and makes the steward known.
    pub(crate) async fn join(world: &World, name: &str, seed: u8) -> House {
        let mut house = House::prepared(world, name, seed);
        let code = world.invite(name).await;
        let joined = join(&house.config, &code, &house.ambient()).await.unwrap();
        assert_eq!(joined.party.as_str(), name);
        house.start().await;
        fs::write(house.file("patients.csv"), rows(seed)).unwrap();
        fs::write(house.file("thirds.csv"), thirds()).unwrap();
        house.register().await.unwrap();
        let key = house.steward.public().to_bytes().to_vec().into();
        let name = "li".to_owned();
        let steward = v1::AddStewardRequest { name, key };
        house.client().await.add_steward(steward).await.unwrap();
        house
    }

    /// Gives a house that has not joined.
    pub(crate) fn prepared(world: &World, name: &str, seed: u8) -> House {
        let state = world.folder.path().join(name);
        let text = format!(
            "party = \"{name}\"\nstate = \"{}\"\ncoordinator = \"{}\"\nadmin = \"127.0.0.1:0\"\n",
            state.display(),
            world.address
        );
        House {
            name: name.to_owned(),
            config: Config::from_toml(&text).unwrap(),
            steward: IdentityKey::from_seed(&Seed::from_bytes([seed + 100; 32])),
            seed,
            lives: 0,
            minutes_ahead: 0,
            running: None,
            numbered: AtomicU8::new(0),
        }
    }

    pub(crate) fn ambient(&self) -> Ambient {
        let ahead = self.minutes_ahead * 60_000;
        Ambient::new(move || now_ms() + ahead, &self.lives_seed())
    }

    fn lives_seed(&self) -> Seed {
        let mut seed = [self.seed; 32];
        seed[0] = self.lives;
        Seed::from_bytes(seed)
    }

    /// Where a file of the house lies that the daemon may read.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        let folder = self.config.state.with_extension("files");
        fs::create_dir_all(&folder).unwrap();
        folder.join(name)
    }

    /// Where a file of the daemon lies, in its state folder.
    pub(crate) fn kept(&self, name: &str) -> PathBuf {
        self.config.state.join(name)
    }

    pub(crate) async fn start(&mut self) {
        self.lives += 1;
        let shutdown = Shutdown::default();
        let started = start(self.config.clone(), self.ambient(), shutdown.clone()).await;
        let mut handle = started.unwrap();
        timeout(PATIENCE, handle.connected()).await.unwrap();
        self.running = Some((handle, shutdown));
    }

    /// Waits until the daemon is connected to the coordinator.
    pub(crate) async fn connected(&self) {
        let mut client = self.client().await;
        let connected = async {
            while !client
                .status(v1::StatusRequest {})
                .await
                .unwrap()
                .into_inner()
                .connected
            {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, connected).await.unwrap();
    }

    /// Stops the daemon; what its tasks were at is lost.
    pub(crate) async fn stop(&mut self) {
        let (handle, shutdown) = self.running.take().unwrap();
        shutdown.request();
        timeout(PATIENCE, handle.stopped()).await.unwrap().unwrap();
    }

    /// Stops the daemon, does something in its store, and starts it again.
    pub(crate) async fn in_store<T>(&mut self, what: impl AsyncFnOnce(&Store) -> T) -> T {
        self.stop().await;
        let (state, party) = (&self.config.state, &self.config.party);
        let store = store::open(state, party, self.lives_seed()).await.unwrap();
        let done = what(&store).await;
        store.close().await;
        self.start().await;
        done
    }

    /// Sees that the house's secret for the plan's study is the same in every world; gives it.
    pub(crate) async fn plant_secret(&mut self, plan: &Plan) -> Seed {
        let seed = Seed::from_bytes([self.seed; 32]);
        let study = plan.hash().to_string().parse().unwrap();
        self.in_store(async |store| {
            let mut change = store.begin().await.unwrap();
            let purpose = secrets::Purpose("study");
            let rng = &mut seed.generator();
            let drawn = secrets::of_study(&mut change, &study, purpose, rng).await;
            change.commit().await.unwrap();
            drawn.unwrap()
        })
        .await
    }

    pub(crate) async fn client(&self) -> StewardClient<Channel> {
        StewardClient::new(channel(&self.config.steward_socket()).await)
    }

    pub(crate) async fn register(&self) -> Result<v1::DataSet, tonic::Status> {
        let path = |name: &str| self.file(name).to_str().unwrap().to_owned();
        let request = v1::AddDataRequest {
            name: "patients".to_owned(),
            path: path("patients.csv"),
            schema: SCHEMA.to_owned(),
            splits: vec![v1::Split {
                name: "thirds".to_owned(),
                path: path("thirds.csv"),
            }],
            mapping: String::new(),
            codes: Vec::new(),
        };
        Ok(self.client().await.add_data(request).await?.into_inner())
    }

    /// Says that the words of another house's key were compared.
    pub(crate) async fn verify(&self, other: &House) {
        if self.name == other.name {
            return;
        }
        let party = other.name.clone();
        let key = other.key().to_vec().into();
        let mut client = self.client().await;
        // The roster comes by itself; until then the other one is unknown.
        let verify = async {
            while client
                .verify(v1::VerifyRequest {
                    party: party.clone(),
                    key: Clone::clone(&key),
                })
                .await
                .is_err()
            {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, verify).await.unwrap();
    }

    fn key(&self) -> [u8; 32] {
        let pem = fs::read_to_string(self.kept("participant.key")).unwrap();
        IdentityKey::from_pem(&pem).unwrap().public().to_bytes()
    }

    /// Waits until the daemon was offered the plan.
    pub(crate) async fn offered(&self, plan: &Plan) -> v1::OwnStudy {
        let request = v1::AwaitStudyRequest {
            study: plan.hash().as_bytes().to_vec().into(),
            within_ms: 60_000,
        };
        self.client()
            .await
            .await_study(request)
            .await
            .unwrap()
            .into_inner()
    }

    /// Waits until the daemon has heard of the end of the plan's study.
    pub(crate) async fn ended(&self, plan: &Plan) -> v1::OwnStudy {
        let ended = async {
            loop {
                let study = self.offered(plan).await;
                if ["finished", "failed", "cancelled"].contains(&&*study.state) {
                    return study;
                }
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, ended).await.unwrap()
    }

    /// Gives the plan's study as the daemon has it.
    pub(crate) async fn study(&self, plan: &Plan) -> v1::OwnStudy {
        self.offered(plan).await
    }

    pub(crate) async fn sign(
        &self,
        plan: &Plan,
        decision: Decision,
        nonce: u8,
    ) -> v1::DecideRequest {
        let mut client = self.client().await;
        let status = client
            .status(v1::StatusRequest {})
            .await
            .unwrap()
            .into_inner();
        let statement = Statement {
            federation: FederationId(status.federation_id.as_ref().try_into().unwrap()),
            signer: format!("{}/li", self.name).parse().unwrap(),
            plan: plan.hash(),
            decision,
            at: UnixTime(now_ms() / 1_000 - 60 + i64::from(nonce)),
            nonce: [nonce; 16],
        };
        v1::DecideRequest {
            statement: serde_json::to_vec(&statement).unwrap().into(),
            signature: self.steward.sign(&statement.message()).0.to_vec().into(),
            steward: self.steward.public().to_bytes().to_vec().into(),
        }
    }

    /// Registers data as they are now, and gives a card of them that the steward has signed.
    pub(crate) async fn card(&self, score: f64) -> Signed {
        self.card_with(score, |_, _| {}).await
    }

    pub(crate) async fn federation(&self) -> FederationId {
        let status = self.client().await.status(v1::StatusRequest {}).await;
        let federation = status.unwrap().into_inner().federation_id;
        FederationId(federation.as_ref().try_into().unwrap())
    }

    /// The same after a change to what it is about, and to what was found.
    pub(crate) async fn card_with(
        &self,
        score: f64,
        change: impl FnOnce(&mut About, &mut Vec<(Dimension, Found)>),
    ) -> Signed {
        let set = self.register().await.unwrap();
        let version = Digest::try_from(set.version.as_ref()).unwrap();
        let quality = Found {
            subscores: vec![Subscore {
                id: "completeness".to_owned(),
                score: Score::of(score, score, score).unwrap(),
                weight: 1.0,
            }],
            proxy: false,
            evidence: Evidence {
                kind: EvidenceKind::Report,
                hash: EvidenceHash([7; 32]),
                tool: "consilium 0.1.0".to_owned(),
                at: None,
                countersigned: Vec::new(),
            },
        };
        let mut about = About {
            federation: Some(self.federation().await),
            institution: self.config.party.clone(),
            data_set: "patients".to_owned(),
            version: Version::Registered(VersionHash(version)),
            made: UnixTime(now_ms() / 1_000),
            salt: Salt([self.seed; 32]),
        };
        let purpose = Purpose::built_in("training").unwrap();
        let mut found = vec![(Dimension::Quality, quality)];
        change(&mut about, &mut found);
        let card = Card::of(about, &purpose, found);
        Signed::sign(card, &format!("{}/li", self.name), &self.steward).unwrap()
    }

    /// The same of a version of another data set, with what a study has found of it.
    pub(crate) async fn card_of(
        &self,
        (data_set, version): (&str, VersionHash),
        found: (Dimension, Found),
    ) -> Signed {
        let change = |about: &mut About, all: &mut Vec<_>| {
            data_set.clone_into(&mut about.data_set);
            about.version = Version::Registered(version);
            all.push(found);
        };
        self.card_with(80.0, change).await
    }

    /// Hands a signed card in.
    pub(crate) async fn add_card(&self, card: &Signed) -> Result<v1::OwnScorecard, tonic::Status> {
        let card = serde_json::to_string(card).unwrap();
        let request = v1::AddScorecardRequest { card };
        let kept = self.client().await.add_scorecard(request).await?;
        Ok(kept.into_inner())
    }

    /// Gives a number that none of the house's decisions had.
    pub(crate) fn number(&self) -> u8 {
        self.numbered.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) async fn grant(&self, plan: &Plan) -> Grant {
        let own = self.offered(plan).await;
        Grant {
            data: DataVersion(own.data_version.as_ref().try_into().unwrap()),
            runs: 100,
            until: UnixTime(now_ms() / 1_000 + 3_600),
            waiver: plan.asks_waiver(),
            beside: BTreeSet::new(),
        }
    }

    pub(crate) async fn approve(&self, plan: &Plan) -> v1::OwnStudy {
        let decision = Decision::Approve(self.grant(plan).await);
        let decision = self.sign(plan, decision, 1).await;
        self.client()
            .await
            .decide(decision)
            .await
            .unwrap()
            .into_inner()
    }

    /// Gives what stands in the way of the plan's study here, as the daemon finds it.
    pub(crate) async fn obstacles(&self, plan: &Plan, anew: bool) -> Vec<String> {
        let study = self.offered(plan).await.study;
        let request = v1::ExamineRequest {
            study,
            anew,
            ..v1::ExamineRequest::default()
        };
        let examined = self.client().await.examine(request).await;
        examined.unwrap().into_inner().obstacles
    }

    pub(crate) async fn revoke(&self, plan: &Plan) {
        let own = self.study(plan).await;
        let approved: Statement = serde_json::from_slice(&own.approval).unwrap();
        let decision = Decision::Revoke { of: approved.id() };
        let decision = self.sign(plan, decision, 2).await;
        self.client().await.decide(decision).await.unwrap();
    }

    pub(crate) async fn result(&self, study: &str) -> Result<v1::OwnStudyResult, tonic::Status> {
        let study = study.to_owned();
        let result = self
            .client()
            .await
            .own_result(v1::OwnStudyRequest { study })
            .await;
        Ok(result?.into_inner())
    }

    pub(crate) async fn journal(&self) -> String {
        let log = self
            .client()
            .await
            .export_own_log(v1::ExportOwnLogRequest {})
            .await;
        log.unwrap().into_inner().lines
    }
}

/// Gives 150 patients, drawn from a seed.
pub(crate) fn rows(seed: u8) -> String {
    let mut state = u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut uniform = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut rows = String::from("age,dose,ill\n");
    for _ in 0..150 {
        let (age, dose) = (20.0 + 60.0 * uniform(), 10.0 * uniform());
        let chance = 1.0 / (1.0 + (-(age - 50.0) / 15.0 + (dose - 5.0) / 5.0).exp());
        writeln!(rows, "{age},{dose},{}", u8::from(uniform() < chance)).unwrap();
    }
    rows
}

/// Gives a split: every third row is for testing.
fn thirds() -> String {
    let mut split = String::from("row,split\n");
    for row in 1..=150 {
        let purpose = if row % 3 == 0 { "test" } else { "train" };
        writeln!(split, "{row},{purpose}").unwrap();
    }
    split
}
