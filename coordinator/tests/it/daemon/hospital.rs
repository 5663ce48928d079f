//! A hospital's daemon, as small as it can be: it approves and contributes, and keeps its book.

use std::collections::BTreeSet;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use consilium_base::{Seed, Signer as _};
use consilium_identity::{
    AuthorityCertificate, Certificate, Directory, FederationId, IdentityKey, Invitation, PublicKey,
    SigningRequest,
};
use consilium_mailbox::{PartyId, RunId};
use consilium_node::{
    Shutdown, dial,
    grpc::enrolment_client::EnrolmentClient,
    link::{Control, ControlMessage, Epoch, Limits, Link},
    tls::{Authority, ClientTls, Credentials},
};
use consilium_plan::{
    DataReport, DataVersion, Decision, Failure, Found, Grant, PartyReport, Plan, PlanHash, Room,
    Statement, UnixTime,
};
use consilium_proto::v1::{
    self, ToCoordinator, ToParticipant, to_coordinator::Kind as Says, to_participant::Kind as Hears,
};
use prost::{Message as _, bytes::Bytes};
use tokio::{sync::watch, task::JoinSet};

use super::world::{World, now_ms};
use book::Book;
use contribution::contribute;

mod book;
mod contribution;

/// What a hospital has on its disk.
pub(crate) struct Home {
    pub(crate) name: PartyId,
    pub(crate) key: Arc<IdentityKey>,
    steward: IdentityKey,
    certificate: Vec<u8>,
    authority: Vec<u8>,
    pub(crate) federation: FederationId,
    book: Book,
    /// Whether its steward approves what is offered.
    pub(crate) approves: AtomicBool,
    /// Whether the approval waives that a sum without it could single it out.
    pub(crate) waives: AtomicBool,
    /// How many rows it has, and what they are drawn from.
    seed: u8,
    lives: AtomicU64,
    /// Runs that it has taken part in to the end.
    pub(crate) finished: AtomicU64,
    /// Whether it hears of runs and does nothing.
    pub(crate) sleeps: AtomicBool,
    /// How many runs it has slept through.
    pub(crate) slept: watch::Sender<u64>,
    /// Whether it gives every run up once it has begun, and how many it was told of.
    pub(crate) gives_up: AtomicBool,
    pub(crate) runs: AtomicU64,
    /// How often it was asked what it has although it has asked for nothing since the last time.
    pub(crate) bothered: AtomicU64,
    /// Whether it keeps the answer back, and whether it misses the next question.
    pub(crate) ponders: watch::Sender<bool>,
    pub(crate) misses: watch::Sender<bool>,
    /// What its steward has approved.
    approved: Mutex<Option<Statement>>,
    /// A failure that it answers every run with.
    pub(crate) refuses: Mutex<Option<Failure>>,
    /// A failure that it tells of every run once it hears that the run is over.
    pub(crate) explains: Mutex<Option<Failure>>,
}

/// A hospital's daemon; dropping it kills it.
pub(crate) struct Hospital {
    pub(crate) link: Link,
    shutdown: Shutdown,
    _tasks: JoinSet<()>,
}

impl Home {
    /// Enrols with an invitation, as a newcomer who knows the federation by its hash.
    pub(crate) async fn enrol(world: &World, name: &str, seed: u8) -> Arc<Home> {
        let code = world.invite(name, "participant").await;
        let key = IdentityKey::from_seed(&Seed::from_bytes([seed; 32]));
        Home::enrol_with(world, name, key, &code, seed)
            .await
            .unwrap()
    }

    pub(crate) async fn enrol_with(
        world: &World,
        name: &str,
        key: IdentityKey,
        code: &str,
        seed: u8,
    ) -> Result<Arc<Home>, tonic::Status> {
        let name: PartyId = name.parse().unwrap();
        let invitation = Invitation::parse(code).unwrap();
        let pem = std::fs::read_to_string(world.state().join("authority.pem")).unwrap();
        let known = AuthorityCertificate::from_pem(&pem).unwrap();
        assert_eq!(known.federation(), invitation.federation());
        let tls = ClientTls::new(None, &authority(pem.as_bytes()), "coordinator").unwrap();
        let channel = dial::channel(&world.address, &tls).await.unwrap();
        let request = v1::EnrolRequest {
            token: invitation.token().text().expose().clone(),
            signing_request: SigningRequest::new(&name, &key).der().to_vec().into(),
        };
        let response = EnrolmentClient::new(channel)
            .enrol(request)
            .await?
            .into_inner();
        let certificate = Certificate::from_der(&response.chain[0]).unwrap();
        assert_eq!(*certificate.party(), name);
        Ok(Arc::new(Home {
            name,
            key: Arc::new(key),
            steward: IdentityKey::from_seed(&Seed::from_bytes([seed + 100; 32])),
            certificate: certificate.to_pem().into_bytes(),
            authority: pem.into_bytes(),
            federation: invitation.federation(),
            book: Book::default(),
            approves: AtomicBool::new(true),
            waives: AtomicBool::new(false),
            seed,
            lives: AtomicU64::new(0),
            finished: AtomicU64::new(0),
            sleeps: AtomicBool::new(false),
            slept: watch::Sender::new(0),
            gives_up: AtomicBool::new(false),
            runs: AtomicU64::new(0),
            bothered: AtomicU64::new(0),
            ponders: watch::Sender::new(false),
            misses: watch::Sender::new(false),
            approved: Mutex::default(),
            refuses: Mutex::default(),
            explains: Mutex::default(),
        }))
    }

    pub(crate) fn tls(&self) -> ClientTls {
        let key = self.key.to_pem();
        let credentials =
            Credentials::from_pem(&self.certificate, key.expose().as_bytes()).unwrap();
        ClientTls::new(
            Some(&credentials),
            &authority(&self.authority),
            "coordinator",
        )
        .unwrap()
    }

    /// Starts its daemon.
    pub(crate) fn start(self: &Arc<Home>, address: &str) -> Hospital {
        let life = self.lives.fetch_add(1, Ordering::Relaxed);
        let mut epoch = [self.seed; 16];
        epoch[..8].copy_from_slice(&life.to_le_bytes());
        let link = Link::new(self.name.clone(), Epoch(epoch), Limits::default());
        let dialer = dial::Dialer::new(address.to_owned(), self.tls(), link.clone());
        let shutdown = Shutdown::default();
        let mut tasks = JoinSet::new();
        tasks.spawn(dialer.run(shutdown.clone()));
        tasks.spawn(live(self.clone(), link.clone()));
        Hospital {
            link,
            shutdown,
            _tasks: tasks,
        }
    }

    fn statement(&self, plan: &Plan, decision: Decision, nonce: u8) -> Statement {
        Statement {
            federation: self.federation,
            signer: format!("{}/li", self.name).parse().unwrap(),
            plan: plan.hash(),
            decision,
            at: UnixTime(now_ms() / 1000 - 60 + i64::from(nonce)),
            nonce: [nonce; 16],
        }
    }

    fn notice(&self, statement: &Statement) -> v1::DecisionNotice {
        let signature = self.steward.sign(&statement.message());
        v1::DecisionNotice {
            study: statement.plan.as_bytes().to_vec().into(),
            statement: serde_json::to_vec(statement).unwrap().into(),
            signature: signature.0.to_vec().into(),
            steward: self.steward.public().to_bytes().to_vec().into(),
        }
    }

    /// Waits until its book has so many lines: two for each sum.
    pub(crate) async fn wrote(&self, lines: usize) {
        let mut written = self.book.written.subscribe();
        written.wait_for(|written| *written >= lines).await.unwrap();
    }

    /// Holds its book back, without which it says no number, or lets it go.
    pub(crate) fn hold(&self, is_held: bool) {
        self.book.is_held.send_replace(is_held);
    }

    /// Gives its steward's approval, the same every time.
    pub(crate) fn approval(&self, plan: &Plan) -> v1::DecisionNotice {
        let mut approved = self.approved.lock().unwrap();
        let statement = approved.get_or_insert_with(|| {
            let grant = Grant {
                data: VERSION,
                runs: 100,
                until: UnixTime(now_ms() / 1000 + 3600),
                waiver: self.waives.load(Ordering::Relaxed),
                beside: BTreeSet::new(),
            };
            self.statement(plan, Decision::Approve(grant), 1)
        });
        self.notice(statement)
    }

    pub(crate) fn refusal(&self, plan: &Plan) -> v1::DecisionNotice {
        self.notice(&self.statement(plan, Decision::Refuse, 2))
    }

    /// Takes the approval back.
    pub(crate) fn revocation(&self, plan: &Plan) -> v1::DecisionNotice {
        let of = self.approved.lock().unwrap().as_ref().unwrap().id();
        self.notice(&self.statement(plan, Decision::Revoke { of }, 50))
    }

    /// Gives its rows: age, dose, and whether somebody is ill, drawn from its seed.
    pub(crate) fn rows(&self) -> (Vec<f64>, Vec<f64>) {
        let mut state = u64::from(self.seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut uniform = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let (mut features, mut labels) = (Vec::new(), Vec::new());
        for _ in 0..120 {
            let (age, dose) = (20.0 + 60.0 * uniform(), 10.0 * uniform());
            let chance = 1.0 / (1.0 + (-(age - 50.0) / 15.0 + (dose - 5.0) / 5.0).exp());
            features.extend([age, dose]);
            labels.push(f64::from(u8::from(uniform() < chance)));
        }
        (features, labels)
    }
}

impl Drop for Hospital {
    fn drop(&mut self) {
        self.shutdown.request();
    }
}

const VERSION: DataVersion = DataVersion([7; 32]);

fn authority(pem: &[u8]) -> Authority {
    Authority::from_pem(pem).unwrap()
}

/// Hears what the coordinator says, and does it.
async fn live(home: Arc<Home>, link: Link) {
    let mut control = link.control();
    let mut plans: Vec<Plan> = Vec::new();
    let mut roster = Directory::default();
    let mut runs: JoinSet<(RunId, Plan, Result<(), String>)> = JoinSet::new();
    let mut called = None;
    let mut is_offered = false;
    loop {
        let message = tokio::select! {
            message = control.next() => message,
            Some(ended) = runs.join_next(), if !runs.is_empty() => {
                if let Ok(ended) = ended {
                    tell_the_end(&home, &control, ended).await;
                }
                continue;
            }
        };
        match message {
            ControlMessage::Joined { peer, .. } if peer.as_str() == "coordinator" => {
                say(&control, Says::Offers(v1::Offers::default())).await;
                if home.approves.load(Ordering::Relaxed) {
                    for plan in &plans {
                        say(&control, Says::Decision(home.approval(plan))).await;
                    }
                }
            }
            ControlMessage::Said { kind, payload, .. } => {
                assert_eq!(kind, consilium_proto::TO_PARTICIPANT);
                let message = ToParticipant::decode(payload).unwrap().kind.unwrap();
                match message {
                    Hears::Offer(offer) => {
                        is_offered = true;
                        let plan: Plan = offer.plan.parse().unwrap();
                        if home.approves.load(Ordering::Relaxed) {
                            say(&control, Says::Decision(home.approval(&plan))).await;
                        } else {
                            say(&control, Says::Decision(home.refusal(&plan))).await;
                        }
                        plans.push(plan);
                    }
                    Hears::Preflight(ask) => {
                        let is_bother = !std::mem::take(&mut is_offered);
                        home.bothered
                            .fetch_add(u64::from(is_bother), Ordering::Relaxed);
                        if home.misses.send_if_modified(std::mem::take) {
                            continue;
                        }
                        let mut ponders = home.ponders.subscribe();
                        ponders.wait_for(|ponders| !ponders).await.unwrap();
                        let report = serde_json::to_string(&report(&ask.study)).unwrap();
                        let study = ask.study;
                        let report = v1::PreflightReport { study, report };
                        say(&control, Says::Preflight(report)).await;
                    }
                    Hears::Start(start) => {
                        let plan = plans
                            .iter()
                            .find(|plan| plan.hash().as_bytes()[..] == start.study[..]);
                        // One that was under way to its former life.
                        let Some(plan) = plan.cloned() else { continue };
                        if home.sleeps.load(Ordering::Relaxed) {
                            home.slept.send_modify(|slept| *slept += 1);
                            continue;
                        }
                        if called.replace(start.run.clone()) == Some(start.run.clone()) {
                            continue;
                        }
                        if let Some(notice) = notice(&home.refuses, &start.study, &start.run) {
                            say(&control, notice).await;
                            continue;
                        }
                        runs.abort_all();
                        runs.spawn(contribute(
                            home.clone(),
                            link.clone(),
                            roster.clone(),
                            plan,
                            start,
                        ));
                    }
                    Hears::Roster(members) => {
                        let key = |member: &v1::Member| {
                            let bytes = member.key.as_ref().try_into().unwrap();
                            (member.party.clone(), PublicKey::from_bytes(bytes).unwrap())
                        };
                        roster = members.members.iter().map(key).collect();
                    }
                    Hears::Stop(stop) => {
                        if let Some(notice) = notice(&home.explains, &stop.study, &stop.run) {
                            say(&control, notice).await;
                        }
                    }
                    Hears::End(_) | Hears::Part(_) => {}
                }
            }
            _ => {}
        }
    }
}

/// Says of a run that it failed so, if there is a failure.
fn notice(failure: &Mutex<Option<Failure>>, study: &Bytes, run: &Bytes) -> Option<Says> {
    let failure = failure.lock().unwrap();
    Some(Says::Run(v1::RunNotice {
        study: study.clone(),
        run: run.clone(),
        failure: serde_json::to_string(failure.as_ref()?).unwrap(),
    }))
}

async fn tell_the_end(
    home: &Home,
    control: &Control,
    (run, plan, outcome): (RunId, Plan, Result<(), String>),
) {
    let failure = if outcome.is_ok() {
        home.finished.fetch_add(1, Ordering::Relaxed);
        String::new()
    } else {
        let failure = Failure::new(consilium_plan::Code::PartyAborted);
        serde_json::to_string(&failure.of(&home.name).at("test")).unwrap()
    };
    let study = plan.hash().as_bytes().to_vec().into();
    let run = run.0.to_vec().into();
    let notice = v1::RunNotice {
        study,
        run,
        failure,
    };
    say(control, Says::Run(notice)).await;
}

/// Says something in a hospital's name.
pub(crate) async fn say(control: &Control, kind: Says) {
    let payload = ToCoordinator { kind: Some(kind) }.encode_to_vec().into();
    let coordinator = "coordinator".parse().unwrap();
    control
        .send(&coordinator, consilium_proto::TO_COORDINATOR, payload)
        .await
        .unwrap();
}

fn report(study: &[u8]) -> PartyReport {
    PartyReport {
        plan: PlanHash::from_bytes(study.try_into().unwrap()),
        clock_ahead: 0,
        found: Ok(Found {
            data: DataReport::Read {
                version: VERSION,
                obstacles: Vec::new(),
                one_class: false,
            },
            verified: 3,
            disk: Room::Ample,
            memory: Room::Ample,
        }),
    }
}
