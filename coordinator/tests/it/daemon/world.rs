//! A federation: one coordinator and hospitals, over real sockets and TLS.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime},
};

use consilium_base::Seed;
use consilium_coordinator::{Ambient, Config, CoordinatorHandle, init, start};
use consilium_node::{
    Shutdown,
    grpc::operator_client::OperatorClient,
    telemetry::{self, LogFormat},
};
use consilium_proto::v1;
use hyper_util::rt::TokioIo;
use tokio::{net::UnixStream, time::timeout};
use tonic::{
    Streaming,
    transport::{Channel, Endpoint},
};

/// Longer than anything here takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A clock that can be put forward, and seeds that differ.
pub(crate) fn ambient(seed: u8) -> Ambient {
    Ambient::new(now_ms, &Seed::from_bytes([seed; 32]))
}

pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

pub(crate) struct World {
    _folder: tempfile::TempDir,
    config: Config,
    lives: u8,
    running: Option<(CoordinatorHandle, Shutdown)>,
    pub(crate) address: String,
}

impl World {
    /// Founds a federation and starts its coordinator.
    pub(crate) async fn new() -> World {
        if std::env::var_os("CONSILIUM_TEST_LOG").is_some() {
            // A second test in the process finds them started.
            let filter = "info,consilium_coordinator=debug";
            telemetry::start_logs(LogFormat::default(), filter).ok();
        }
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state").display().to_string();
        let text = format!(
            "federation = \"Test\"\nstate = \"{state}\"\naddress = \"127.0.0.1:1\"\n\
             listen = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n"
        );
        let mut config = Config::from_toml(&text).unwrap();
        config.ready_file = Some(folder.path().join("ready"));
        init(&config, &ambient(1)).await.unwrap();
        let mut world = World {
            _folder: folder,
            config,
            lives: 1,
            running: None,
            address: String::new(),
        };
        world.start().await;
        world
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.config.state.clone()
    }

    pub(crate) fn config(&self) -> Config {
        self.config.clone()
    }

    /// Starts the coordinator; again at the same port.
    pub(crate) async fn start(&mut self) {
        self.lives += 1;
        self.start_with(ambient(self.lives)).await;
    }

    pub(crate) async fn start_with(&mut self, ambient: Ambient) {
        let shutdown = Shutdown::default();
        let handle = start(self.config.clone(), ambient, shutdown.clone());
        let handle = handle.await.unwrap();
        self.address = handle.address.to_string();
        self.config.listen.clone_from(&self.address);
        self.running = Some((handle, shutdown));
    }

    /// Stops it, in good order as far as its listeners go; what drivers were at is lost.
    pub(crate) async fn stop(&mut self) {
        let (handle, shutdown) = self.running.take().unwrap();
        shutdown.request();
        timeout(PATIENCE, handle.stopped()).await.unwrap().unwrap();
    }

    pub(crate) async fn operator(&self) -> OperatorClient<Channel> {
        let socket = Arc::new(self.config.operator_socket());
        let connector = tower::service_fn(move |_| {
            let socket = socket.clone();
            async move { UnixStream::connect(&*socket).await.map(TokioIo::new) }
        });
        let endpoint = Endpoint::from_static("http://operator");
        OperatorClient::new(endpoint.connect_with_connector(connector).await.unwrap())
    }

    pub(crate) async fn invite(&self, name: &str, role: &str) -> String {
        self.invite_for(name, role, 0).await
    }

    pub(crate) async fn invite_for(&self, name: &str, role: &str, valid_s: u64) -> String {
        let request = v1::InviteRequest {
            name: name.to_owned(),
            role: role.to_owned(),
            valid_s,
        };
        self.operator()
            .await
            .invite(request)
            .await
            .unwrap()
            .into_inner()
            .code
    }

    /// Submits a plan and watches its study.
    pub(crate) async fn submit(&self, plan: &str) -> (String, Watch) {
        let request = v1::SubmitRequest {
            plan: plan.to_owned(),
        };
        let status = self
            .operator()
            .await
            .submit(request)
            .await
            .unwrap()
            .into_inner();
        let watch = self.watch(&status.study).await;
        (status.study, watch)
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

    pub(crate) async fn status(&self, study: &str) -> v1::StudyStatus {
        let study = study.to_owned();
        let detail = self.operator().await.show(v1::StudyRequest { study }).await;
        detail.unwrap().into_inner().status.unwrap()
    }

    pub(crate) async fn result(&self, study: &str) -> v1::StudyResult {
        let study = study.to_owned();
        let result = self
            .operator()
            .await
            .result(v1::StudyRequest { study })
            .await;
        result.unwrap().into_inner()
    }
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

    /// Gives the next event that tells of somebody who keeps the study waiting, and the one after.
    pub(crate) async fn spell(&mut self, after_it: impl FnOnce()) -> [v1::StudyEvent; 2] {
        let mut next = async || timeout(PATIENCE, self.0.message()).await.unwrap().unwrap();
        let mut event = next().await.expect("it goes on");
        while event.waiting.is_empty() {
            event = next().await.expect("nobody has kept it waiting");
        }
        after_it();
        [event, next().await.expect("it goes on")]
    }

    /// Waits for the end; gives the names of the events that were left.
    pub(crate) async fn rest(&mut self) -> Vec<String> {
        let mut names = Vec::new();
        while let Some(event) = timeout(PATIENCE, self.0.message()).await.unwrap().unwrap() {
            if event.event.is_empty() {
                continue;
            }
            let event: serde_json::Value = serde_json::from_str(&event.event).unwrap();
            names.push(event["event"].as_str().unwrap().to_owned());
        }
        names
    }
}

/// A plan for hospitals `a`, `b` and `c` with further lines.
pub(crate) fn plan(hospitals: &[&str], more: &str) -> String {
    let parties: Vec<String> = hospitals
        .iter()
        .map(|name| format!("[[party]]\nname = \"{name}\"\ndata = \"patients\"\n"))
        .collect();
    format!(
        "title = \"A test\"\npurpose = \"testing\"\nkind = \"train-glm\"\n\
         features = [\"age\", \"dose\"]\nlabel = {{ column = \"ill\" }}\n\
         {more}\n\
         [limits]\nminimum_cell = 0\n\
         [[column]]\nname = \"age\"\ntype = \"number\"\nmin = 0\nmax = 100\n\
         [[column]]\nname = \"dose\"\ntype = \"number\"\nmin = 0\nmax = 10\n\
         [[column]]\nname = \"ill\"\ntype = \"boolean\"\n{}",
        parties.concat()
    )
}
