use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use std::{env, os::unix::process::ExitStatusExt as _};

use consilium_data::Passing;

use crate::{Fault, Limits, Program, QueryError, Request};

/// How long after its time the program may take to end by itself, and say why.
const GRACE: Duration = Duration::from_secs(2);

/// The longest line of the program that is looked at.
const LONGEST_LINE: u64 = 64 << 10;

/// The signal that ends a program whose allocation fails.
const ABORTED: i32 = 6;

/// Makes a folder for what the query puts aside, that only its owner enters and that ends with the query.
pub(crate) fn make_aside(within: Option<&Path>) -> Result<Passing, QueryError> {
    let all = within.map_or_else(env::temp_dir, Path::to_owned);
    let folder = Passing::within(&all, "consilium-sql-");
    folder.map_err(|error| QueryError::Spill { kind: error.kind() })
}

/// The program while it runs. It is ended with this value.
pub(crate) struct Running {
    child: Arc<Mutex<Child>>,
    limits: Limits,
    /// Reads what the program says to people, to its last line.
    said: Option<JoinHandle<String>>,
    /// Ends the program when its time is over; tells whether it did.
    watch: Option<(Sender<()>, JoinHandle<bool>)>,
}

impl Running {
    pub(crate) fn start(
        program: &Program,
        request: &Request,
        limits: Limits,
    ) -> Result<(Self, ChildStdout), QueryError> {
        let path = program.path();
        let failed = |error: std::io::Error| QueryError::Start {
            path: path.to_owned(),
            kind: error.kind(),
        };
        let mut child = Command::new(path)
            .env_clear()
            // Arenas for every thread take memory that no query uses.
            .env("MALLOC_ARENA_MAX", "2")
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let child = Arc::new(Mutex::new(child));
        let mut running = Self {
            child: Arc::clone(&child),
            limits,
            said: None,
            watch: None,
        };
        let (Some(mut input), Some(output), Some(errors)) = pipes else {
            return Err(QueryError::Stream);
        };
        running.said = Some(std::thread::spawn(move || last_line(errors)));
        let (ended, end) = mpsc::channel();
        let time = Duration::from_secs(limits.seconds) + GRACE;
        let watch = std::thread::spawn(move || {
            let is_late = end.recv_timeout(time) == Err(RecvTimeoutError::Timeout);
            if is_late {
                // It may have ended this moment.
                let _ = held(&child).kill();
            }
            is_late
        });
        running.watch = Some((ended, watch));
        let text = serde_json::to_vec(request).map_err(|_| QueryError::Stream)?;
        // A program that doesn't read says why when it ends.
        let _ = input.write_all(&text);
        Ok((running, output))
    }

    /// Ends the program now, whatever it is at.
    pub(crate) fn end(&mut self) {
        let _ = held(&self.child).kill();
        self.settle();
    }

    /// Sees the program to its end, and gives what it says is wrong.
    pub(crate) fn finish(&mut self) -> Result<(), QueryError> {
        let (status, said, is_late) = self.settle();
        match status {
            Some(status) if status.success() => Ok(()),
            _ if is_late => {
                let seconds = self.limits.seconds;
                Err(Fault::Time { seconds }.into())
            }
            _ => Err(self.reason(status, &said)),
        }
    }

    /// Waits for the program's end, gives its status and last words, and whether it was ended for
    /// being late.
    fn settle(&mut self) -> (Option<ExitStatus>, String, bool) {
        // They end with the program, and the program with its time at the latest.
        let said = self.said.take().and_then(|said| said.join().ok());
        let mut child = held(&self.child);
        // One that has ended keeps its status; one that has only fallen silent ends here.
        let _ = child.kill();
        let status = child.wait().ok();
        drop(child);
        let is_late = self.watch.take().is_some_and(|(ended, watch)| {
            drop(ended);
            watch.join().unwrap_or(false)
        });
        (status, said.unwrap_or_default(), is_late)
    }

    fn reason(&self, status: Option<ExitStatus>, said: &str) -> QueryError {
        if let Ok(fault) = serde_json::from_str::<Fault>(said) {
            return fault.into();
        }
        let signal = status.and_then(|status| status.signal());
        if signal == Some(ABORTED) && said.contains("memory allocation of") {
            let memory_mb = self.limits.memory_mb;
            return Fault::Memory { memory_mb }.into();
        }
        let code = status.and_then(|status| status.code());
        let how = match (signal, code) {
            (Some(signal), _) => format!("was ended by signal {signal}"),
            (None, Some(code)) => format!("ended with code {code}"),
            (None, None) => "ended".to_owned(),
        };
        let said = said
            .replace(char::is_control, " ")
            .trim()
            .chars()
            .take(200)
            .collect();
        QueryError::Died { how, said }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

fn held(child: &Mutex<Child>) -> MutexGuard<'_, Child> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}

fn last_line(errors: ChildStderr) -> String {
    let mut errors = BufReader::new(errors);
    let mut last = String::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = errors
            .by_ref()
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line);
        if !read.is_ok_and(|bytes| bytes > 0) {
            return last;
        }
        let text = String::from_utf8_lossy(&line);
        // How to see more of what went wrong is for whoever writes the program.
        if !text.trim().is_empty() && !text.starts_with("note: ") {
            text.trim().clone_into(&mut last);
        }
    }
}
