//! What an institution means by its columns.

use consilium_base::{Digest, Tagged};
use consilium_schema::{Codes, Column, Told};

/// What an institution means by the columns that it brings to a study.
///
/// # Security
///
/// Its hashes are not keyed, and what they are of can be guessed: it does not leave the house. What leaves is
/// made of it by [`prove`](crate::prove).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    pub(crate) items: Vec<Item>,
}

/// What is meant by one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) column: String,
    pub(crate) told: Told,
    /// Of all that the column's meaning is, ranges and levels too.
    pub(crate) meaning: Digest,
    pub(crate) table: Option<Table>,
}

/// The table of codes that an institution holds a column's values against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Which.
    pub codes: Codes,
    /// The hash of what it says.
    pub contents: Digest,
}

impl Contract {
    /// Says what columns mean, in the order in which the plan names them; none has a table.
    pub fn of<'a>(columns: impl IntoIterator<Item = &'a Column>) -> Contract {
        let item = |column: &Column| {
            let meaning = Tagged::new("contract.1.meaning").field(column.meaning().as_bytes());
            Item {
                column: column.name().to_owned(),
                told: column.told(),
                meaning: meaning.digest(),
                table: None,
            }
        };
        Contract {
            items: columns.into_iter().map(item).collect(),
        }
    }

    /// Says against which table the values of a column are held; of a column that is none of these nothing.
    #[must_use]
    pub fn with_table(mut self, column: &str, table: Table) -> Contract {
        let mut items = self.items.iter_mut();
        if let Some(item) = items.find(|item| item.column == column) {
            item.table = Some(table);
        }
        self
    }

    /// Hashes all of it.
    pub fn hash(&self) -> Digest {
        let hash = Tagged::new("contract.1.hash");
        let items = self.items.iter();
        let hash = items.fold(hash, |hash, item| {
            let table = item.table.as_ref().map(Table::hash).unwrap_or_default();
            hash.field(&item.meaning).field(&table)
        });
        hash.digest()
    }
}

impl Table {
    fn hash(&self) -> Digest {
        let version = self.codes.version().unwrap_or_default();
        Tagged::new("contract.1.table")
            .field(self.codes.system().as_bytes())
            .field(version.as_bytes())
            .field(&self.contents)
            .digest()
    }
}
