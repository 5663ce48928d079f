//! The daemon, put together.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, atomic::AtomicI64},
};

use consilium_node::{
    Ambient, Front, NodeError, Shutdown, Tasks,
    dial::{Dialer, Dialing},
    files,
    link::{Limits, Link},
    telemetry::Readiness,
    tls::ClientTls,
};
use tokio::{
    sync::{Mutex, Semaphore, mpsc, watch},
    task::JoinHandle,
};
use tracing::info;

use crate::{
    Config, ParticipantError,
    home::{Home, Parts},
    membership::Membership,
    peers::Offered,
    renew::Renewal,
    steward::{self, StewardService},
    store::{self, secrets},
    study::{Studies, UnderWay},
    tables::InUse,
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
        let ended = self.done.await;
        ended.map_err(|why| NodeError::ended("daemon", &why))?
    }
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
    let socket = config.steward_socket();
    let mut front = Front::open(&socket, &config.admin).await?;

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
    let readiness = tell_readiness(dialing.clone(), front.readiness.clone());
    home.tasks.spawn(readiness);
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
    home.tasks.spawn(home.clone().keep_tables_clear());

    let admin = front.admin_address;
    if let Some(path) = &config.ready_file {
        let ready = serde_json::json!({ "steward_socket": socket, "admin": admin });
        front.announce(path, &ready.to_string())?;
    }
    let serving = async move {
        let outcome = front.serve(steward::routes(service), shutdown).await;
        home.tasks.end().await;
        home.store.clone().close().await;
        info!("the participant has stopped");
        Ok(outcome?)
    };
    info!(party = %config.party, %admin, "the participant runs");
    Ok(ParticipantHandle {
        steward_socket: socket,
        admin,
        dialing,
        done: tokio::spawn(serving),
    })
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
    files::make_private(state)?;
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
        authorities: config.authorities.clone(),
        state: config.state.clone(),
        store,
        link: Link::new(config.party.clone(), ambient.epoch(), Limits::default()),
        ambient,
        data_key: Arc::new(data_key),
        data_root: config.data_root.clone(),
        mappings: Arc::new(config.mappings.clone()),
        reading: Arc::new(Semaphore::new(1)),
        holding: Mutex::new(()),
        answering: Mutex::new(()),
        looking: Semaphore::new(1),
        outbox,
        offered: Offered::default(),
        clock_offset: AtomicI64::new(0),
        news: watch::Sender::new(0),
        under_way: UnderWay::default(),
        tables_in_use: InUse::default(),
        seen: Arc::default(),
        tasks: Tasks::default(),
    });
    Ok((home, to_carry))
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
