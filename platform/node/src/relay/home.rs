//! A party of the same process, such as the coordinator's own, hangs on the relay in memory.

use super::{Refusal, Relay};
use crate::link::Link;

impl Relay {
    /// Carries the messages of a link in the same process for as long as the future is polled.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if another daemon with this identity is connected.
    pub async fn host(&self, link: &Link) -> Result<(), Refusal> {
        let attachment = link.attach();
        let watches = attachment.watches().to_vec();
        let connection = self.connect(link.me(), link.epoch(), &watches).await?;
        let upwards = async {
            while let Some(up) = attachment.next().await {
                // Our own link keeps the rules that misconduct breaks.
                let _ = connection.pass(up).await;
            }
        };
        let downwards = async {
            while let Some(down) = connection.next().await {
                attachment.handle(down);
            }
        };
        tokio::join!(upwards, downwards);
        Ok(())
    }
}
