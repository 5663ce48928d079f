//! A connection on which TLS has said who calls, and which can be cut.

use std::{
    fmt,
    future::{Future, pending},
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tonic::{Request, transport::server::Connected};

use super::{BUFFER, Counted, PeerIdentity, Roster, ServerTls};
use crate::{NodeError, server::Crowd};

/// How long a caller may take for its handshake: two ways there and back, and a lost packet. Nobody
/// knows yet who it is, so that it should not hold its place for longer.
const HANDSHAKE: Duration = Duration::from_secs(3);

/// How long a caller may stay that may not be here: to hear why.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long somebody without a certificate may stay connected.
const NEWCOMERS: Duration = Duration::from_mins(1);

/// Who calls, as the handlers of calls see it.
#[derive(Clone, Debug)]
pub struct Caller {
    standing: Standing,
    /// From where.
    pub address: SocketAddr,
}

/// What TLS and the roster say about a caller.
#[derive(Clone, Debug)]
enum Standing {
    Newcomer,
    Nameless,
    Revoked(Arc<PeerIdentity>),
    Admitted(Arc<PeerIdentity>),
}

/// Gives who calls; what newcomers may call doesn't ask.
///
/// # Errors
///
/// [`NodeError::Anonymous`] without a certificate, [`NodeError::Revoked`] if the roster doesn't
/// know it.
pub fn caller<T>(request: &Request<T>) -> Result<Arc<PeerIdentity>, NodeError> {
    let caller = request.extensions().get::<Caller>();
    match caller.map(|caller| &caller.standing) {
        None | Some(Standing::Newcomer) => Err(NodeError::Anonymous),
        Some(Standing::Nameless) => Err(NodeError::Nameless),
        Some(Standing::Revoked(who)) => Err(NodeError::Revoked(who.name.clone())),
        Some(Standing::Admitted(who)) => Ok(who.clone()),
    }
}

/// A verified connection. When the roster no longer admits the caller it breaks, at once.
pub(crate) struct Secured {
    stream: TlsStream<Counted<TcpStream>>,
    caller: Caller,
    cut: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl fmt::Debug for Secured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.caller.fmt(f)
    }
}

/// Does the handshake, and finds out who calls; whom the roster doesn't admit finds its place among
/// the `unknown`, for a while.
pub(crate) async fn secure(
    tcp: TcpStream,
    tls: &ServerTls,
    (roster, unknown): (Arc<dyn Roster>, Crowd),
) -> io::Result<Secured> {
    let address = tcp.peer_addr()?;
    tcp.set_nodelay(true)?;
    let handshake = TlsAcceptor::from(tls.config.clone()).accept(Counted::new(tcp));
    let mut stream = timeout(HANDSHAKE, handshake).await??;
    let (_, session) = stream.get_mut();
    session.set_buffer_limit(Some(BUFFER));
    let certificate = session.peer_certificates().and_then(<[_]>::first);
    let standing = match certificate.map(PeerIdentity::read) {
        None => Standing::Newcomer,
        Some(Err(_)) => Standing::Nameless,
        Some(Ok(who)) if roster.admits(&who) => Standing::Admitted(Arc::new(who)),
        Some(Ok(who)) => Standing::Revoked(Arc::new(who)),
    };
    let cut: Pin<Box<dyn Future<Output = ()> + Send>> = match &standing {
        Standing::Admitted(who) => Box::pin(revoked(roster, who.clone())),
        other => {
            let stay = match other {
                Standing::Newcomer => NEWCOMERS,
                _ => PATIENCE,
            };
            let place = unknown.enter(address.ip());
            Box::pin(async move {
                timeout(stay, place.lost()).await.ok();
            })
        }
    };
    Ok(Secured {
        stream,
        caller: Caller { standing, address },
        cut,
    })
}

async fn revoked(roster: Arc<dyn Roster>, who: Arc<PeerIdentity>) {
    let mut changes = roster.changes();
    while roster.admits(&who) {
        if changes.changed().await.is_err() {
            pending::<()>().await;
        }
    }
}

impl Connected for Secured {
    type ConnectInfo = Caller;

    fn connect_info(&self) -> Caller {
        self.caller.clone()
    }
}

impl AsyncRead for Secured {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.cut.as_mut().poll(cx).is_ready() {
            // A future that is done must not be polled again.
            self.cut = Box::pin(async {});
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Secured {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
