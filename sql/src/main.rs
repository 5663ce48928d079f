#![doc = include_str!("../README.md")]

mod codes;
mod comorbidity;
mod faults;
mod limits;
mod output;
mod quality;
mod query;
mod rows;
mod session;
mod text;
mod workbook;

use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::panic;
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use consilium_mapping::{ENGINE, FORMAT, Fault, Mapping, Request};

/// The longest request: a mapping with every letter of it escaped, and the paths of its files.
const LONGEST: u64 = 8 << 20;

/// The bytes of the stack of the thread that plans the query.
const STACK: usize = 16 << 20;

const USAGE: &str = "\
consilium-sql runs the queries of mappings; `consilium data map` starts it.
  consilium-sql --version
  consilium-sql --licences
";

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        None if !io::stdin().is_terminal() => answer(),
        Some("--version") => print(&format!("consilium-sql {}\n", env!("CARGO_PKG_VERSION"))),
        Some("--licences") => print(include_str!("licences.txt")),
        _ => {
            let _ = io::stderr().write_all(USAGE.as_bytes());
            ExitCode::from(2)
        }
    }
}

fn print(text: &str) -> ExitCode {
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Answers one request.
fn answer() -> ExitCode {
    // What a panic says may hold a value.
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let what = place.unwrap_or_default();
        say(&Fault::Internal { what });
    }));
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            say(&fault);
            ExitCode::FAILURE
        }
    }
}

fn say(fault: &Fault) {
    let line = serde_json::to_string(fault).unwrap_or_default();
    let _ = writeln!(io::stderr(), "{line}");
}

fn serve() -> Result<(), Fault> {
    let mut text = Vec::new();
    let read = io::stdin().take(LONGEST).read_to_end(&mut text);
    read.map_err(|_| Fault::Request)?;
    let request: Request = serde_json::from_slice(&text).map_err(|_| Fault::Request)?;
    if (request.format, request.engine.as_str()) != (FORMAT, ENGINE) {
        return Err(Fault::Request);
    }
    let mapping = Mapping::from_toml(&request.mapping).map_err(|_| Fault::Request)?;
    let limits = mapping.limits();
    limits::keep(limits).map_err(|error| internal(&error))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .map_err(|error| internal(&error))?;
    let time = Duration::from_secs(limits.seconds);
    let handle = runtime.handle().clone();
    let (done, answered) = mpsc::channel();
    // Beside the query, which may compute for long without a pause, somebody watches the time.
    thread::Builder::new()
        // A chain of operators is as many calls deep in each pass of the planner.
        .stack_size(STACK)
        .spawn(move || done.send(handle.block_on(query::answer(&mapping, &request))))
        .map_err(|error| internal(&error))?;
    let answer = answered.recv_timeout(time);
    // A reader that is in the middle of a file is not waited for.
    runtime.shutdown_background();
    let seconds = limits.seconds;
    match answer {
        Ok(answer) => answer,
        Err(RecvTimeoutError::Timeout) => Err(Fault::Time { seconds }),
        // A panic has been told already.
        Err(RecvTimeoutError::Disconnected) => std::process::exit(1),
    }
}

fn internal(error: &io::Error) -> Fault {
    Fault::Internal {
        what: error.kind().to_string(),
    }
}
