//! Files that say which rows serve for fitting and which for testing.

use std::{collections::HashMap, path::Path, sync::LazyLock};

use consilium_data::{ReadError, Reading, Values};
use consilium_schema::Schema;

/// What a row serves for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The model is fitted to it.
    Fitting,
    /// The model is measured on it.
    Testing,
}

/// What each row serves for, by its number in the data file, counted from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Split(HashMap<usize, Purpose>);

impl Split {
    pub(crate) fn of(&self, row: usize) -> Option<Purpose> {
        self.0.get(&row).copied()
    }
}

/// Why a file is no split.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadSplit {
    #[error(transparent)]
    Rows(#[from] ReadError),
    /// A row is named twice.
    #[error("row {row} is named twice")]
    Twice { row: usize },
    /// A cell is empty.
    #[error("a line names no row, or no purpose")]
    Incomplete,
}

impl BadSplit {
    /// Says it in Chinese.
    pub(super) fn in_chinese(&self) -> String {
        match self {
            BadSplit::Rows(ReadError::Refused(refusal)) => match refusal.issues.first() {
                Some(issue) => format!("第 {} 行有误", issue.place.line),
                None => "有的行有误".to_owned(),
            },
            BadSplit::Rows(ReadError::MissingColumns { columns }) => {
                format!("表头缺少：{}", columns.join("、"))
            }
            BadSplit::Rows(error) => error.in_chinese(),
            BadSplit::Twice { row } => format!("数据第 {row} 行出现两次"),
            BadSplit::Incomplete => "有一行缺少行号或用途".to_owned(),
        }
    }
}

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let columns = "[[column]]\nname = \"row\"\ntype = \"integer\"\nmin = 1\n\
                   [[column]]\nname = \"split\"\ntype = \"category\"\nlevels = [\"train\", \"test\"]\n";
    Schema::from_toml(columns).expect("it is a schema")
});

/// Reads a table with the columns `row` and `split`, showing `tap` its bytes.
pub(super) fn read(path: &Path, tap: &mut dyn FnMut(&[u8])) -> Result<Split, BadSplit> {
    let table = Reading::new(&SCHEMA).tap(tap).file(path)?.table;
    let column = |name| table.column(name).map(|column| &column.values);
    let (Some(Values::Numbers(rows)), Some(Values::Categories(purposes))) =
        (column("row"), column("split"))
    else {
        return Err(BadSplit::Incomplete);
    };
    let mut split = Split::default();
    for place in 0..table.rows() {
        let (Some(row), Some(purpose)) = (rows.get(place), purposes.get(place)) else {
            return Err(BadSplit::Incomplete);
        };
        let purpose = match purposes.levels().get(purpose).map(String::as_str) {
            Some("test") => Purpose::Testing,
            _ => Purpose::Fitting,
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the schema takes whole numbers from 1 to 2^53"
        )]
        let row = row as usize;
        if split.0.insert(row, purpose).is_some() {
            return Err(BadSplit::Twice { row });
        }
    }
    Ok(split)
}
