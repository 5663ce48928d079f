//! The daemon, put together.

use std::{
    net::SocketAddr,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use consilium_node::{
    Shutdown,
    link::{Limits, Link},
    relay::{LinkService, Relay},
    server,
    telemetry::{Metrics, Readiness, serve_admin},
    tls::{Callers, Credentials, ServerTls},
};
use consilium_store::{Location, Store, settings};
use futures_util::stream;
use tokio::{
    net::UnixListener,
    sync::{mpsc, watch},
    task::JoinHandle,
    time::sleep,
};
use tonic::{service::Routes, transport::Server};
use tracing::{error, info, warn};

use crate::{
    Ambient, Config, CoordinatorError,
    access::{Door, guarded},
    desk::{Desk, Parts},
    enrolment::EnrolmentService,
    files,
    office::Office,
    operator::OperatorService,
    roster::Roster,
    store,
    study::Studies,
    tasks::Tasks,
};

/// A coordinator that listens.
#[derive(Debug)]
pub struct CoordinatorHandle {
    /// Where participants and operators are awaited.
    pub address: SocketAddr,
    /// Over which the machine's administrator calls.
    pub operator_socket: PathBuf,
    /// Where health, readiness and metrics are shown.
    pub admin: SocketAddr,
    done: JoinHandle<Result<(), CoordinatorError>>,
}

impl CoordinatorHandle {
    /// Waits until the daemon has stopped.
    ///
    /// # Errors
    ///
    /// Why it stopped before it was asked to.
    pub async fn stopped(self) -> Result<(), CoordinatorError> {
        let failed = |why: tokio::task::JoinError| CoordinatorError::Listener {
            what: "daemon",
            why: why.to_string(),
        };
        self.done.await.map_err(failed)?
    }
}

/// Runs the coordinator until shutdown is requested.
///
/// # Errors
///
/// If it can't start, or one of its listeners fails.
pub async fn run(
    config: Config,
    ambient: Ambient,
    shutdown: Shutdown,
) -> Result<(), CoordinatorError> {
    start(config, ambient, shutdown).await?.stopped().await
}

/// Starts the coordinator; it listens when this returns.
///
/// # Errors
///
/// If there is no federation in its state folder, or its store, keys or addresses can't be used.
pub async fn start(
    config: Config,
    ambient: Ambient,
    shutdown: Shutdown,
) -> Result<CoordinatorHandle, CoordinatorError> {
    let office = Office::open(&config)?;
    let store = open_store(&config, &office, &ambient).await?;
    let roster = Roster::load(&store, (config.name.clone(), office.own.public())).await?;
    let credentials = office.credentials(&ambient)?;
    let tls = ServerTls::new(&credentials, &office.trusted()?, Callers::AlsoNewcomers)?;
    let listener = server::listen(&config.listen).await?;
    let admin = server::listen(&config.admin).await?;
    let socket = listen_locally(&config.operator_socket())?;
    let addresses = (local(&listener)?, local(&admin)?);

    let link = Link::new(config.name.clone(), ambient.epoch(), Limits::default());
    let relay = Relay::new(config.name.clone(), config.relay);
    let control = link.control();
    let (parcels, to_carry) = mpsc::unbounded_channel();
    let tasks = Tasks::default();
    let desk = Desk::new(Parts {
        me: config.name.clone(),
        federation: office.federation(),
        key: office.own.clone(),
        store: store.clone(),
        link: link.clone(),
        roster: roster.clone(),
        ambient: ambient.clone(),
        parcels,
        news: watch::Sender::new(0),
        shutdown: shutdown.clone(),
        tasks: tasks.clone(),
    });
    let studies = Studies::start(desk.clone()).await?;
    let (hosting, host) = (relay.clone(), link.clone());
    tasks.spawn(async move {
        if let Err(error) = hosting.host(&host).await {
            error!(%error, "the coordinator's own party is not connected");
        }
    });
    tasks.spawn(studies.clone().receive(control, to_carry));
    tasks.spawn(renewing(office.clone(), credentials, ambient));

    let operator = || OperatorService::new(desk.clone(), studies.clone(), office.clone());
    let network = Routes::new(LinkService::new(relay, shutdown.clone()))
        .add_service(EnrolmentService::new(desk.clone(), office.clone()))
        .add_service(operator());
    let network = guarded(network, Door::Network(roster.clone()));
    let local = guarded(Routes::new(operator()), Door::Local);
    let door = server::Door {
        listener,
        tls,
        roster: Arc::new(roster),
    };
    let metrics = Metrics::default();
    if metrics.install().is_err() {
        warn!("the process measures for another daemon already");
    }
    let readiness = Readiness::starting();
    let ready = readiness.clone();
    let stop = shutdown.clone();
    let serving = async move {
        let outcome = tokio::try_join!(
            async {
                server::serve(door, network, stop.clone())
                    .await
                    .map_err(Into::into)
            },
            serve_locally(socket, local, stop.clone()),
            async {
                let served = serve_admin(admin, metrics, readiness, stop.clone()).await;
                served.map_err(|why| listener_failed("admin listener", &why))
            },
        );
        stop.request();
        tasks.end().await;
        store.close().await;
        outcome.map(drop)
    };
    let handle = CoordinatorHandle {
        address: addresses.0,
        operator_socket: config.operator_socket(),
        admin: addresses.1,
        done: tokio::spawn(clean_up(
            serving,
            config.operator_socket(),
            config.ready_file.clone(),
        )),
    };
    ready.ready();
    if let Some(path) = &config.ready_file {
        files::write(path, ready_text(&handle).as_bytes())?;
    }
    info!(address = %handle.address, admin = %handle.admin, "the coordinator listens");
    Ok(handle)
}

async fn clean_up(
    serving: impl Future<Output = Result<(), CoordinatorError>>,
    socket: PathBuf,
    ready_file: Option<PathBuf>,
) -> Result<(), CoordinatorError> {
    let outcome = serving.await;
    files::remove(&socket)?;
    if let Some(path) = ready_file {
        files::remove(&path)?;
    }
    info!("the coordinator has stopped");
    outcome
}

/// Writes where the daemon listens, for the process that started it.
fn ready_text(handle: &CoordinatorHandle) -> String {
    serde_json::json!({
        "address": handle.address,
        "operator_socket": handle.operator_socket,
        "admin": handle.admin,
    })
    .to_string()
}

async fn open_store(
    config: &Config,
    office: &Office,
    ambient: &Ambient,
) -> Result<Store, CoordinatorError> {
    let location = match &config.database {
        None => Location::Folder(config.state.clone()),
        Some(path) => {
            let not_one = || CoordinatorError::Database { path: path.clone() };
            let url = files::read(path)?.ok_or_else(not_one)?;
            Location::Postgres(url.trim().parse().map_err(|_| not_one())?)
        }
    };
    let store = store::open(&location, &config.name, ambient.seed()).await?;
    let federation = office.federation();
    match settings::get(&store, FEDERATION).await? {
        Some(found) if found == federation.to_string() => {}
        Some(found) => {
            let expected = federation;
            return Err(CoordinatorError::OtherFederation { expected, found });
        }
        None => {
            let mut change = store.begin().await?;
            settings::set(&mut change, FEDERATION, &federation.to_string()).await?;
            change.commit().await?;
        }
    }
    Ok(store)
}

const FEDERATION: &str = "federation";

/// Renews the coordinator's own certificate long before it ends.
async fn renewing(office: Office, credentials: Credentials, ambient: Ambient) {
    // A month at most: tokio's sleep has a longest, and clocks drift.
    let pause = (office.certificate_lifetime / 3).min(Duration::from_hours(30 * 24));
    loop {
        sleep(pause).await;
        match office.renew(&credentials, &ambient) {
            Ok(()) => info!("the coordinator's certificate is renewed"),
            Err(error) => error!(%error, "the coordinator's certificate is not renewed"),
        }
    }
}

fn listen_locally(path: &Path) -> Result<UnixListener, CoordinatorError> {
    // One that is left from a daemon that was killed: the store's lock says that it is gone.
    files::remove(path)?;
    let listener = UnixListener::bind(path).map_err(|source| files::failed(path, source))?;
    let mode = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(path, mode).map_err(|source| files::failed(path, source))?;
    Ok(listener)
}

async fn serve_locally(
    listener: UnixListener,
    routes: Routes,
    shutdown: Shutdown,
) -> Result<(), CoordinatorError> {
    let incoming = stream::unfold(listener, |listener| async {
        let accepted = listener.accept().await.map(|(connection, _)| connection);
        Some((accepted, listener))
    });
    Server::builder()
        .add_routes(routes)
        .serve_with_incoming_shutdown(incoming, async move { shutdown.requested().await })
        .await
        .map_err(|why| listener_failed("operator's socket", &why))
}

fn local(listener: &tokio::net::TcpListener) -> Result<SocketAddr, CoordinatorError> {
    listener
        .local_addr()
        .map_err(|why| listener_failed("listener", &why))
}

fn listener_failed(what: &'static str, why: &dyn std::error::Error) -> CoordinatorError {
    CoordinatorError::Listener {
        what,
        why: why.to_string(),
    }
}
