//! Stopping in good order.

use std::io;

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};
use tracing::info;

/// Tells many tasks that the daemon is to stop. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Shutdown {
    requested: watch::Sender<bool>,
}

impl Default for Shutdown {
    fn default() -> Self {
        Shutdown {
            requested: watch::Sender::new(false),
        }
    }
}

impl Shutdown {
    /// Makes one that SIGINT and SIGTERM request; a second signal ends the process at once.
    ///
    /// # Errors
    ///
    /// If the system doesn't let the process catch signals.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub fn on_signals() -> io::Result<Shutdown> {
        let shutdown = Shutdown::default();
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let request = shutdown.clone();
        tokio::spawn(async move {
            loop {
                let name = tokio::select! {
                    _ = interrupt.recv() => "SIGINT",
                    _ = terminate.recv() => "SIGTERM",
                };
                if request.is_requested() {
                    info!(signal = name, "stopping at once");
                    std::process::exit(1);
                }
                info!(signal = name, "stopping");
                request.request();
            }
        });
        Ok(shutdown)
    }

    /// Asks everyone to stop.
    pub fn request(&self) {
        self.requested.send_replace(true);
    }

    /// Tells whether to stop.
    pub fn is_requested(&self) -> bool {
        *self.requested.borrow()
    }

    /// Waits until it is time to stop.
    pub async fn requested(&self) {
        let mut requested = self.requested.subscribe();
        // The sender lives in `self`.
        let _ = requested.wait_for(|requested| *requested).await;
    }
}
