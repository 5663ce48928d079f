//! What people are asked on a terminal, and what is fit to be shown there.

use std::{
    fs::{self, File},
    io::{self, BufRead as _, BufReader, IsTerminal as _, Write as _},
    path::Path,
};

use anyhow::{Context as _, bail};
use consilium_base::Secret;
use consilium_plan::Lang;
use consilium_schema::is_shown;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::hint::{Misuse, OrHint as _};

/// The fewest characters of a passphrase.
const SHORTEST: usize = 8;

/// Says something to the people at the terminal; data go to standard output.
pub(crate) fn tell(line: &str) {
    // If nobody can be told, the work goes on all the same.
    writeln!(io::stderr(), "{line}").ok();
}

/// Makes a text that others may have a hand in fit for a terminal; its lines stay lines.
pub(crate) fn printable(text: &str) -> String {
    text.replace(|letter| letter != '\n' && !is_shown(letter), "·")
}

/// As [`printable`], of a cell or a name, which stands on one line.
pub(crate) fn on_one_line(text: &str) -> String {
    text.replace(|letter| !is_shown(letter), "·")
}

/// Reads the passphrase of a key: from a file's first line, else from the terminal.
pub(crate) fn passphrase(file: Option<&Path>, lang: Lang) -> anyhow::Result<Secret<String>> {
    match file {
        Some(path) => from_file(path, lang),
        None => hidden(lang.pick("passphrase: ", "口令："), lang),
    }
}

/// Reads a passphrase for a new key, twice if it is typed.
pub(crate) fn new_passphrase(file: Option<&Path>, lang: Lang) -> anyhow::Result<Secret<String>> {
    let chosen = passphrase(file, lang)?;
    if chosen.expose().chars().count() < SHORTEST {
        bail!(lang.pick(
            format!("a passphrase has at least {SHORTEST} characters"),
            format!("口令至少 {SHORTEST} 个字符"),
        ));
    }
    if file.is_none() {
        let again = hidden(lang.pick("the same again: ", "再输入一次："), lang)?;
        if again.expose() != chosen.expose() {
            bail!(lang.pick("the two passphrases differ", "两次输入的口令不同"));
        }
    }
    Ok(chosen)
}

/// Asks a question that only `yes` answers with yes; without a terminal it must be answered by
/// `--yes`.
pub(crate) fn confirm(question: &str, lang: Lang) -> anyhow::Result<bool> {
    let mut terminal = terminal(lang).or_hint(lang.pick(
        "add --yes to answer without a terminal",
        "没有终端时请加上 --yes",
    ))?;
    let words = lang.pick("[yes/no]", "[yes/no，是/否]");
    write!(terminal, "{question} {words} ")?;
    let answer = Secret::new(line(&mut terminal)?);
    Ok(["yes", "是"].contains(&answer.expose().trim()))
}

fn from_file(path: &Path, lang: Lang) -> anyhow::Result<Secret<String>> {
    let reading = lang.pick("reading the passphrase from", "读取口令文件");
    let text = fs::read_to_string(path).with_context(|| format!("{reading} {}", path.display()))?;
    let text = Secret::new(text);
    let first = text.expose().lines().next().unwrap_or_default();
    Ok(Secret::new(first.to_owned()))
}

/// Asks without showing what is typed.
fn hidden(question: &str, lang: Lang) -> anyhow::Result<Secret<String>> {
    let mut terminal = terminal(lang).or_hint(lang.pick(
        "give --passphrase-file FILE where there is no terminal",
        "没有终端时请使用 --passphrase-file 文件",
    ))?;
    write!(terminal, "{question}")?;
    let silence = Silence::begin(terminal.try_clone()?)?;
    let typed = line(&mut terminal);
    drop(silence);
    writeln!(terminal)?;
    Ok(Secret::new(
        typed?.trim_end_matches(['\r', '\n']).to_owned(),
    ))
}

fn terminal(lang: Lang) -> anyhow::Result<File> {
    let none = || {
        Misuse(
            lang.pick("there is no terminal to ask on", "没有可供询问的终端")
                .into(),
        )
    };
    let terminal = File::options().read(true).write(true).open("/dev/tty");
    match terminal {
        Ok(terminal) if terminal.is_terminal() => Ok(terminal),
        _ => Err(none().into()),
    }
}

fn line(terminal: &mut File) -> anyhow::Result<String> {
    let mut line = String::new();
    BufReader::new(terminal).read_line(&mut line)?;
    Ok(line)
}

/// A terminal that shows nothing of what is typed, until this is dropped.
struct Silence {
    terminal: File,
    before: Termios,
}

impl Silence {
    fn begin(terminal: File) -> anyhow::Result<Silence> {
        let before = tcgetattr(&terminal)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&terminal, OptionalActions::Flush, &silent)?;
        Ok(Silence { terminal, before })
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        // Nothing can be done about a terminal that is gone.
        let _ = tcsetattr(&self.terminal, OptionalActions::Flush, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rules_a_terminal_is_shown_as_dots() {
        let said = printable("refused: \u{1b}[2J\u{202e}病人\n  party: a");
        assert_eq!(said, "refused: ·[2J·病人\n  party: a");
        // A cell that is turned round, hides a letter, or pretends to be a line of its own.
        let cell = on_one_line("a\u{202e}b\u{200b}c\nok: 3 rows");
        assert_eq!(cell, "a·b·c·ok: 3 rows");
    }
}
