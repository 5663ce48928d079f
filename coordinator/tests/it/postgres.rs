//! Debian's PostgreSQL server, started as an ordinary user on a socket in a folder of its own.

use std::{
    env,
    io::{self, BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Mutex, OnceLock},
};

/// Runs the server until its standard input ends, which it does however the tests end.
const RUN: &str = r#"
set -eu
PATH="$1:$PATH"
folder=$(mktemp -d -t consilium-postgres.XXXXXX)
trap 'pg_ctl -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM HUP
initdb -D "$folder/data" -U consilium -A trust -E UTF8 --locale=C --no-sync >"$folder/initdb.log" 2>&1 ||
    { cat "$folder/initdb.log" >&2; exit 1; }
pg_ctl -D "$folder/data" -w -l "$folder/server.log" \
    -o "-k $folder -c listen_addresses= -c fsync=off" start >/dev/null 2>&1 ||
    { cat "$folder/server.log" >&2; exit 1; }
echo "$folder"
read -r _ || true
"#;

/// A running server.
pub(crate) struct Server {
    folder: String,
    /// Held for its standard input.
    _process: Mutex<Child>,
}

impl Server {
    /// Gives the URL of one of its databases.
    pub(crate) fn url(&self, database: &str) -> String {
        format!(
            "postgres://consilium@localhost/{database}?host={}",
            self.folder
        )
    }
}

/// Gives the server, started by the first test that asks.
///
/// Without PostgreSQL the test is skipped and says so; on a build server that is a failure.
pub(crate) fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let server = SERVER.get_or_init(|| binaries().map(|binaries| start(&binaries)));
    if server.is_none() {
        let strict = env::var_os("CI").is_some_and(|value| value == "true");
        assert!(
            !strict,
            "no PostgreSQL: install Debian's package postgresql"
        );
        // The test harness keeps what `eprintln` prints to itself.
        let mut seen = io::stderr();
        writeln!(seen, "skipped: no PostgreSQL").unwrap();
    }
    server.as_ref()
}

/// Finds the folder of the server's programs: of the path, else of Debian's newest package.
fn binaries() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let versions = Path::new("/usr/lib/postgresql")
        .read_dir()
        .ok()
        .into_iter()
        .flatten();
    let mut debian: Vec<PathBuf> = versions
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    debian.sort();
    folders.extend(debian.into_iter().rev());
    folders
        .into_iter()
        .find(|folder| folder.join("initdb").exists())
}

fn start(binaries: &Path) -> Server {
    let mut process = as_ordinary_user()
        .args(["sh", "-c", RUN, "postgres-for-tests"])
        .arg(binaries)
        .current_dir("/")
        // A folder for root's temporary files need not be open to the server's user.
        .env_remove("TMPDIR")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut folder = String::new();
    BufReader::new(process.stdout.take().unwrap())
        .read_line(&mut folder)
        .unwrap();
    assert!(folder.ends_with('\n'), "PostgreSQL does not start");
    Server {
        folder: folder.trim_end().to_owned(),
        _process: Mutex::new(process),
    }
}

/// The server refuses to run as root.
fn as_ordinary_user() -> Command {
    if id(&["-u"]).as_deref() != Some("0") {
        return Command::new("env");
    }
    let user = if id(&["-u", "postgres"]).is_some() {
        "postgres"
    } else {
        "nobody"
    };
    let group = id(&["-gn", user]).unwrap();
    let mut command = Command::new("setpriv");
    command.args(["--reuid", user, "--regid", &group, "--clear-groups", "--"]);
    command
}

fn id(arguments: &[&str]) -> Option<String> {
    let output = Command::new("id").args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    output.status.success().then(|| text.trim().to_owned())
}
