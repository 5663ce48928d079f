//! A coordinator and participants on loopback, as daemons would start them.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use consilium_mailbox::PartyId;
use consilium_node::{
    Shutdown,
    dial::{Dialer, Dialing},
    link::Link,
    relay::{LinkService, Relay, RelayLimits},
    server::{Door, listen, serve},
    tls::{ClientTls, PeerIdentity, Roster},
};
use tokio::{
    runtime::{Builder, Runtime},
    sync::watch,
};
use tonic::service::Routes;

use crate::{
    federation::Federation,
    talk::{link, party},
};

/// All who hold a certificate, but for those who were revoked.
#[derive(Debug, Default)]
pub(crate) struct Members {
    revoked: Mutex<HashSet<String>>,
    changes: watch::Sender<u64>,
}

impl Members {
    pub(crate) fn revoke(&self, name: &str) {
        self.revoked.lock().unwrap().insert(name.to_owned());
        self.changes.send_modify(|changes| *changes += 1);
    }
}

impl Roster for Members {
    fn admits(&self, who: &PeerIdentity) -> bool {
        !self.revoked.lock().unwrap().contains(&who.name)
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}

/// A coordinator in a runtime of its own, so that it can be killed with all its tasks.
pub(crate) struct Coordinator {
    pub(crate) address: String,
    pub(crate) relay: Relay,
    pub(crate) link: Link,
    pub(crate) members: Arc<Members>,
    pub(crate) shutdown: Shutdown,
    runtime: Option<Runtime>,
}

impl Coordinator {
    pub(crate) async fn start(federation: &Federation) -> Coordinator {
        let link = link(&party("coordinator"), 1);
        Coordinator::start_at(federation, "127.0.0.1:0", link).await
    }

    pub(crate) async fn start_at(
        federation: &Federation,
        address: &str,
        link: Link,
    ) -> Coordinator {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let relay = Relay::new(link.me().clone(), RelayLimits::default());
        let members = Arc::new(Members::default());
        let shutdown = Shutdown::default();
        let tls = federation.server("coordinator");
        let roster: Arc<dyn Roster> = members.clone();
        let (bound, address_bound) = tokio::sync::oneshot::channel();
        let address = address.to_owned();
        let routes = Routes::new(LinkService::new(relay.clone(), shutdown.clone()));
        let stop = shutdown.clone();
        runtime.spawn(async move {
            // The one before may not have let go of the port yet.
            let (listener, address) = loop {
                match listen(&address).await {
                    Ok(listening) => break listening,
                    Err(_) => tokio::task::yield_now().await,
                }
            };
            bound.send(address.to_string()).unwrap();
            let door = Door {
                listener,
                tls,
                roster,
            };
            serve(door, routes, stop).await.unwrap();
        });
        let (hosting, hosted) = (relay.clone(), link.clone());
        runtime.spawn(async move { hosting.host(&hosted).await });
        Coordinator {
            address: address_bound.await.unwrap(),
            relay,
            link,
            members,
            shutdown,
            runtime: Some(runtime),
        }
    }

    /// Ends it as SIGKILL would: nothing is said or finished.
    pub(crate) fn kill(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for Coordinator {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A participant's link and the state of its connection.
pub(crate) struct Participant {
    pub(crate) link: Link,
    pub(crate) state: watch::Receiver<Dialing>,
    dialing: tokio::task::JoinHandle<()>,
}

impl Participant {
    pub(crate) fn start(me: &PartyId, life: u8, address: &str, tls: ClientTls) -> Participant {
        let link = link(me, life);
        let dialer = Dialer::new(address.to_owned(), tls, link.clone());
        let state = dialer.state();
        let dialing = tokio::spawn(dialer.run(Shutdown::default()));
        Participant {
            link,
            state,
            dialing,
        }
    }

    /// Starts one that holds a certificate of the federation.
    pub(crate) fn join(federation: &Federation, me: &PartyId, address: &str) -> Participant {
        let credentials = federation.credentials(me.as_str());
        Participant::start(me, 2, address, federation.client(Some(&credentials)))
    }

    pub(crate) async fn connected(&mut self) {
        let connected = |state: &Dialing| matches!(state, Dialing::Connected);
        self.state.wait_for(connected).await.unwrap();
    }

    /// Gives what the first attempt that fails says.
    pub(crate) async fn failure(&mut self) -> String {
        let failing = |state: &Dialing| matches!(state, Dialing::Failing(_));
        match &*self.state.wait_for(failing).await.unwrap() {
            Dialing::Failing(error) => error.to_string(),
            _ => unreachable!(),
        }
    }
}

impl Drop for Participant {
    fn drop(&mut self) {
        self.dialing.abort();
    }
}
