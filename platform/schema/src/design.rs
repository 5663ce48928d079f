use crate::{Kind, Levels, Schema};

/// Why a column can't enter a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DesignError {
    /// The name is one of the table's.
    #[error("no column is called {column:?}")]
    NoSuchColumn {
        /// The wanted name.
        column: String,
    },
    /// Numbers, integers, booleans and categories can be features.
    #[error("column {column:?} is of type {kind}, which can't be a feature")]
    NotAFeature {
        /// The column.
        column: String,
        /// Its type.
        kind: &'static str,
    },
    /// All parties must code a category alike.
    #[error("column {column:?} is a category whose levels are not declared")]
    OpenLevels {
        /// The column.
        column: String,
    },
    /// A feature enters once.
    #[error("column {column:?} is asked for twice")]
    Twice {
        /// The column.
        column: String,
    },
}

impl Schema {
    /// Names the columns of the design matrix that `features` give, the same at every party.
    ///
    /// A category gives one 0/1 column for each level but the reference, called `name=level`.
    ///
    /// # Errors
    ///
    /// Names the first feature that can't enter a model.
    pub fn design_names(&self, features: &[&str]) -> Result<Vec<String>, DesignError> {
        let mut names = Vec::new();
        for (position, feature) in features.iter().enumerate() {
            let column = (*feature).to_owned();
            if features[..position].contains(feature) {
                return Err(DesignError::Twice { column });
            }
            let Some(declared) = self.column(feature) else {
                return Err(DesignError::NoSuchColumn { column });
            };
            match declared.kind() {
                Kind::Number(_) | Kind::Integer(_) | Kind::Boolean => names.push(column),
                Kind::Category(Levels::Open) => return Err(DesignError::OpenLevels { column }),
                Kind::Category(Levels::Closed {
                    levels, reference, ..
                }) => {
                    let others = levels.iter().enumerate().filter(|(at, _)| at != reference);
                    names.extend(others.map(|(_, level)| format!("{column}={}", level.name())));
                }
                kind => {
                    return Err(DesignError::NotAFeature {
                        column,
                        kind: kind.name(),
                    });
                }
            }
        }
        Ok(names)
    }
}
