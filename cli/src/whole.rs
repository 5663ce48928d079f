//! Files that are read whole, and only if they are no longer than they may be.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use consilium_data::ReadError;

/// Reads a file of at most so many bytes.
///
/// # Errors
///
/// [`io::ErrorKind::FileTooLarge`] for a longer one, of which no more is read.
pub(crate) fn bytes(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if read as u64 > most {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// Reads the text of a regular file, and of nothing else: a pipe would wait for ever for somebody to write to it.
///
/// # Errors
///
/// As [`text`]; what is no file is `Unsupported`, or `IsADirectory`.
pub(crate) fn text_of_file(path: &Path, most: u64) -> io::Result<String> {
    match consilium_data::open(path) {
        Ok(_) => text(path, most),
        Err(ReadError::Open { kind, .. }) => Err(kind.into()),
        Err(other) => Err(io::Error::other(other)),
    }
}

/// Reads a text alike.
///
/// # Errors
///
/// Also if it is no UTF-8.
pub(crate) fn text(path: &Path, most: u64) -> io::Result<String> {
    String::from_utf8(bytes(path, most)?).map_err(|_| io::ErrorKind::InvalidData.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_an_end_is_not_read_beyond_its_bound() {
        let endless = bytes(Path::new("/dev/zero"), 10).unwrap_err();
        assert_eq!(endless.kind(), io::ErrorKind::FileTooLarge);
        let whole = std::env::current_exe().unwrap();
        let length = whole.metadata().unwrap().len();
        assert_eq!(bytes(&whole, length).unwrap().len() as u64, length);
        assert!(bytes(&whole, length - 1).is_err());
    }
}
