//! How the program ends when something went wrong.

use std::{error::Error, fmt, io, process::ExitCode};

use consilium_plan::Lang;

use crate::terminal::printable;

mod chinese;

/// An error together with the way out.
#[derive(Debug)]
pub(crate) struct Hinted {
    pub(crate) error: anyhow::Error,
    pub(crate) hint: String,
}

impl fmt::Display for Hinted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.error)
    }
}

impl Error for Hinted {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.chain().nth(1)
    }
}

/// A command that was given in a way it can't be run: exit code 2.
#[derive(Debug)]
pub(crate) struct Misuse(pub(crate) String);

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Misuse {}

/// Adds the way out to an error.
pub(crate) trait OrHint<T> {
    /// Says what to do next where this failed.
    fn or_hint(self, hint: impl Into<String>) -> anyhow::Result<T>;
}

impl<T, E: Into<anyhow::Error>> OrHint<T> for Result<T, E> {
    fn or_hint(self, hint: impl Into<String>) -> anyhow::Result<T> {
        self.map_err(|error| {
            Hinted {
                error: error.into(),
                hint: hint.into(),
            }
            .into()
        })
    }
}

/// Prints an error for people and gives the exit code: 1 failed, 2 misused.
pub(crate) fn report(error: &anyhow::Error, lang: Lang) -> ExitCode {
    let broken_pipe = |cause: &(dyn Error + 'static)| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
    };
    if error.chain().any(broken_pipe) {
        // The reader of our output has seen enough.
        return ExitCode::SUCCESS;
    }
    print_to_people(&match lang {
        Lang::En => format!("error: {error:#}"),
        Lang::Zh => format!("错误：{}", chinese::say(error)),
    });
    if let Some(Hinted { hint, .. }) = error.chain().find_map(|cause| cause.downcast_ref()) {
        print_to_people(&format!("{}{hint}", lang.pick("hint: ", "提示：")));
    }
    let misused = error.chain().any(|cause| {
        cause.is::<Misuse>()
            || cause
                .downcast_ref::<Hinted>()
                .is_some_and(|hinted| hinted.error.is::<Misuse>())
    });
    ExitCode::from(if misused { 2 } else { 1 })
}

#[expect(
    clippy::print_stderr,
    reason = "the one place where people are told of an error"
)]
fn print_to_people(line: &str) {
    eprintln!("{}", printable(line));
}
