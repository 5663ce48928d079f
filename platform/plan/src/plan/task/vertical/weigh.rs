//! Weights of evidence where one party has the labels and others have columns of the same people.

use consilium_schema::Label;

/// How columns are held against labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Weigh {
    /// What they are held against: yes or no.
    pub label: Label,
    /// Into how many bins of about as many rows each holder cuts its numbers, at most; a power of two.
    pub bins: u16,
}

impl Weigh {
    /// The bins of a number where the plan says nothing.
    pub const USUAL_BINS: u16 = 8;
    /// The most bins of a number.
    pub const MOST_BINS: u16 = 32;
}
