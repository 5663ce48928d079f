//! What the demo's studies are called.

use consilium_plan::Lang;

/// A study of the demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Study {
    /// Statistics over the features of all three.
    Statistics,
    /// The same, had one left its amounts in cents, and called them dollars.
    Mistaken,
    /// A model over all three.
    Training,
    /// Statistics where one declares its amounts in cents: it does not begin.
    Cents,
}

impl Study {
    /// What folders and data sets of it are called, and programs read.
    pub(super) const fn folder(self) -> &'static str {
        match self {
            Study::Statistics => "statistics",
            Study::Mistaken => "mistaken",
            Study::Training => "training",
            Study::Cents => "cents",
        }
    }

    /// What people read.
    pub(super) fn name(self, lang: Lang) -> &'static str {
        match self {
            Study::Statistics => lang.pick("statistics", "统计"),
            Study::Mistaken => lang.pick("cents left undeclared", "美分未声明"),
            Study::Training => lang.pick("training", "训练"),
            Study::Cents => lang.pick("cents declared", "声明为美分"),
        }
    }
}
