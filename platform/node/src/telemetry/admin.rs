//! The admin listener: is the daemon alive, is it ready, what does it measure.

use std::{io, sync::Arc};

use axum::{Router, extract::State, http::StatusCode, routing::get};
use tokio::{net::TcpListener, sync::watch};

use super::Metrics;
use crate::Shutdown;

/// Where the admin listener listens if nothing else is said: on this machine only.
pub const ADMIN_ADDRESS: &str = "127.0.0.1:9464";

/// Whether a daemon can do its work, and if not, why. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Readiness {
    obstacle: watch::Sender<Option<Arc<str>>>,
}

impl Readiness {
    /// Makes one that isn't ready yet.
    pub fn starting() -> Readiness {
        Readiness {
            obstacle: watch::Sender::new(Some("starting".into())),
        }
    }

    /// Says that the daemon can do its work.
    pub fn ready(&self) {
        self.obstacle.send_replace(None);
    }

    /// Says why it can't; without data, since anybody on the machine may read it.
    pub fn not_ready(&self, why: &str) {
        self.obstacle.send_replace(Some(why.into()));
    }
}

/// Answers `/health`, `/ready` and `/metrics` until shutdown is requested.
///
/// # Errors
///
/// If the socket fails.
pub async fn serve_admin(
    listener: TcpListener,
    metrics: Metrics,
    readiness: Readiness,
    shutdown: Shutdown,
) -> io::Result<()> {
    let routes = Router::new()
        .route("/health", get(async || "alive\n"))
        .route("/ready", get(ready).with_state(readiness))
        .route("/metrics", get(measured).with_state(metrics));
    axum::serve(listener, routes)
        .with_graceful_shutdown(async move { shutdown.requested().await })
        .await
}

async fn ready(State(readiness): State<Readiness>) -> (StatusCode, String) {
    match &*readiness.obstacle.borrow() {
        None => (StatusCode::OK, "ready\n".to_owned()),
        Some(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")),
    }
}

async fn measured(State(metrics): State<Metrics>) -> ([(&'static str, &'static str); 1], String) {
    let content_type = ("content-type", "text/plain; version=0.0.4; charset=utf-8");
    ([content_type], metrics.render())
}
