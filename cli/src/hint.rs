//! How the program ends when something went wrong.

use std::{error::Error, fmt, io, process::ExitCode};

use consilium_plan::Lang;

use crate::terminal::{self, printable};

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

/// A command that people broke off: exit code 130, as of any program that Ctrl-C ends.
#[derive(Debug)]
pub(crate) struct Interrupted(pub(crate) &'static str);

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Interrupted {}

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

/// Prints an error for people and gives the exit code: 1 failed, 2 misused, 130 broken off.
pub(crate) fn report(error: &anyhow::Error, lang: Lang) -> ExitCode {
    let broken_pipe = |cause: &(dyn Error + 'static)| {
        let written = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        let json = cause.downcast_ref::<serde_json::Error>();
        let kind = written.or_else(|| json?.io_error_kind());
        kind == Some(io::ErrorKind::BrokenPipe)
    };
    if error.chain().any(broken_pipe) {
        // The reader of our output has seen enough.
        return ExitCode::SUCCESS;
    }
    let said = in_words(error, lang);
    tell(&format!("{}{said}", lang.pick("error: ", "错误：")));
    if let Some(Hinted { hint, .. }) = error.chain().find_map(|cause| cause.downcast_ref()) {
        tell(&format!("{}{hint}", lang.pick("hint: ", "提示：")));
    }
    let misused = error.chain().any(|cause| {
        cause.is::<Misuse>()
            || cause
                .downcast_ref::<Hinted>()
                .is_some_and(|hinted| hinted.error.is::<Misuse>())
    });
    ExitCode::from(match () {
        () if misused => 2,
        () if error.chain().any(<dyn Error>::is::<Interrupted>) => 130,
        () => 1,
    })
}

/// Says an error with its causes in the reader's language.
pub(crate) fn said(error: impl Into<anyhow::Error>, lang: Lang) -> String {
    in_words(&error.into(), lang)
}

fn in_words(error: &anyhow::Error, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{error:#}"),
        Lang::Zh => chinese::say(error),
    }
}

fn tell(line: &str) {
    terminal::tell(&printable(line));
}
