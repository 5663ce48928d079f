//! Which columns a model goes by.

use crate::Model;

/// What a model's splits on one column add up to.
#[derive(Clone, Debug, PartialEq)]
pub struct Importance {
    /// The column's name.
    pub column: String,
    /// Σ gain of its splits.
    pub gain: f64,
    /// How many they are.
    pub splits: u64,
    /// Σ cover of the nodes they split.
    pub cover: f64,
}

impl Model {
    /// Gives what the splits on each column add up to, by falling gain; columns without splits are
    /// last, in their order.
    pub fn importance(&self) -> Vec<Importance> {
        let none = |column: &String| Importance {
            column: column.clone(),
            gain: 0.0,
            splits: 0,
            cover: 0.0,
        };
        let mut all: Vec<Importance> = self.columns().iter().map(none).collect();
        for tree in self.trees() {
            for (_, branch) in tree.branches() {
                let importance = &mut all[branch.choice.column as usize];
                importance.gain += branch.gain;
                importance.splits += 1;
                importance.cover += branch.cover;
            }
        }
        all.sort_by(|a, b| b.gain.total_cmp(&a.gain));
        all
    }
}
