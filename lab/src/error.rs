//! What can be wrong with an experiment, and where.

mod chinese;
mod fault;
mod words;

use std::{
    fmt::{self, Display, Formatter},
    path::{Path, PathBuf},
};

use consilium_mailbox::Fault;
use consilium_plan::Lang;
use consilium_schema::TextPlace;

pub use fault::{LabFault, Part};

pub(crate) use fault::plan_message;
pub(crate) use words::of_parser;

/// Why there is no experiment: the file, the place in it, and what is wrong there.
#[derive(Debug)]
pub struct LabError {
    /// The file: the experiment's, or one that it names.
    pub file: PathBuf,
    /// Where in the file; none where the file as a whole is wrong.
    pub place: Option<TextPlace>,
    /// What is wrong.
    pub fault: Box<LabFault>,
}

impl LabError {
    /// Blames a whole file.
    pub(crate) fn of_file(file: &Path, fault: impl Into<LabFault>) -> LabError {
        LabError {
            file: file.to_owned(),
            place: None,
            fault: Box::new(fault.into()),
        }
    }

    /// Says whose fault it is: of whoever wrote the experiment, or gave the files.
    pub fn fault(&self) -> Fault {
        Fault::Input
    }

    /// Says it in a language. What comes from a plan, a schema or a table is in English.
    pub fn say(&self, lang: Lang) -> String {
        let file = self.file.display();
        let fault = match lang {
            Lang::En => self.fault.to_string(),
            Lang::Zh => self.fault.in_chinese(),
        };
        match (lang, self.place) {
            (Lang::En, None) => format!("{file}: {fault}"),
            (Lang::En, Some(place)) => format!("{file}: {place}: {fault}"),
            (Lang::Zh, None) => format!("{file}：{fault}"),
            (Lang::Zh, Some(TextPlace { line, column })) => {
                format!("{file}：第 {line} 行第 {column} 列：{fault}")
            }
        }
    }
}

impl Display for LabError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Lang::En))
    }
}

impl std::error::Error for LabError {}
