//! A party of the same process, such as the coordinator's own, hangs on the relay in memory.

use futures_util::{StreamExt as _, stream::FuturesUnordered};

use super::{Connection, Refusal, Relay};
use crate::link::{Attachment, Link};

impl Relay {
    /// Carries the messages of a link in the same process for as long as the future is polled, and
    /// takes the places of daemons that don't read.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if another daemon with this identity is connected.
    pub async fn host(&self, link: &Link) -> Result<(), Refusal> {
        tokio::select! {
            ended = self.carry(link) => ended,
            never = self.sweep() => never,
        }
    }

    async fn carry(&self, link: &Link) -> Result<(), Refusal> {
        loop {
            let attachment = link.attach();
            let watches = attachment.watches().to_vec();
            let connection = self.connect(link.me(), link.epoch(), &watches).await?;
            let downwards = async {
                while let Some(down) = connection.next().await {
                    attachment.handle(down);
                }
            };
            tokio::select! {
                // The link has a younger attachment.
                () = upwards(&attachment, &connection) => return Ok(()),
                () = downwards => {}
            }
        }
    }
}

/// Passes on what the link says. While one peer's queue is full, the others hear on.
async fn upwards(attachment: &Attachment, connection: &Connection) {
    let mut waiting = FuturesUnordered::new();
    loop {
        tokio::select! {
            up = attachment.next() => {
                let Some(up) = up else {
                    return;
                };
                // Our own link keeps the rules that misconduct breaks.
                if let Ok(Some(back)) = connection.try_pass(up)
                    && let Some(peer) = back.receiver().cloned()
                {
                    attachment.hold(&peer);
                    waiting.push(async move {
                        let _ = connection.pass(back).await;
                        peer
                    });
                }
            }
            Some(peer) = waiting.next() => attachment.release(&peer),
        }
    }
}
