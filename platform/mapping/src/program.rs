use std::path::{Path, PathBuf};

use crate::QueryError;

/// The program that runs queries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program(PathBuf);

impl Program {
    /// The program's name.
    pub const NAME: &str = "consilium-sql";

    /// The program at that path.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

/// Where the program may be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whereabouts {
    /// The program itself, where somebody has named it; then it is looked for nowhere else.
    pub named: Option<PathBuf>,
    /// The program that asks: it may lie beside it.
    pub own: Option<PathBuf>,
    /// Folders in which it may lie.
    pub folders: Vec<PathBuf>,
}

impl Whereabouts {
    /// Finds it: the named one, else that beside the own program, else that in one of the folders.
    ///
    /// # Errors
    ///
    /// [`QueryError::NoProgram`], which lists where it was looked for; a named one is not replaced by
    /// another.
    pub fn find(&self) -> Result<Program, QueryError> {
        let looked: Vec<PathBuf> = if let Some(named) = &self.named {
            vec![named.clone()]
        } else {
            let beside = self.own.as_deref().and_then(Path::parent);
            // A relative folder would lead wherever the caller happens to be.
            let folders = self.folders.iter().filter(|folder| folder.is_absolute());
            let folders = beside.into_iter().chain(folders.map(PathBuf::as_path));
            folders.map(|folder| folder.join(Program::NAME)).collect()
        };
        match looked.iter().find(|path| path.is_file()) {
            Some(path) => Ok(Program(path.clone())),
            None => Err(QueryError::NoProgram { looked }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_tells_where_it_was_looked_for() {
        let places = Whereabouts {
            own: Some("/nowhere/bin/consilium".into()),
            folders: ["/nowhere/a", "relative", "/nowhere/b"]
                .map(PathBuf::from)
                .into(),
            named: None,
        };
        let Err(QueryError::NoProgram { looked }) = places.find() else {
            panic!("it is not there");
        };
        let expected = ["/nowhere/bin", "/nowhere/a", "/nowhere/b"];
        assert_eq!(
            looked,
            expected.map(|it| Path::new(it).join("consilium-sql"))
        );
    }

    #[test]
    fn a_named_program_is_not_replaced_by_another() {
        let here = std::env::current_exe().unwrap();
        let named = |named: &Path| Whereabouts {
            named: Some(named.to_owned()),
            own: Some(here.clone()),
            folders: Vec::new(),
        };
        assert_eq!(named(&here).find().unwrap().path(), here);
        let missing = here.with_file_name("not-there");
        let found = named(&missing).find();
        assert!(matches!(found, Err(QueryError::NoProgram { looked }) if looked == [missing]));
    }
}
