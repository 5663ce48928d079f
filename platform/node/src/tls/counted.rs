//! What goes over the network, counted beneath TLS.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use metrics::{Counter, counter};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::telemetry::{RECEIVED_BYTES, SENT_BYTES};

/// A socket whose bytes the process's metrics count as they go over the network.
pub(crate) struct Counted<S> {
    socket: S,
    sent: Counter,
    received: Counter,
}

impl<S> Counted<S> {
    pub(crate) fn new(socket: S) -> Counted<S> {
        Counted {
            socket,
            sent: counter!(SENT_BYTES),
            received: counter!(RECEIVED_BYTES),
        }
    }

    fn wrote(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(bytes)) = written {
            self.sent.increment(bytes as u64);
        }
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.socket).poll_read(cx, buffer))?;
        let read = buffer.filled().len().saturating_sub(before);
        self.received.increment(read as u64);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(cx, bytes);
        self.wrote(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(cx, buffers);
        self.wrote(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use metrics::with_local_recorder;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;
    use crate::telemetry::Metrics;

    #[tokio::test]
    async fn each_byte_that_passes_is_counted_once_either_way() {
        let metrics = Metrics::default();
        let (near, mut far) = tokio::io::duplex(8);
        let mut near = with_local_recorder(&metrics, || Counted::new(near));
        let talking = async {
            near.write_all(&[0; 100]).await.unwrap();
            near.read_exact(&mut [0; 30]).await.unwrap();
        };
        let answering = async {
            far.read_exact(&mut [0; 100]).await.unwrap();
            far.write_all(&[0; 30]).await.unwrap();
        };
        tokio::join!(talking, answering);
        let text = metrics.render();
        for (name, bytes) in [(SENT_BYTES, 100), (RECEIVED_BYTES, 30)] {
            assert!(text.contains(&format!("\n{name} {bytes}\n")), "{text}");
        }
    }
}
