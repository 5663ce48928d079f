//! What of a plan may be varied.

use consilium_plan::{Lang, Phase};

/// The longest path, in bytes, that may be a knob's with a slip in it.
const LONGEST_SLIP: usize = 200;

/// A key of a plan whose value trades accuracy for efficiency.
///
/// Its default is the plan's own and is not repeated here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knob {
    /// Where it stands in a plan, as in `trees.bins`.
    pub path: &'static str,
    en: &'static str,
    zh: &'static str,
    /// Values to begin with, a list in TOML; `PARTY` stands for a contributor, and `OTHER` for another.
    values: &'static str,
    /// Knobs without which it has no meaning, each with a value.
    beside: &'static [(&'static str, &'static str)],
}

/// A surrogate of the likelihood, beside knobs that say how it is made.
const SURROGATE: &[(&str, &str)] = &[("model.method", "[\"surrogate\"]"), LEAD];
const LEAD: (&str, &str) = ("model.lead", "[\"PARTY\"]");

impl Knob {
    /// Finds a knob by its path.
    pub fn find(path: &str) -> Option<&'static Knob> {
        KNOBS.iter().find(|knob| knob.path == path)
    }

    /// Says in a sentence what it approximates.
    pub fn meaning(&self, lang: Lang) -> &'static str {
        lang.pick(self.en, self.zh)
    }

    /// Gives values to begin with, and those of knobs without which it has no meaning: each with its
    /// path, as a list in TOML.
    pub(crate) fn example(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        [(self.path, self.values)]
            .into_iter()
            .chain(self.beside.iter().copied())
    }

    /// Says whether it is what daemons refuse: that takes an experiment with `mode = "simulated"`.
    pub(crate) fn is_simulated_only(&self) -> bool {
        matches!(self.path, "model.method" | "model.noise")
    }

    /// Gives the phase of a plan whose model it shapes: that of averaging for how models are averaged,
    /// which a plan does for comparison beside its own fit.
    pub fn phase(&self) -> Phase {
        match self.path {
            "comparison.fedavg" => Phase::Fedavg,
            "comparison.fedprox" => Phase::Fedprox,
            _ => Phase::Fit,
        }
    }

    /// Gives the paths among knobs that somebody who wrote `path` may have meant, the most similar
    /// first.
    pub(crate) fn near(path: &str, among: &[&'static Knob]) -> Vec<&'static str> {
        // Comparing takes time by the length, and whatever is this long is no slip.
        if path.len() > LONGEST_SLIP {
            return Vec::new();
        }
        let name = |path: &str| path.rsplit('.').next().map(str::to_owned);
        let mut found: Vec<(usize, &str)> = among
            .iter()
            .filter_map(|knob| {
                let apart = distance(path, knob.path);
                let is_near = 3 * apart <= path.chars().count().max(6);
                // The right name under the wrong table is near, however different the tables are.
                (is_near || name(path) == name(knob.path)).then_some((apart, knob.path))
            })
            .collect();
        found.sort_unstable();
        let paths = found.into_iter().map(|(_, path)| path);
        paths.take(3).collect()
    }
}

macro_rules! knobs {
    ($($path:literal: $en:literal, $zh:literal, $values:literal, $beside:expr;)+) => {
        /// All knobs there are.
        pub const KNOBS: &[Knob] = &[$(Knob {
            path: $path,
            en: $en,
            zh: $zh,
            values: $values,
            beside: $beside,
        }),+];
    };
}

knobs! {
    "comparison.fedavg": "models trained at home and averaged, in the place of Newton's steps", "各方本地训练后取平均，代替牛顿法",
        "[{ rounds = 20 }, { rounds = 50, epochs = 1 }]", &[];
    "comparison.fedprox": "the same, each drawn to the common model", "同上，并向共同模型靠拢",
        "[{ rounds = 20, proximal = 0.1 }]", &[];
    "model.lead": "whose own likelihood a surrogate is made of", "替代似然以哪一方自己的似然为基础",
        "[\"OTHER\"]", &[("model.method", "[\"surrogate\"]")];
    "model.method": "a surrogate of the likelihood, of one party's rows and the gradients of all", "以一方的行与各方梯度构成的替代似然代替完整似然",
        "[\"surrogate\"]", &[LEAD];
    "model.noise": "sums with noise, so that they tell little of any one row", "和中加入噪声，使其对任一行透露有限",
        "[{ epsilon = 8.0, delta = 1e-5, clip = 3.0 }]", &[("model.steps", "[4]")];
    "model.order": "the derivatives of the likelihood that a surrogate takes over from all", "替代似然取自各方的导数阶数",
        "[1]", SURROGATE;
    "model.penalty": "a ridge penalty in the place of the plan's", "以另一岭惩罚系数代替方案所定",
        "[0.1, 1.0]", &[];
    "model.rounds": "how often a surrogate is made anew", "替代似然重新构造的次数",
        "[2]", SURROGATE;
    "model.steps": "fewer steps of Newton's method than it takes to converge", "牛顿法步数少于收敛所需",
        "[1, 2, 3]", &[];
    "protection.bits": "sums in elements of fewer bits, rounded more coarsely", "求和元素位数更少，舍入更粗",
        "[40, 48, 56]", &[];
    "trees.bins": "columns cut into fewer bins, so that fewer splits are tried", "各列分箱更少，尝试的分裂更少",
        "[32, 64]", &[];
    "trees.column_share": "each tree grows on a drawn share of the columns", "每棵树只用随机抽取的一部分列",
        "[0.5]", &[];
    "trees.early_stopping": "the fit ends once a held-out share of the rows gains no more", "留出部分行的损失不再下降即停止",
        "[{ share = 0.1, patience = 5 }]", &[];
    "trees.gradient_bits": "gradients rounded at random to few bits", "梯度随机舍入为少数几位",
        "[3, 8]", &[];
    "trees.growth": "trees of another depth, or of so many leaves", "以其他深度或叶子数生长树",
        "[{ depth-wise = { depth = 3 } }, { leaf-wise = { leaves = 8 } }]", &[];
    "trees.learning_curve": "losses known after the last tree alone: a sum less for each tree", "只在最后一棵树之后计算损失：每棵树少一次求和",
        "[false]", &[];
    "trees.learning_rate": "longer or shorter steps, for fewer or more trees", "步长不同，所需树数随之增减",
        "[0.2, 0.3]", &[];
    "trees.min_node": "small nodes are not split", "较小的节点不再分裂",
        "[50, 200]", &[];
    "trees.rows": "each tree grows on drawn rows, at random or by the size of their gradients", "每棵树只用抽取的行：随机或按梯度大小",
        "[{ share = 0.5 }, { goss = { top = 0.2, other = 0.1 } }]", &[];
    "trees.trees": "fewer trees", "树更少",
        "[10, 25, 50]", &[];
    "vertical.first_tree": "whether the first tree grows on the label holder's columns alone", "首棵树是否只用标签方的列生长",
        "[\"own\", \"joint\"]", &[];
    "vertical.min_gap": "candidates that differ by few rows keep their sums back", "相邻候选相差行数过少者不返回其和",
        "[20, 50]", &[];
    "vertical.min_node": "feature holders don't examine small nodes", "特征方不检查较小的节点",
        "[200, 400]", &[];
    "vertical.min_side": "candidates with few rows on a side keep their sums back", "一侧行数过少的候选不返回其和",
        "[50, 100]", &[];
    "vertical.own_trees": "how many trees, the first ones, grow on the label holder's columns alone", "最前面若干棵树只用标签方的列生长",
        "[2, 10]", &[];
    "vertical.parameters": "another set of parameters of the encryption", "加密采用另一组参数",
        "[\"a\", \"b\"]", &[];
    "vertical.stride": "how many candidates share a ciphertext", "共用一个密文的候选个数",
        "[1, 2, 4]", &[];
    "vertical.sum_noise": "sums carry noise", "和中加入噪声",
        "[0.5, 1.0]", &[];
}

/// Counts the letters that must be put in, left out, or replaced to make one text of the other
/// (Levenshtein, Soviet Physics Doklady 1966).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (place, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = place + 1;
        for (column, against) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *against);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn who_mistypes_a_knob_is_told_which_there_are() {
        let all: Vec<&Knob> = KNOBS.iter().collect();
        let near = |path: &str| Knob::near(path, &all);
        assert_eq!(near("trees.bin"), ["trees.bins"]);
        assert_eq!(
            near("tree.learning-rate"),
            ["trees.learning_rate", "trees.learning_curve"]
        );
        assert_eq!(
            near("hybrid.min_node"),
            ["trees.min_node", "vertical.min_node"]
        );
        for path in ["limits.runs", &("x".repeat(4 << 20) + ".bins")] {
            assert_eq!(near(path), Vec::<&str>::new());
        }
    }

    #[test]
    fn knobs_are_in_alphabetical_order_and_each_is_there_once() {
        assert!(KNOBS.is_sorted_by(|one, next| one.path < next.path));
    }

    proptest! {
        #[test]
        fn distances_are_those_of_a_metric(
            a in "[abc]{0,6}", b in "[abc]{0,6}", c in "[abc]{0,6}",
        ) {
            prop_assert_eq!(distance(&a, &b) == 0, a == b);
            prop_assert_eq!(distance(&a, &b), distance(&b, &a));
            prop_assert!(distance(&a, &c) <= distance(&a, &b) + distance(&b, &c));
        }
    }
}
