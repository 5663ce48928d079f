//! The coordinator's door.

mod crowd;

pub(crate) use crowd::Crowd;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use futures_util::stream;
use tokio::{net::TcpListener, sync::mpsc, time::sleep};
use tonic::{service::Routes, transport::Server};
use tracing::{debug, warn};

use crate::{
    NodeError, Shutdown,
    link::{KEEP_ALIVE, KEEP_ALIVE_TIMEOUT, LARGEST_HTTP2_FRAME, STREAM_WINDOW},
    tls::{Roster, Secured, ServerTls, secure},
};

/// How many callers may be in the midst of their handshakes at once.
const HANDSHAKES: usize = 256;
/// How many callers that the roster doesn't admit may be connected at once.
const UNKNOWN: usize = 256;
/// How many of either may come from one source: enough for the parties behind one gateway.
const OF_ONE_SOURCE: usize = 16;

/// How many calls one connection may make at once.
const CALLS: u32 = 64;
/// How long the headers of a call may be, in bytes.
const LONGEST_HEADERS: u32 = 16 << 10;

/// Where callers come in, and who may.
#[derive(Debug)]
pub struct Door {
    /// The socket that listens.
    pub listener: TcpListener,
    /// How callers show who they are.
    pub tls: ServerTls,
    /// Who may stay.
    pub roster: Arc<dyn Roster>,
}

/// Opens the socket at which callers are awaited; says where it is, for the port may be the
/// system's choice.
///
/// # Errors
///
/// [`NodeError::Listen`] names the address.
pub async fn listen(address: &str) -> Result<(TcpListener, SocketAddr), NodeError> {
    let failed = |source| NodeError::Listen {
        address: address.to_owned(),
        source: Arc::new(source),
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// Serves callers until shutdown is requested and the last call has ended.
///
/// # Errors
///
/// If the server itself fails, which a single connection never makes it do.
pub async fn serve(door: Door, routes: Routes, shutdown: Shutdown) -> Result<(), NodeError> {
    let (secured, mut incoming) = mpsc::channel(16);
    let accepting = tokio::spawn(accept(door, secured));
    let incoming = stream::poll_fn(move |cx| incoming.poll_recv(cx));
    let stop = async {
        shutdown.requested().await;
        accepting.abort();
    };
    Server::builder()
        .http2_keepalive_interval(Some(KEEP_ALIVE))
        .http2_keepalive_timeout(Some(KEEP_ALIVE_TIMEOUT))
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(STREAM_WINDOW)
        .max_frame_size(LARGEST_HTTP2_FRAME)
        .max_concurrent_streams(CALLS)
        .http2_max_header_list_size(LONGEST_HEADERS)
        .add_routes(routes)
        .serve_with_incoming_shutdown(incoming, stop)
        .await
        .map_err(|error| NodeError::Cut(error.to_string()))
}

async fn accept(door: Door, secured: mpsc::Sender<io::Result<Secured>>) {
    let handshakes = Crowd::new(HANDSHAKES, OF_ONE_SOURCE);
    let unknown = Crowd::new(UNKNOWN, OF_ONE_SOURCE);
    loop {
        let (tcp, address) = match door.listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                warn!(%error, "can't accept connections");
                // Out of file descriptors: others have to close some first.
                sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (tls, roster, secured) = (door.tls.clone(), door.roster.clone(), secured.clone());
        let place = handshakes.enter(address.ip());
        let unknown = unknown.clone();
        tokio::spawn(async move {
            let handshake = tokio::select! {
                done = secure(tcp, &tls, (roster, unknown)) => done,
                () = place.lost() => Err(io::ErrorKind::ConnectionAborted.into()),
            };
            match handshake {
                // Nobody takes it once the server stops.
                Ok(connection) => _ = secured.send(Ok(connection)).await,
                Err(error) => debug!(%error, "a caller was not let in"),
            }
        });
    }
}
