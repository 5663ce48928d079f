//! Where a daemon meets its own machine: the socket of its people, the admin listener, and the file
//! that says that it is ready.

use std::{
    fs::{self, Permissions},
    io,
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

/// Opens a socket for this user alone, at no moment for others: it comes into being in a folder
/// that nobody else can look into.
fn bind(socket: &Path) -> io::Result<UnixListener> {
    let beside = socket.parent().unwrap_or(Path::new(""));
    // A socket's path has about a hundred bytes: this one is no longer than most.
    let folder = beside.join(".new");
    let draft = folder.join("s");
    files::make_private(&folder).map_err(io::Error::other)?;
    files::remove(&draft).map_err(io::Error::other)?;
    let listener = UnixListener::bind(&draft)?;
    fs::set_permissions(&draft, Permissions::from_mode(0o600))?;
    fs::rename(&draft, socket)?;
    fs::remove_dir(&folder)?;
    Ok(listener)
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
        let listener = bind(socket).map_err(files::of(socket))?;
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

#[cfg(test)]
mod tests {
    use std::fs::read_dir;

    use super::*;

    #[tokio::test]
    async fn a_socket_is_its_users_alone_and_replaces_that_of_a_daemon_that_was_killed() {
        let state = tempfile::tempdir().unwrap();
        let path = state.path().join("operator.sock");
        for _ in 0..2 {
            let listener = bind(&path).unwrap();
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            let calling = tokio::net::UnixStream::connect(&path);
            let (called, answered) = tokio::join!(calling, listener.accept());
            called.unwrap();
            answered.unwrap();
        }
        assert_eq!(read_dir(state.path()).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn a_socket_is_at_no_moment_open_to_others() {
        let state = tempfile::tempdir().unwrap();
        let path = state.path().join("operator.sock");
        // The last step fails: what was made so far is what others could have seen.
        fs::create_dir_all(path.join("in the way")).unwrap();
        bind(&path).unwrap_err();
        let draft = state.path().join(".new");
        let mode = fs::metadata(&draft).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        assert!(draft.join("s").exists());
    }
}
