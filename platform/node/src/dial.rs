//! The participant's way to the coordinator, which it dials again whenever it breaks.

use std::{error::Error, io, sync::Arc, time::Duration};

use consilium_mailbox::readable;
use consilium_proto::v1;
use futures_util::{StreamExt as _, stream};
use hyper_util::rt::TokioIo;
use metrics::counter;
use rustls::{AlertDescription, CertificateError};
use tokio::{io::AsyncBufReadExt as _, net::TcpStream, sync::watch, time::sleep};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tonic::{
    Code, Status,
    transport::{Channel, Endpoint},
};
use tower::service_fn;
use tracing::{debug, info, warn};

use crate::{
    NodeError, Shutdown,
    grpc::link_client::LinkClient,
    link::{
        Attachment, Down, Epoch, KEEP_ALIVE, KEEP_ALIVE_TIMEOUT, LARGEST_HTTP2_FRAME,
        LARGEST_MESSAGE, Link, STREAM_WINDOW, VERSION,
    },
    tls::{BUFFER, ClientTls, Counted},
};

/// How long one attempt to connect may take.
const ATTEMPT: Duration = Duration::from_secs(5);
/// How long the first and the longest pause between attempts are.
///
/// An attempt that begins just before the network returns may be lost with its first packets; with
/// the pause after it that costs less than five seconds beyond the outage.
const PAUSES: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(3));

/// Keeps a link connected to the coordinator.
#[derive(Debug)]
pub struct Dialer {
    address: String,
    tls: ClientTls,
    link: Link,
    state: watch::Sender<Dialing>,
}

/// How a [`Dialer`] fares.
#[derive(Clone, Debug, Default)]
pub enum Dialing {
    /// It tries for the first time.
    #[default]
    Connecting,
    /// It is connected.
    Connected,
    /// It is not, and tries again.
    Failing(NodeError),
}

impl Dialer {
    /// Makes one for the coordinator at `address`, a host and a port.
    pub fn new(address: String, tls: ClientTls, link: Link) -> Dialer {
        Dialer {
            address,
            tls,
            link,
            state: watch::Sender::default(),
        }
    }

    /// Tells how it fares, and of every change.
    pub fn state(&self) -> watch::Receiver<Dialing> {
        self.state.subscribe()
    }

    /// Keeps the link connected until shutdown is requested.
    pub async fn run(self, shutdown: Shutdown) {
        tokio::select! {
            () = self.keep_connected() => {}
            () = shutdown.requested() => {}
        }
    }

    async fn keep_connected(&self) {
        let mut attempt = 0;
        loop {
            let error = match self.connect_once(&mut attempt).await {
                Ok(()) => NodeError::Cut("the coordinator ended it".to_owned()),
                Err(error) => error,
            };
            let pause = pause(attempt, self.link.epoch());
            attempt = attempt.saturating_add(1);
            if attempt.is_power_of_two() {
                warn!(%error, attempt, "not connected to the coordinator; trying again");
            } else {
                debug!(%error, attempt, ?pause, "not connected to the coordinator");
            }
            self.state.send_replace(Dialing::Failing(error));
            sleep(pause).await;
        }
    }

    /// Connects, and carries messages for as long as the stream lasts.
    async fn connect_once(&self, attempt: &mut u32) -> Result<(), NodeError> {
        let channel = channel(&self.address, &self.tls).await?;
        let attachment = Arc::new(self.link.attach());
        // Or else the stream upwards, which others poll, would outlive this call.
        let _end = EndOnDrop(attachment.clone());
        let hello = hello(&self.link, &attachment);
        let ups = stream::unfold(attachment.clone(), |attachment| async {
            let up = attachment.next().await?;
            Some((up.into(), attachment))
        });
        let ups = stream::once(async { hello }).chain(ups);
        let mut client = LinkClient::new(channel).max_decoding_message_size(LARGEST_MESSAGE);
        let downs = client
            .connect(ups)
            .await
            .map_err(|status| refusal(&status))?;
        let mut downs = downs.into_inner();
        let first = downs.message().await.map_err(|status| refusal(&status))?;
        let Some(v1::down::Kind::Welcome(welcome)) = first.and_then(|down| down.kind) else {
            return Err(NodeError::Version);
        };
        info!(
            home = readable(&welcome.home),
            "connected to the coordinator"
        );
        *attempt = 0;
        counter!("consilium_link_connections_total").increment(1);
        self.state.send_replace(Dialing::Connected);
        while let Some(down) = downs.message().await.map_err(|status| refusal(&status))? {
            attachment.handle(Down::read(down)?);
        }
        Ok(())
    }
}

struct EndOnDrop(Arc<Attachment>);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Opens a channel to the coordinator for calls of any kind.
///
/// # Errors
///
/// [`NodeError::Unreachable`] if nobody answers, [`NodeError::Impostor`] if it is somebody else.
pub async fn channel(address: &str, tls: &ClientTls) -> Result<Channel, NodeError> {
    let unreachable = |why: &dyn Error| NodeError::Unreachable {
        address: address.to_owned(),
        why: breakage(why),
    };
    // TLS is the connector's business, not that of the URI.
    let endpoint = Endpoint::from_shared(format!("http://{address}"))
        .map_err(|error| unreachable(&error))?
        .connect_timeout(ATTEMPT)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
        .keep_alive_while_idle(true)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(STREAM_WINDOW)
        .max_frame_size(LARGEST_HTTP2_FRAME);
    let (to, tls) = (address.to_owned(), tls.clone());
    let connector = service_fn(move |_| secure(to.clone(), tls.clone()));
    let channel = endpoint.connect_with_connector(connector).await;
    channel.map_err(|error| distrust(&error, address).unwrap_or_else(|| unreachable(&error)))
}

/// Tells whether a call failed by a certificate, the other side's or our own: that does not pass
/// by trying again.
pub fn distrust(error: &(dyn Error + 'static), address: &str) -> Option<NodeError> {
    match tls_error(error)? {
        rustls::Error::InvalidCertificate(trouble) => Some(NodeError::Impostor {
            address: address.to_owned(),
            why: certificate_trouble(trouble),
        }),
        rustls::Error::AlertReceived(alert) => Some(NodeError::NotAccepted {
            why: alert_trouble(*alert),
        }),
        _ => None,
    }
}

async fn secure(
    address: String,
    tls: ClientTls,
) -> io::Result<TokioIo<TlsStream<Counted<TcpStream>>>> {
    let tcp = TcpStream::connect(&address).await?;
    tcp.set_nodelay(true)?;
    let mut stream = TlsConnector::from(tls.config)
        .connect(tls.server, Counted::new(tcp))
        .await?;
    // A server of HTTP/2 speaks first. In TLS 1.3 that is when it has seen our certificate, and
    // the last moment to hear what it doesn't like about it.
    stream.fill_buf().await?;
    stream.get_mut().1.set_buffer_limit(Some(BUFFER));
    Ok(TokioIo::new(stream))
}

fn hello(link: &Link, attachment: &Attachment) -> v1::Up {
    let hello = v1::Hello {
        version: VERSION,
        epoch: bytes::Bytes::copy_from_slice(&link.epoch().0),
        watch: attachment
            .watches()
            .iter()
            .map(ToString::to_string)
            .collect(),
    };
    v1::Up {
        kind: Some(v1::up::Kind::Hello(hello)),
    }
}

/// Doubles with every attempt; the epoch's random bytes keep daemons from coming all at once.
fn pause(attempt: u32, epoch: Epoch) -> Duration {
    let (first, longest) = PAUSES;
    let full = first.saturating_mul(1 << attempt.min(10)).min(longest);
    let byte = epoch.0.iter().cycle().nth(attempt as usize % 16);
    full.mul_f64(0.5 + f64::from(byte.copied().unwrap_or(0)) / 512.0)
}

/// Says in our words why the coordinator ended a call.
fn refusal(status: &Status) -> NodeError {
    let message = readable(status.message());
    match status.code() {
        Code::AlreadyExists => NodeError::Rival,
        Code::FailedPrecondition => NodeError::Version,
        Code::PermissionDenied | Code::Unauthenticated | Code::InvalidArgument => {
            NodeError::Refused(message)
        }
        _ => NodeError::Cut(readable(&breakage(status))),
    }
}

fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref() {
            return Some(tls);
        }
        // An io::Error hides what it wraps from `source`.
        let wrapped = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}

/// Says how a connection broke.
pub fn breakage(error: &dyn Error) -> String {
    let said = innermost(error).to_string();
    // HTTP/2 hides the error's kind; what TLS says of it is for those who program with it.
    if said.contains("close_notify") {
        return "the other side closed it without a word, as when its daemon is stopped".to_owned();
    }
    said
}

fn innermost(error: &dyn Error) -> &dyn Error {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost
}

fn certificate_trouble(trouble: &CertificateError) -> String {
    match trouble {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "its certificate is of another federation".to_owned()
        }
        // It repeats names out of the certificate.
        other => readable(&other.to_string()),
    }
}

fn alert_trouble(alert: AlertDescription) -> String {
    match alert {
        AlertDescription::CertificateExpired => "it has expired (CERT-EXPIRED)".to_owned(),
        AlertDescription::UnknownCA | AlertDescription::DecryptError => {
            "it is of another federation (CERT-WRONG)".to_owned()
        }
        AlertDescription::CertificateRequired => "none was shown".to_owned(),
        AlertDescription::CertificateRevoked => "it was revoked".to_owned(),
        other => format!("TLS says {other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_the_coordinator_says_of_its_refusal_can_be_shown_on_a_terminal() {
        for code in [Code::PermissionDenied, Code::Internal] {
            let status = Status::new(code, "\u{1b}[2Jgo\r\naway".to_owned() + &"!".repeat(999));
            let shown = refusal(&status).to_string();
            assert!(shown.contains("away!!!"), "{shown}");
            assert!(
                !shown.contains(char::is_control) && shown.len() < 300,
                "{shown}"
            );
        }
    }

    #[test]
    fn a_certificate_that_is_not_accepted_is_told_from_a_broken_connection() {
        let failed = |error: io::Error| distrust(&Status::from_error(error.into()), "here:1");
        let tls = |error: rustls::Error| failed(io::Error::new(io::ErrorKind::InvalidData, error));
        let alert = rustls::Error::AlertReceived(AlertDescription::CertificateExpired);
        let said = tls(alert).unwrap().to_string();
        assert!(said.contains("CERT-EXPIRED"), "{said}");
        let theirs = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
        let said = tls(theirs).unwrap().to_string();
        assert!(said.contains("here:1"), "{said}");
        assert!(failed(io::ErrorKind::ConnectionReset.into()).is_none());
        assert!(tls(rustls::Error::HandshakeNotComplete).is_none());
    }

    proptest! {
        #[test]
        fn pauses_begin_short_and_never_grow_long(epoch in any::<[u8; 16]>(), attempt: u32) {
            let epoch = Epoch(epoch);
            prop_assert!(pause(0, epoch) <= Duration::from_millis(200));
            prop_assert!(pause(attempt, epoch) >= Duration::from_millis(100));
            prop_assert!(pause(attempt, epoch) <= Duration::from_secs(3));
        }
    }
}
