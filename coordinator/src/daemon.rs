//! The daemon, put together.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use consilium_node::{
    Ambient, Front, NodeError, Shutdown, Tasks,
    link::{Limits, Link},
    relay::{LinkService, Relay},
    server,
    tls::{Callers, Credentials, ServerTls},
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::sleep,
};
use tonic::service::Routes;
use tracing::{error, info};

use crate::{
    Config, CoordinatorError,
    access::{Door, guarded},
    cards::Awaiting,
    desk::{Desk, Parts},
    enrolment::EnrolmentService,
    kept,
    office::Office,
    operator::OperatorService,
    roster::Roster,
    study::Studies,
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
        let ended = self.done.await;
        ended.map_err(|why| NodeError::ended("daemon", &why))?
    }
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
    let store = kept::open(&config, office.federation(), &ambient).await?;
    let roster = Roster::load(&store, (config.name.clone(), office.own.public())).await?;
    let credentials = office.credentials(&ambient)?;
    let tls = ServerTls::new(&credentials, &office.trusted()?, Callers::AlsoNewcomers)?;
    let (listener, address) = server::listen(&config.listen).await?;
    let socket = config.operator_socket();
    let mut front = Front::open(&socket, &config.admin).await?;

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
        awaiting: Awaiting::default(),
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
    let admin = front.admin_address;
    if let Some(path) = &config.ready_file {
        let ready = serde_json::json!({
            "address": address,
            "operator_socket": socket,
            "admin": admin,
        });
        front.announce(path, &ready.to_string())?;
    }
    front.readiness.ready();
    let serving = async move {
        // Where one side ends, it takes the other with it.
        let network = async {
            let served = server::serve(door, network, shutdown.clone()).await;
            shutdown.request();
            served
        };
        let (network, own) = tokio::join!(network, front.serve(local, shutdown.clone()));
        tasks.end().await;
        store.close().await;
        info!("the coordinator has stopped");
        Ok(network.and(own)?)
    };
    info!(%address, %admin, "the coordinator listens");
    Ok(CoordinatorHandle {
        address,
        operator_socket: socket,
        admin,
        done: tokio::spawn(serving),
    })
}

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
