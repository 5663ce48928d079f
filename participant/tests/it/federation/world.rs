//! A federation: one coordinator and the houses that join it, over real sockets and TLS.

use std::{
    path::Path,
    time::{Duration, SystemTime},
};

use consilium_base::Seed;
use consilium_coordinator as coordinator;
use consilium_node::{Shutdown, grpc::operator_client::OperatorClient};
use consilium_proto::v1;
use hyper_util::rt::TokioIo;
use tokio::{net::UnixStream, time::timeout};
use tonic::{
    Streaming,
    transport::{Channel, Endpoint},
};

use super::house::House;

/// Longer than anything here takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    config: coordinator::Config,
    lives: u8,
    running: Option<(coordinator::CoordinatorHandle, Shutdown)>,
    pub(crate) address: String,
}

impl World {
    /// Founds a federation and starts its coordinator.
    pub(crate) async fn new() -> World {
        World::within(tempfile::tempdir().unwrap()).await
    }

    /// The same, in a folder whose `coordinator` may lie elsewhere.
    pub(crate) async fn within(folder: tempfile::TempDir) -> World {
        let state = folder.path().join("coordinator");
        let text = format!(
            "federation = \"Test\"\nstate = \"{}\"\naddress = \"127.0.0.1:1\"\n\
             listen = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n",
            state.display()
        );
        let config = coordinator::Config::from_toml(&text).unwrap();
        let founding = Seed::from_bytes(folder_seed(folder.path()));
        let ambient = coordinator::Ambient::new(now_ms, &founding);
        coordinator::init(&config, &ambient).await.unwrap();
        let mut world = World {
            folder,
            config,
            lives: 1,
            running: None,
            address: String::new(),
        };
        world.start().await;
        world
    }

    /// Starts the coordinator; again at the same port.
    pub(crate) async fn start(&mut self) {
        self.lives += 1;
        let seed = Seed::from_bytes([self.lives; 32]);
        let shutdown = Shutdown::default();
        let ambient = coordinator::Ambient::new(now_ms, &seed);
        let handle = coordinator::start(self.config.clone(), ambient, shutdown.clone());
        let handle = handle.await.unwrap();
        self.address = handle.address.to_string();
        self.config.listen.clone_from(&self.address);
        self.running = Some((handle, shutdown));
    }

    pub(crate) async fn stop(&mut self) {
        let (handle, shutdown) = self.running.take().unwrap();
        shutdown.request();
        timeout(PATIENCE, handle.stopped()).await.unwrap().unwrap();
    }

    /// Adds so many blanks to a study's report in the store of the coordinator, which is stopped;
    /// gives the report.
    pub(crate) async fn lengthen_report(&self, study: &str, blanks: usize) -> String {
        use coordinator::store::results;
        let store = self.store().await;
        let files = results::of(&store, &study.parse().unwrap()).await.unwrap();
        let mut report = files
            .into_iter()
            .find(|file| file.name == "report.json")
            .unwrap();
        report.content.extend(vec![b' '; blanks]);
        let mut change = store.begin().await.unwrap();
        results::keep(&mut change, &report).await.unwrap();
        change.commit().await.unwrap();
        store.close().await;
        String::from_utf8(report.content).unwrap()
    }

    /// Gives what the coordinator, which is stopped, keeps of a study for its next step.
    pub(crate) async fn kept(&self, study: &str) -> serde_json::Value {
        use coordinator::store::studies;
        let store = self.store().await;
        let found = studies::find(&store, &study.parse().unwrap()).await;
        let kept = serde_json::from_str(&found.unwrap().unwrap().state).unwrap();
        store.close().await;
        kept
    }

    async fn store(&self) -> coordinator::store::Store {
        use coordinator::store::{self, Location};
        let (state, name) = (self.config.state.clone(), &self.config.name);
        let salts = Seed::from_bytes([99; 32]);
        store::open(&Location::Folder(state), name, salts)
            .await
            .unwrap()
    }

    pub(crate) async fn operator(&self) -> OperatorClient<Channel> {
        OperatorClient::new(channel(&self.config.operator_socket()).await)
    }

    pub(crate) async fn invite(&self, name: &str) -> String {
        let request = v1::InviteRequest {
            name: name.to_owned(),
            role: "participant".to_owned(),
            valid_s: 600,
        };
        let invitation = self.operator().await.invite(request).await.unwrap();
        invitation.into_inner().code
    }

    /// Gives houses that have joined, know each other, and have data and a steward.
    pub(crate) async fn houses(&self, names: &[&str]) -> Vec<House> {
        let mut houses = Vec::new();
        for (name, seed) in names.iter().zip(1..) {
            houses.push(House::join(self, name, seed).await);
        }
        for house in &houses {
            for other in &houses {
                house.verify(other).await;
            }
        }
        houses
    }

    /// Submits a plan and watches its study.
    pub(crate) async fn submit(&self, plan: &str) -> (String, Watch) {
        let request = v1::SubmitRequest {
            plan: plan.to_owned(),
        };
        let status = self.operator().await.submit(request).await.unwrap();
        let study = status.into_inner().study;
        let watch = self.watch(&study).await;
        (study, watch)
    }

    pub(crate) async fn watch(&self, study: &str) -> Watch {
        let study = study.to_owned();
        let events = self
            .operator()
            .await
            .watch(v1::StudyRequest { study })
            .await;
        Watch(events.unwrap().into_inner())
    }

    /// Gives the report to all receivers of a study.
    pub(crate) async fn report(&self, study: &str) -> serde_json::Value {
        let study = v1::StudyRequest {
            study: study.to_owned(),
        };
        let result = self.operator().await.result(study).await;
        serde_json::from_str(&result.unwrap().into_inner().report).unwrap()
    }

    /// Gives all files of the coordinator, with what is in them.
    pub(crate) fn files(&self) -> Vec<(std::path::PathBuf, Vec<u8>)> {
        let entries = std::fs::read_dir(&self.config.state).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths
            .filter(|path| path.is_file())
            .map(|path| (path.clone(), std::fs::read(&path).unwrap()))
            .collect()
    }

    pub(crate) async fn model(&self, study: &str) -> serde_json::Value {
        let study = study.to_owned();
        let result = self
            .operator()
            .await
            .result(v1::StudyRequest { study })
            .await;
        let model: serde_json::Value =
            serde_json::from_str(&result.unwrap().into_inner().model).unwrap();
        model["fit"]["estimates"].clone()
    }
}

/// Opens a channel to a daemon's socket.
pub(crate) async fn channel(socket: &Path) -> Channel {
    let socket = socket.to_owned();
    let connector = tower::service_fn(move |_| {
        let socket = socket.clone();
        async move { UnixStream::connect(&socket).await.map(TokioIo::new) }
    });
    let endpoint = Endpoint::from_static("http://daemon");
    endpoint.connect_with_connector(connector).await.unwrap()
}

/// A study's events as they come.
pub(crate) struct Watch(Streaming<v1::StudyEvent>);

impl Watch {
    /// Waits for an event of that name; gives it.
    pub(crate) async fn until(&mut self, name: &str) -> String {
        let named = format!("\"event\":\"{name}\"");
        loop {
            let event = timeout(PATIENCE, self.0.message()).await.expect(name);
            let event = event
                .unwrap()
                .unwrap_or_else(|| panic!("it ended before '{name}'"));
            if event.event.contains(&named) {
                return event.event;
            }
        }
    }

    /// Waits until the step in hand is at such a thing.
    pub(crate) async fn until_doing(&mut self, is_it: impl Fn(&serde_json::Value) -> bool) {
        loop {
            let event = timeout(PATIENCE, self.0.message()).await.unwrap();
            let event = event.unwrap().expect("it ended before");
            let doing = serde_json::from_str(&event.doing).unwrap_or_default();
            if is_it(&doing) {
                return;
            }
        }
    }

    /// Waits for the end; gives the last event.
    pub(crate) async fn last(&mut self) -> String {
        let mut last = String::new();
        while let Some(event) = timeout(PATIENCE, self.0.message()).await.unwrap().unwrap() {
            last = event.event;
        }
        last
    }
}

/// A plan for houses with further lines.
pub(crate) fn plan(houses: &[&str], more: &str) -> String {
    let parties: Vec<String> = houses
        .iter()
        .map(|name| format!("[[party]]\nname = \"{name}\"\ndata = \"patients\"\n"))
        .collect();
    format!(
        "title = \"A test\"\npurpose = \"testing\"\nkind = \"train-glm\"\n\
         features = [\"age\", \"dose\"]\nlabel = {{ column = \"ill\" }}\n\
         test = {{ split = \"thirds\" }}\n\
         {more}\n\
         [limits]\nminimum_cell = 0\n{SCHEMA}{}",
        parties.concat()
    )
}

pub(crate) const SCHEMA: &str = "\
    [[column]]\nname = \"age\"\ntype = \"number\"\nmin = 0\nmax = 100\n\
    [[column]]\nname = \"dose\"\ntype = \"number\"\nmin = 0\nmax = 10\n\
    [[column]]\nname = \"ill\"\ntype = \"boolean\"\n";

/// Gives every folder its own seed, so that no two federations have one authority.
fn folder_seed(folder: &Path) -> [u8; 32] {
    let path = folder.as_os_str().as_encoded_bytes();
    consilium_base::Tagged::new("test.1.founding")
        .field(path)
        .digest()
}
