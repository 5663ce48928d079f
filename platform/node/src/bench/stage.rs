//! A coordinator and participants to measure.

use std::sync::Arc;

use consilium_mailbox::PartyId;
use tokio::{
    sync::watch,
    task::{JoinHandle, JoinSet},
};
use tonic::service::Routes;

use super::Certificates;
use crate::{
    NodeError, Shutdown,
    dial::Dialer,
    link::{Epoch, Limits, Link},
    relay::{LinkService, Relay, RelayLimits},
    server::{Door, listen, serve},
    tls::{PeerIdentity, Roster, ServerTls},
};

/// A coordinator on loopback, and who is connected to it; dropping it ends all of it.
#[derive(Debug)]
pub(super) struct Stage {
    address: String,
    serving: JoinHandle<Result<(), NodeError>>,
    dialing: JoinSet<()>,
    shutdown: Shutdown,
}

/// Everybody with a certificate.
#[derive(Debug)]
struct Everybody;

impl Roster for Everybody {
    fn admits(&self, _: &PeerIdentity) -> bool {
        true
    }

    fn changes(&self) -> watch::Receiver<u64> {
        watch::Sender::new(0).subscribe()
    }
}

impl Stage {
    pub(super) async fn set(server: &ServerTls) -> Result<Stage, NodeError> {
        let home: PartyId = "coordinator".parse().expect("it is a name");
        let shutdown = Shutdown::default();
        let relay = Relay::new(home, RelayLimits::default());
        let (listener, address) = listen("127.0.0.1:0").await?;
        let door = Door {
            listener,
            tls: server.clone(),
            roster: Arc::new(Everybody),
        };
        let routes = Routes::new(LinkService::new(relay, shutdown.clone()));
        Ok(Stage {
            address: address.to_string(),
            serving: tokio::spawn(serve(door, routes, shutdown.clone())),
            dialing: JoinSet::new(),
            shutdown,
        })
    }

    /// Connects a participant; `life` tells the daemons of one measurement apart.
    pub(super) fn enter(
        &mut self,
        name: &PartyId,
        life: u8,
        certificates: &Certificates<'_>,
    ) -> Link {
        let link = Link::new(name.clone(), Epoch([life; 16]), Limits::default());
        let tls = (certificates.client)(name);
        let dialer = Dialer::new(self.address.clone(), tls, link.clone());
        self.dialing.spawn(dialer.run(self.shutdown.clone()));
        link
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.shutdown.request();
        self.serving.abort();
    }
}
