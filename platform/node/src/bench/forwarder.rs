//! The yardstick: a forwarder that decrypts, copies and encrypts, and does nothing else.

use std::{io, sync::Arc};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader, copy_buf},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

use super::{
    Certificates,
    relay::{Lap, Stopwatch},
};
use crate::tls::{ClientTls, Counted};

/// What is written, read and copied at once.
const BUFFER: usize = 256 << 10;

/// Brings bytes from one client through the forwarder to another.
pub(super) async fn lap(bytes: u64, certificates: &Certificates<'_>) -> io::Result<Lap> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let acceptor = TlsAcceptor::from(certificates.server.config.clone());
    let [a, b] = ["bench-a", "bench-b"].map(|name| {
        let name = name.parse().expect("it is a name");
        (certificates.client)(&name)
    });
    let (from, mut a) = tokio::try_join!(accept(&listener, &acceptor), connect(&address, a))?;
    let (mut to, b) = tokio::try_join!(accept(&listener, &acceptor), connect(&address, b))?;

    let stopwatch = Stopwatch::start();
    let payload: Arc<[u8]> = vec![0x5a; BUFFER].into();
    let writing = tokio::spawn(async move {
        let mut left = usize::try_from(bytes).unwrap_or(usize::MAX);
        while left > 0 {
            let length = left.min(payload.len());
            a.write_all(payload.get(..length).unwrap_or_default())
                .await?;
            left -= length;
        }
        a.shutdown().await
    });
    let forwarding = tokio::spawn(async move {
        copy_buf(&mut BufReader::with_capacity(BUFFER, from), &mut to).await?;
        to.shutdown().await
    });
    let mut b = b;
    let mut buffer = vec![0; BUFFER];
    let mut arrived = 0;
    loop {
        match b.read(&mut buffer).await? {
            0 => break,
            length => arrived += length as u64,
        }
    }
    writing.await??;
    forwarding.await??;
    Ok(stopwatch.stop(arrived))
}

async fn accept(
    listener: &TcpListener,
    acceptor: &TlsAcceptor,
) -> io::Result<server::TlsStream<Counted<TcpStream>>> {
    let (tcp, _) = listener.accept().await?;
    tcp.set_nodelay(true)?;
    acceptor.accept(Counted::new(tcp)).await
}

async fn connect(
    address: &str,
    tls: ClientTls,
) -> io::Result<client::TlsStream<Counted<TcpStream>>> {
    let tcp = TcpStream::connect(address).await?;
    tcp.set_nodelay(true)?;
    TlsConnector::from(tls.config)
        .connect(tls.server, Counted::new(tcp))
        .await
}
