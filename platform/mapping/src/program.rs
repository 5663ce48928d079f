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

    /// Finds it: the `named` one, else that beside the program `own`, else that in one of the
    /// `folders`.
    ///
    /// # Errors
    ///
    /// [`QueryError::NoProgram`], which lists where it was looked for; a named one is not replaced by
    /// another.
    pub fn find(
        named: Option<&Path>,
        own: Option<&Path>,
        folders: impl IntoIterator<Item = PathBuf>,
    ) -> Result<Self, QueryError> {
        let looked: Vec<PathBuf> = if let Some(named) = named {
            vec![named.to_owned()]
        } else {
            let beside = own.and_then(Path::parent).map(Path::to_owned);
            // A relative folder would lead wherever the caller happens to be.
            let folders = folders.into_iter().filter(|folder| folder.is_absolute());
            let folders = beside.into_iter().chain(folders);
            folders.map(|folder| folder.join(Self::NAME)).collect()
        };
        match looked.iter().find(|path| path.is_file()) {
            Some(path) => Ok(Self(path.clone())),
            None => Err(QueryError::NoProgram { looked }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_tells_where_it_was_looked_for() {
        let own = Path::new("/nowhere/bin/consilium");
        let search = ["/nowhere/a", "relative", "/nowhere/b"].map(PathBuf::from);
        let Err(QueryError::NoProgram { looked }) = Program::find(None, Some(own), search) else {
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
        let named = Program::find(Some(&here), None, []).unwrap();
        assert_eq!(named.path(), here);
        let missing = here.with_file_name("not-there");
        let found = Program::find(Some(&missing), Some(&here), []);
        assert!(matches!(found, Err(QueryError::NoProgram { looked }) if looked == [missing]));
    }
}
