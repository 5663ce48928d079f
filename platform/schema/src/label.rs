use serde::{Deserialize, Serialize};

/// What a model predicts, as it is typed: `{ column = "num", positive_above = 0 }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table such as { column = \"NAME\" }"
)]
pub struct RawLabel {
    /// Required.
    pub column: String,
    /// The label is 1 where the number is greater than this, else 0.
    pub positive_above: Option<f64>,
    /// The label is 1 where the cell is this level, else 0.
    pub equals: Option<String>,
}

/// What a model predicts.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// The column it is made from.
    pub column: String,
    /// How.
    pub rule: LabelRule,
}

/// How a label is made from a cell; a missing cell gives no label.
#[derive(Debug, Clone, PartialEq)]
pub enum LabelRule {
    /// The number itself; 1 and 0 for a boolean.
    Value,
    /// 1 where the number is greater, else 0.
    Above(f64),
    /// 1 where the cell is this level of a category, else 0.
    Equals(String),
}

/// Why a text is no label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LabelError {
    /// One rule, not two.
    #[error("a label has either positive_above or equals, not both")]
    TwoRules,
    /// A threshold is a number.
    #[error("positive_above must be finite")]
    NotFinite,
}

impl TryFrom<RawLabel> for Label {
    type Error = LabelError;

    fn try_from(raw: RawLabel) -> Result<Self, LabelError> {
        let rule = match (raw.positive_above, raw.equals) {
            (Some(_), Some(_)) => return Err(LabelError::TwoRules),
            (Some(above), None) if !above.is_finite() => return Err(LabelError::NotFinite),
            (Some(above), None) => LabelRule::Above(above),
            (None, Some(level)) => LabelRule::Equals(level),
            (None, None) => LabelRule::Value,
        };
        Ok(Self {
            column: raw.column,
            rule,
        })
    }
}
