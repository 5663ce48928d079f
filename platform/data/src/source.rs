use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;

use crate::ReadError;
use crate::error::StreamFault;

const GZIP: [u8; 2] = [0x1f, 0x8b];
const CHUNK: usize = 64 << 10;

/// Somebody who is shown every byte of a file as it lies on disk, in order.
pub(crate) type Tap<'a> = &'a mut dyn FnMut(&[u8]);

/// Opens a regular file, and nothing else: a pipe would wait for ever for somebody to write to it.
///
/// # Errors
///
/// [`ReadError::Open`]; what is no file is `Unsupported`, or `IsADirectory`.
pub fn open(path: &Path) -> Result<File, ReadError> {
    let open = || {
        let kind = path.metadata()?.file_type();
        if kind.is_file() {
            File::open(path)
        } else if kind.is_dir() {
            Err(io::ErrorKind::IsADirectory.into())
        } else {
            Err(io::ErrorKind::Unsupported.into())
        }
    };
    open().map_err(|error| ReadError::Open {
        path: path.to_owned(),
        kind: error.kind(),
    })
}

/// The bytes of a table: those of the file, or what gzip made them from, by content.
pub(crate) struct Unpacked<'a> {
    /// Whether gzip was undone.
    pub(crate) gzip: bool,
    bytes: Box<dyn Read + 'a>,
    /// Bytes taken from the file so far.
    packed: Rc<Cell<u64>>,
    /// Bytes given so far.
    given: u64,
}

impl<'a> Unpacked<'a> {
    pub(crate) fn new(file: impl Read + 'a, tap: Option<Tap<'a>>) -> Result<Self, StreamFault> {
        let packed = Rc::default();
        let mut file = Tapped {
            file,
            tap,
            taken: Rc::clone(&packed),
        };
        let mut head = Vec::with_capacity(GZIP.len());
        Read::take(&mut file, GZIP.len() as u64).read_to_end(&mut head)?;
        let gzip = head == GZIP;
        let whole = BufReader::with_capacity(CHUNK, Cursor::new(head).chain(file));
        let bytes: Box<dyn Read + 'a> = if gzip {
            Box::new(MultiGzDecoder::new(whole))
        } else {
            Box::new(whole)
        };
        Ok(Self {
            gzip,
            bytes,
            packed,
            given: 0,
        })
    }

    /// Reads until `bytes` holds `wanted` more, or up to the end; says whether the end was met.
    pub(crate) fn fill(&mut self, bytes: &mut Vec<u8>, wanted: usize) -> Result<bool, StreamFault> {
        let taken = Read::take(&mut self.bytes, wanted as u64).read_to_end(bytes);
        match taken {
            Ok(taken) => {
                self.given += taken as u64;
                if self.is_swollen() {
                    return Err(StreamFault::SwollenGzip);
                }
                Ok(taken < wanted)
            }
            Err(error) if !self.gzip => Err(error.into()),
            Err(error) => Err(match error.kind() {
                io::ErrorKind::UnexpectedEof => StreamFault::CutGzip,
                io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => StreamFault::BrokenGzip,
                _ => error.into(),
            }),
        }
    }

    /// A small file must not fill the memory: what repeats itself a hundredfold is no table.
    fn is_swollen(&self) -> bool {
        let allowed = self.packed.get().saturating_mul(ReadError::MOST_SWELLING);
        self.gzip && self.given > allowed.max(ReadError::FREELY_UNPACKED)
    }
}

struct Tapped<'a, R> {
    file: R,
    tap: Option<Tap<'a>>,
    taken: Rc<Cell<u64>>,
}

impl<R: Read> Read for Tapped<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let taken = self.file.read(buffer)?;
        self.taken.set(self.taken.get() + taken as u64);
        if let Some(tap) = &mut self.tap
            && taken > 0
        {
            tap(&buffer[..taken]);
        }
        Ok(taken)
    }
}
