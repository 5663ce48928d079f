//! Every file that the lab opens by itself; tables are opened by `consilium-data`.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use crate::{LabError, LabFault};

/// The longest text that is read, in bytes: much longer than any plan, or than an experiment of as
/// many settings as there may be.
const LONGEST_TEXT: u64 = 4 << 20;

/// Reads a text.
pub(crate) fn text(file: &Path) -> Result<String, LabError> {
    let read = || {
        let mut text = String::new();
        let opened = fs::File::open(file)?;
        opened.take(LONGEST_TEXT + 1).read_to_string(&mut text)?;
        if text.len() as u64 > LONGEST_TEXT {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(text)
    };
    read().map_err(|error: io::Error| LabError::of_file(file, LabFault::Unreadable(error.kind())))
}

/// Says why a path is no file that can be read, if it is none.
pub(crate) fn missing(file: &Path) -> Option<io::ErrorKind> {
    match fs::metadata(file) {
        Ok(meta) if meta.is_file() => None,
        Ok(meta) if meta.is_dir() => Some(io::ErrorKind::IsADirectory),
        Ok(_) => Some(io::ErrorKind::Unsupported),
        Err(error) => Some(error.kind()),
    }
}

/// Gives the path of a file that is named in another one.
pub(crate) fn beside(file: &Path, name: &str) -> PathBuf {
    file.parent().unwrap_or(Path::new(".")).join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_end_is_refused_and_the_longest_is_read() {
        let file = tempfile::NamedTempFile::new().expect("a file is made");
        let length = |bytes| file.as_file().set_len(bytes).expect("it is made so long");
        length(LONGEST_TEXT);
        let read = text(file.path()).expect("it is read");
        assert_eq!(read.len() as u64, LONGEST_TEXT);
        length(LONGEST_TEXT + 1);
        let error = text(file.path()).expect_err("it is too long");
        assert!(error.to_string().ends_with("file too large"), "{error}");
    }
}
