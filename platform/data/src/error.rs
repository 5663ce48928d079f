use std::io;
use std::path::PathBuf;

use consilium_schema::{Encoding, Rows};

use crate::{Fields, Line, Refusal};

/// Why a file gives no table. Places are named, values are not.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file can't be opened, or is none.
    #[error("can't open {}: {kind}", path.display())]
    Open {
        /// The path.
        path: PathBuf,
        /// What the operating system says.
        kind: io::ErrorKind,
    },
    /// The file can't be read to its end.
    #[error("reading fails after line {line}: {kind}")]
    Io {
        /// The last line that was read, in part at least.
        line: Line,
        /// What the operating system says.
        kind: io::ErrorKind,
    },
    /// The file holds no letter.
    #[error("the file is empty")]
    Empty,
    /// The file holds a header and nothing else.
    #[error("the file holds a header and no rows")]
    HeaderOnly,
    /// The file is of another kind.
    #[error("this is {0}, not a table in text form")]
    Foreign(Foreign),
    /// A compressed file ends before its end mark.
    #[error("the gzip file is cut short: it breaks off in line {line}")]
    CutGzip {
        /// The line in which it breaks off.
        line: Line,
    },
    /// A compressed file fails its own checks.
    #[error("the gzip file is damaged, or something else follows it, after line {line}")]
    BrokenGzip {
        /// The last line that could be read.
        line: Line,
    },
    /// A compressed file becomes much larger than a table would.
    #[error(
        "the gzip file unpacks to more than {} MiB and {} times its size, up to line {line}",
        ReadError::FREELY_UNPACKED >> 20,
        ReadError::MOST_SWELLING
    )]
    SwollenGzip {
        /// The last line that was read.
        line: Line,
    },
    /// Some bytes are no letters in the file's encoding.
    #[error("line {line} is not {encoding}{}", if *declared { "" } else { ", as the text before it is" })]
    Undecodable {
        /// The line with the first such byte.
        line: Line,
        /// The encoding.
        encoding: Encoding,
        /// Whether the schema declares it; otherwise it was detected.
        declared: bool,
    },
    /// The file ends within a quoted cell.
    #[error("the quote opened in line {line} is never closed: the file may be cut short")]
    UnterminatedQuote {
        /// The line with the opening quote.
        line: Line,
    },
    /// A row is longer than [`ReadError::LONGEST_ROW`].
    #[error("the row that begins in line {line} is longer than {} MiB", ReadError::LONGEST_ROW >> 20)]
    RowTooLong {
        /// Where it begins.
        line: Line,
    },
    /// The first row has more than [`ReadError::MOST_COLUMNS`] cells.
    #[error(
        "the first row has {found} cells, {} are read at most",
        ReadError::MOST_COLUMNS
    )]
    TooManyColumns {
        /// Cells of the first row.
        found: Fields,
    },
    /// Declared columns are not in the header.
    #[error("the header lacks {}", columns.join(", "))]
    MissingColumns {
        /// Their names.
        columns: Vec<String>,
    },
    /// Two columns have one name.
    #[error("columns {first} and {second} are both called {name:?}")]
    DuplicateHeader {
        /// The name.
        name: String,
        /// The first column, counted from 1.
        first: usize,
        /// The second column, counted from 1.
        second: usize,
    },
    /// Without a header, the schema says how many columns there are.
    #[error("the first row has {found} cells, the schema names {expected} columns")]
    ColumnCount {
        /// Cells of the first row.
        found: Fields,
        /// Columns that the schema names.
        expected: Fields,
    },
    /// Two counts of the rows differ: rows would be lost silently.
    #[error("{counted} rows counted in the file, {parsed} parsed, up to line {line}")]
    CountMismatch {
        /// By the scanner that only looks for line ends.
        counted: Rows,
        /// By the parser.
        parsed: Rows,
        /// The last line.
        line: Line,
    },
    /// Rows are wrong.
    #[error(transparent)]
    Refused(#[from] Box<Refusal>),
}

impl ReadError {
    /// The most bytes that one row may have: 16 MiB.
    pub const LONGEST_ROW: u64 = 16 << 20;

    /// What any gzip file may unpack to: 64 MiB.
    pub const FREELY_UNPACKED: u64 = 64 << 20;

    /// How many times its own size a gzip file may unpack to beyond that.
    pub const MOST_SWELLING: u64 = 100;

    /// The most columns that a file may have.
    pub const MOST_COLUMNS: usize = 100_000;
}

/// A kind of file that is given by mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Foreign {
    /// `.xlsx`, or another zip archive.
    #[error("a zip archive, as .xlsx files are")]
    Zip,
    /// `.xls` and other old Office files.
    #[error("an old Office file, as .xls files are")]
    Office,
    /// Parquet.
    #[error("a Parquet file")]
    Parquet,
    /// PDF.
    #[error("a PDF")]
    Pdf,
    /// A compression that isn't read: zstd, xz, bzip2, or gzip twice.
    #[error("a compressed file of a kind that isn't read (only gzip is)")]
    Compressed,
}

impl Foreign {
    /// Recognises a kind of file by its first bytes.
    pub(crate) fn recognise(head: &[u8]) -> Option<Self> {
        const MAGICS: [(&[u8], Foreign); 9] = [
            (b"PK\x03\x04", Foreign::Zip),
            (b"PK\x05\x06", Foreign::Zip),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Foreign::Office),
            (b"PAR1", Foreign::Parquet),
            (b"%PDF-", Foreign::Pdf),
            (b"\x28\xb5\x2f\xfd", Foreign::Compressed),
            (b"\xfd7zXZ\x00", Foreign::Compressed),
            (b"BZh", Foreign::Compressed),
            (b"\x1f\x8b\x08", Foreign::Compressed),
        ];
        MAGICS
            .iter()
            .find(|(magic, _)| head.starts_with(magic))
            .map(|(_, kind)| *kind)
    }
}

/// What stops the stream below the parser; the line is added where it is known.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the stream broke")]
pub(crate) enum StreamFault {
    Io(io::ErrorKind),
    CutGzip,
    BrokenGzip,
    SwollenGzip,
    Foreign(Foreign),
    Undecodable { encoding: Encoding, declared: bool },
    RowTooLong,
}

impl StreamFault {
    pub(crate) fn at(self, line: Line) -> ReadError {
        match self {
            Self::Io(kind) => ReadError::Io { line, kind },
            Self::CutGzip => ReadError::CutGzip { line },
            Self::BrokenGzip => ReadError::BrokenGzip { line },
            Self::SwollenGzip => ReadError::SwollenGzip { line },
            Self::Foreign(kind) => ReadError::Foreign(kind),
            Self::Undecodable { encoding, declared } => ReadError::Undecodable {
                line,
                encoding,
                declared,
            },
            Self::RowTooLong => ReadError::RowTooLong { line },
        }
    }
}

impl From<StreamFault> for io::Error {
    fn from(fault: StreamFault) -> Self {
        Self::other(fault)
    }
}

impl From<io::Error> for StreamFault {
    fn from(error: io::Error) -> Self {
        let kind = error.kind();
        error.downcast().unwrap_or(Self::Io(kind))
    }
}
