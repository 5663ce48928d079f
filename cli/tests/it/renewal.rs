//! An operator's certificate, renewed by using it.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use consilium_base::Seed;
use consilium_coordinator::{Ambient, Config, CoordinatorHandle, init, start};
use consilium_node::Shutdown;

use crate::printed;

/// A coordinator whose clock is so far behind that what it issues is nearly at its end.
pub(crate) async fn behind(folder: &Path, shutdown: Shutdown) -> CoordinatorHandle {
    coordinator(folder, 80, shutdown).await
}

/// A coordinator whose clock is right.
pub(crate) async fn today(folder: &Path, shutdown: Shutdown) -> CoordinatorHandle {
    coordinator(folder, 0, shutdown).await
}

async fn coordinator(folder: &Path, days_behind: u64, shutdown: Shutdown) -> CoordinatorHandle {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let text = format!(
        "federation = \"Test\"\nstate = {:?}\naddress = \"{address}\"\nlisten = \"{address}\"\n\
         admin = \"127.0.0.1:0\"\n",
        folder.join("state").display().to_string()
    );
    let config = Config::from_toml(&text).unwrap();
    let clock = move || {
        #[expect(
            clippy::disallowed_methods,
            reason = "the binary under test reads it too"
        )]
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        i64::try_from(
            since
                .saturating_sub(Duration::from_hours(days_behind * 24))
                .as_millis(),
        )
        .unwrap()
    };
    let ambient = Ambient::new(clock, &Seed::from_bytes([5; 32]));
    init(&config, &ambient).await.unwrap();
    start(config, ambient, shutdown).await.unwrap()
}

fn enrol(folder: &Path) {
    fs::write(folder.join("pass"), "correct horse").unwrap();
    printed(
        folder,
        &["person", "new-key", "li", "--passphrase-file", "pass"],
    );
    let invite = ["coordinator", "invite", "li", "--role", "operator", "--at"];
    let invitation = printed(folder, &[&invite[..], &["state/operator.sock"]].concat());
    fs::write(folder.join("invitation"), invitation).unwrap();
    let enrolled = Command::new(env!("CARGO_BIN_EXE_consilium"))
        .args([
            "person",
            "enrol",
            "--key",
            "li.key.pem",
            "--passphrase-file",
            "pass",
        ])
        .args(["--out", "li"])
        .current_dir(folder)
        .stdin(Stdio::from(
            fs::File::open(folder.join("invitation")).unwrap(),
        ))
        .output()
        .unwrap();
    assert!(
        enrolled.status.success(),
        "{}",
        String::from_utf8_lossy(&enrolled.stderr)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_near_its_end_is_renewed_by_the_next_command() {
    let folder = tempfile::tempdir().unwrap();
    let shutdown = Shutdown::default();
    let coordinator = behind(folder.path(), shutdown.clone()).await;
    let path = folder.path().to_owned();
    let work = tokio::task::spawn_blocking(move || {
        enrol(&path);
        let certificate = || fs::read_to_string(path.join("li/certificate.pem")).unwrap();
        let first = certificate();
        let members = [
            "coordinator",
            "members",
            "--as",
            "li",
            "--passphrase-file",
            "pass",
        ];
        assert!(printed(&path, &members).contains(" li "));
        assert_ne!(certificate(), first);
        assert!(printed(&path, &members).contains(" li "));
    });
    work.await.unwrap();
    shutdown.request();
    coordinator.stopped().await.unwrap();
}
