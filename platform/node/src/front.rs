//! Where a daemon meets its own machine: the socket of its people, the admin listener, and the file
//! that says that it is ready.

use std::{
    fs::{self, Permissions},
    net::SocketAddr,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use futures_util::stream;
use tokio::net::{TcpListener, UnixListener};
use tonic::{service::Routes, transport::Server};
use tracing::warn;

use crate::{
    NodeError, Shutdown, files, server,
    telemetry::{Metrics, Readiness, serve_admin},
};

/// A daemon's own machine listens here once it is open.
#[derive(Debug)]
pub struct Front {
    path: PathBuf,
    socket: UnixListener,
    admin: TcpListener,
    /// Where health, readiness and metrics are shown.
    pub admin_address: SocketAddr,
    /// What the admin listener says of the daemon.
    pub readiness: Readiness,
    metrics: Metrics,
    ready_file: Option<PathBuf>,
}

impl Front {
    /// Opens the socket, for this user alone, and the admin listener.
    ///
    /// The caller holds the lock of the state folder: a socket that is there is that of a daemon
    /// that was killed.
    ///
    /// # Errors
    ///
    /// Names the socket, or the address of the admin listener.
    pub async fn open(socket: &Path, admin: &str) -> Result<Front, NodeError> {
        let (admin, admin_address) = server::listen(admin).await?;
        files::remove(socket)?;
        let listener = UnixListener::bind(socket).map_err(files::of(socket))?;
        let own = Permissions::from_mode(0o600);
        fs::set_permissions(socket, own).map_err(files::of(socket))?;
        let metrics = Metrics::default();
        if metrics.install().is_err() {
            warn!("the process measures for another daemon already");
        }
        Ok(Front {
            path: socket.to_owned(),
            socket: listener,
            admin,
            admin_address,
            readiness: Readiness::starting(),
            metrics,
            ready_file: None,
        })
    }

    /// Writes a file that says where the daemon listens; it is removed when the daemon stops.
    ///
    /// # Errors
    ///
    /// If it can't be written.
    pub fn announce(&mut self, path: &Path, what: &str) -> Result<(), NodeError> {
        files::write(path, what.as_bytes())?;
        self.ready_file = Some(path.to_owned());
        Ok(())
    }

    /// Answers calls over the socket, and the admin listener's, until shutdown is requested;
    /// requests it where that ends earlier.
    ///
    /// # Errors
    ///
    /// If a listener fails, or its file can't be removed.
    pub async fn serve(self, routes: Routes, shutdown: Shutdown) -> Result<(), NodeError> {
        let incoming = stream::unfold(self.socket, |socket| async {
            let accepted = socket.accept().await.map(|(connection, _)| connection);
            Some((accepted, socket))
        });
        let stop = shutdown.clone();
        let people = async {
            Server::builder()
                .add_routes(routes)
                .serve_with_incoming_shutdown(incoming, async move { stop.requested().await })
                .await
                .map_err(|why| NodeError::ended("local socket", &why))
        };
        let admin = async {
            serve_admin(self.admin, self.metrics, self.readiness, shutdown.clone())
                .await
                .map_err(|why| NodeError::ended("admin listener", &why))
        };
        let served = tokio::try_join!(people, admin);
        shutdown.request();
        for path in [Some(self.path), self.ready_file].into_iter().flatten() {
            files::remove(&path)?;
        }
        served.map(drop)
    }
}
