//! The daemon, put together.

use std::{
    fs::Permissions,
    net::SocketAddr,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicI64},
};

use consilium_node::{
    Shutdown,
    dial::{Dialer, Dialing},
    link::{Limits, Link},
    server,
    telemetry::{Metrics, Readiness, serve_admin},
    tls::ClientTls,
};
use futures_util::stream;
use tokio::{
    net::UnixListener,
    sync::{mpsc, watch},
    task::JoinHandle,
};
use tonic::{service::Routes, transport::Server};
use tracing::{info, warn};

use crate::{
    Ambient, Config, ParticipantError, files,
    home::{Home, Parts},
    membership::Membership,
    peers::Offered,
    renew::Renewal,
    steward::{self, StewardService},
    store::{self, secrets},
    study::Studies,
    tasks::Tasks,
};

/// What the store calls the key of data sets' versions.
const DATA_VERSIONS: secrets::Purpose = secrets::Purpose("data-versions");

/// A participant that listens to its own people and dials the coordinator.
#[derive(Debug)]
pub struct ParticipantHandle {
    /// Over which the institution's people call.
    pub steward_socket: PathBuf,
    /// Where health, readiness and metrics are shown.
    pub admin: SocketAddr,
    dialing: watch::Receiver<Dialing>,
    done: JoinHandle<Result<(), ParticipantError>>,
}

impl ParticipantHandle {
    /// Waits until the daemon is connected to the coordinator.
    pub async fn connected(&mut self) {
        let is_connected = |dialing: &Dialing| matches!(dialing, Dialing::Connected);
        // Without a dialer the daemon is stopping.
        self.dialing.wait_for(is_connected).await.ok();
    }

    /// Waits until the daemon has stopped.
    ///
    /// # Errors
    ///
    /// Why it stopped before it was asked to.
    pub async fn stopped(self) -> Result<(), ParticipantError> {
        let failed = |why: tokio::task::JoinError| listener_failed("daemon", &why);
        self.done.await.map_err(failed)?
    }
}

/// Runs the participant until shutdown is requested.
///
/// # Errors
///
/// If it can't start, or one of its listeners fails.
pub async fn run(
    config: Config,
    ambient: Ambient,
    shutdown: Shutdown,
) -> Result<(), ParticipantError> {
    start(config, ambient, shutdown).await?.stopped().await
}

/// Starts the participant; its people can call when this returns.
///
/// # Errors
///
/// If it has not joined a federation, or its store, keys or addresses can't be used.
pub async fn start(
    config: Config,
    ambient: Ambient,
    shutdown: Shutdown,
) -> Result<ParticipantHandle, ParticipantError> {
    let membership = Membership::open(&config.state)?;
    let about = &membership.about;
    if about.party != config.party {
        return Err(ParticipantError::OtherParty {
            expected: config.party,
            found: about.party.clone(),
        });
    }
    let address = config
        .coordinator
        .clone()
        .unwrap_or_else(|| about.address.clone());
    let (home, outbox) = home(&config, &membership, ambient).await?;
    let admin = server::listen(&config.admin).await?;
    let admin_address = admin.local_addr();
    let admin_address = admin_address.map_err(|why| listener_failed("admin listener", &why))?;
    let socket = listen_locally(&config.steward_socket())?;

    let credentials = membership.credentials()?;
    let trusted = membership.trusted()?;
    let tls = ClientTls::new(Some(&credentials), &trusted, about.coordinator.as_str())?;
    let control = home.link.control();
    // From here on the link asks for the coordinator.
    home.is_connected();
    let dialer = Dialer::new(address.clone(), tls.clone(), home.link.clone());
    let dialing = dialer.state();
    let studies = Studies::start(home.clone()).await?;
    home.tasks.spawn(studies.clone().receive(control, outbox));
    home.tasks.spawn(dialer.run(shutdown.clone()));
    let readiness = Readiness::starting();
    home.tasks
        .spawn(tell_readiness(dialing.clone(), readiness.clone()));
    let current = watch::Sender::new(membership.certificate.clone());
    let service = StewardService {
        home: home.clone(),
        studies,
        federation: about.federation.as_str().into(),
        certificate: current.subscribe(),
        shutdown: shutdown.clone(),
    };
    let renewal = Renewal {
        home: home.clone(),
        state: config.state.clone(),
        address,
        authority: membership.authority.clone(),
        credentials,
        tls,
        current,
    };
    home.tasks.spawn(renewal.run());

    let metrics = Metrics::default();
    if metrics.install().is_err() {
        warn!("the process measures for another daemon already");
    }
    let routes = steward::routes(service);
    let stop = shutdown.clone();
    let serving = async move {
        let outcome = tokio::try_join!(serve_locally(socket, routes, stop.clone()), async {
            let served = serve_admin(admin, metrics, readiness, stop.clone()).await;
            served.map_err(|why| listener_failed("admin listener", &why))
        },);
        stop.request();
        home.tasks.end().await;
        home.store.clone().close().await;
        outcome.map(drop)
    };
    let socket = config.steward_socket();
    let handle = ParticipantHandle {
        steward_socket: socket.clone(),
        admin: admin_address,
        dialing,
        done: tokio::spawn(clean_up(serving, socket, config.ready_file.clone())),
    };
    if let Some(path) = &config.ready_file {
        let text = ready_text(&handle);
        files::write(path, text.as_bytes()).map_err(|source| files::failed(path, source))?;
    }
    info!(party = %config.party, admin = %handle.admin, "the participant runs");
    Ok(handle)
}

/// Opens all that the parts of the daemon share.
async fn home(
    config: &Config,
    membership: &Membership,
    ambient: Ambient,
) -> Result<
    (
        Home,
        mpsc::UnboundedReceiver<consilium_proto::v1::to_coordinator::Kind>,
    ),
    ParticipantError,
> {
    let state = &config.state;
    files::make_private(state).map_err(|source| files::failed(state, source))?;
    let store = store::open(&config.state, &config.party, ambient.seed()).await?;
    let mut change = store.begin().await?;
    let rng = &mut ambient.generator();
    let data_key = secrets::of_institution(&mut change, DATA_VERSIONS, rng).await?;
    change.commit().await?;
    let (outbox, to_carry) = mpsc::unbounded_channel();
    let home = Home::new(Parts {
        party: config.party.clone(),
        coordinator: membership.about.coordinator.clone(),
        federation: membership.authority.federation(),
        key: membership.key.clone(),
        state: config.state.clone(),
        store,
        link: Link::new(config.party.clone(), ambient.epoch(), Limits::default()),
        ambient,
        data_key: Arc::new(data_key),
        outbox,
        offered: Offered::default(),
        clock_offset: AtomicI64::new(0),
        news: watch::Sender::new(0),
        tasks: Tasks::default(),
    });
    Ok((home, to_carry))
}

async fn clean_up(
    serving: impl Future<Output = Result<(), ParticipantError>>,
    socket: PathBuf,
    ready_file: Option<PathBuf>,
) -> Result<(), ParticipantError> {
    let outcome = serving.await;
    for path in [Some(socket), ready_file].into_iter().flatten() {
        files::remove(&path).map_err(|source| files::failed(&path, source))?;
    }
    info!("the participant has stopped");
    outcome
}

/// Writes where the daemon listens, for the process that started it.
fn ready_text(handle: &ParticipantHandle) -> String {
    serde_json::json!({
        "steward_socket": handle.steward_socket,
        "admin": handle.admin,
    })
    .to_string()
}

async fn tell_readiness(mut dialing: watch::Receiver<Dialing>, readiness: Readiness) {
    loop {
        match &*dialing.borrow_and_update() {
            Dialing::Connected => readiness.ready(),
            Dialing::Connecting => readiness.not_ready("connecting to the coordinator"),
            Dialing::Failing(error) => readiness.not_ready(&error.to_string()),
        }
        if dialing.changed().await.is_err() {
            return;
        }
    }
}

fn listen_locally(path: &Path) -> Result<UnixListener, ParticipantError> {
    // One that is left from a daemon that was killed: the store's lock says that it is gone.
    let failed = |source| files::failed(path, source);
    files::remove(path).map_err(failed)?;
    let listener = UnixListener::bind(path).map_err(failed)?;
    std::fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(failed)?;
    Ok(listener)
}

async fn serve_locally(
    listener: UnixListener,
    routes: Routes,
    shutdown: Shutdown,
) -> Result<(), ParticipantError> {
    let incoming = stream::unfold(listener, |listener| async {
        let accepted = listener.accept().await.map(|(connection, _)| connection);
        Some((accepted, listener))
    });
    Server::builder()
        .add_routes(routes)
        .serve_with_incoming_shutdown(incoming, async move { shutdown.requested().await })
        .await
        .map_err(|why| listener_failed("steward's socket", &why))
}

fn listener_failed(what: &'static str, why: &dyn std::error::Error) -> ParticipantError {
    ParticipantError::Listener {
        what,
        why: why.to_string(),
    }
}
