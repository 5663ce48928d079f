use std::fmt;

use serde::{Deserialize, Serialize};

/// What means "missing" where a schema doesn't say: an empty cell, `NA` and `?`.
///
/// `-9` and its like are values unless they are declared.
pub const DEFAULT_MISSING: [&str; 3] = ["", "NA", "?"];

/// How the file that holds a table is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFormat {
    /// How bytes become letters.
    pub encoding: Encoding,
    /// What stands between two cells.
    pub delimiter: Delimiter,
    /// Whether the first record holds the names of the columns.
    pub header: Header,
    /// What happens when two columns have one name.
    pub duplicate_headers: DuplicateHeaders,
    /// The texts that mean "missing" in every column, compared after trimming.
    pub missing: Vec<String>,
}

impl Default for FileFormat {
    fn default() -> Self {
        Self {
            encoding: Encoding::Auto,
            delimiter: Delimiter::Auto,
            header: Header::Present,
            duplicate_headers: DuplicateHeaders::Refuse,
            missing: DEFAULT_MISSING.map(str::to_owned).to_vec(),
        }
    }
}

/// How the bytes of a file become letters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// By byte order mark, by where zero bytes stand, else by what decodes.
    #[default]
    Auto,
    /// UTF-8.
    #[serde(rename = "utf-8", alias = "utf8")]
    Utf8,
    /// GB18030, which contains GBK and GB2312.
    #[serde(alias = "gbk", alias = "gb2312")]
    Gb18030,
    /// UTF-16, low byte first.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// UTF-16, high byte first.
    #[serde(rename = "utf-16be")]
    Utf16Be,
}

impl Encoding {
    /// The name as a schema writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Utf8 => "utf-8",
            Self::Gb18030 => "gb18030",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What stands between two cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Delimiter {
    /// The one of the others that splits the first records most evenly.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    /// `,`
    #[serde(rename = ",", alias = "comma")]
    Comma,
    /// `;`
    #[serde(rename = ";", alias = "semicolon")]
    Semicolon,
    /// A tab.
    #[serde(rename = "tab", alias = "\t")]
    Tab,
    /// `|`
    #[serde(rename = "|", alias = "bar")]
    Bar,
}

impl Delimiter {
    /// Every delimiter but `Auto`, the most usual first.
    pub const KNOWN: [Self; 4] = [Self::Comma, Self::Tab, Self::Semicolon, Self::Bar];

    /// The byte in the file, comma for `Auto`.
    pub fn byte(self) -> u8 {
        match self {
            Self::Auto | Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Bar => b'|',
        }
    }

    /// The name as a schema writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Comma => ",",
            Self::Semicolon => ";",
            Self::Tab => "tab",
            Self::Bar => "|",
        }
    }
}

impl fmt::Display for Delimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether the first record of a file holds the names of the columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Header {
    /// It does; columns are found by name, whatever their order.
    #[default]
    Present,
    /// It holds a row already; the columns are those of the schema, in its order.
    Absent,
    /// It holds a row already; these are the names of all columns of the file, in its order.
    Named(Vec<String>),
}

/// What happens when two columns of a file have one name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DuplicateHeaders {
    /// The file is refused, naming both places.
    #[default]
    Refuse,
    /// The second `x` is called `x_2`, the third `x_3`.
    Number,
}

impl DuplicateHeaders {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Number => "number",
        }
    }
}
