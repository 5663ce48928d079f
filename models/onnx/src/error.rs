//! Models that ONNX can't hold.

/// Why a model has no form in ONNX.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotExportable {
    /// A column of the model is none that its preparation gives.
    Column,
    /// A tree is none: a child or a column is missing, or a node doesn't have exactly one parent
    /// before it.
    Tree,
    /// Columns, slopes and terms of missing values differ in number.
    Lengths,
    /// A number is infinite or none, or a leaf is too large for single precision.
    NotFinite,
}

impl std::fmt::Display for NotExportable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            NotExportable::Column => "a column of the model is none that its preparation gives",
            NotExportable::Lengths => "columns, slopes and missing terms differ in number",
            NotExportable::NotFinite => "a number of the model is not finite",
            NotExportable::Tree => "a tree's nodes don't make a tree",
        })
    }
}

impl std::error::Error for NotExportable {}
