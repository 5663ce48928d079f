//! What each role learns, in the words that a steward approves.

use std::borrow::Cow;

use consilium_lwe::{Set, noise::Leak};
use serde::Serialize;

use super::{
    agreement::{Agreement, Protections},
    attacked::attack_found,
};
use crate::RowSampling;

/// A part in a fit over split columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Who has the labels.
    LabelHolder,
    /// Each of those that bring other columns.
    FeatureHolder,
    /// Who carries their sealed messages.
    Relay,
    /// Nobody: what is not promised.
    Nobody,
}

/// One thing that one role learns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Disclosure<R = Role> {
    /// Who learns it.
    pub to: R,
    /// What, in English.
    pub learns: Cow<'static, str>,
    /// What, in Chinese.
    pub zh: Cow<'static, str>,
}

impl<R> Disclosure<R> {
    pub(crate) const fn of(to: R, learns: &'static str, zh: &'static str) -> Disclosure<R> {
        Disclosure {
            to,
            learns: Cow::Borrowed(learns),
            zh: Cow::Borrowed(zh),
        }
    }
}

/// Gives everything that the roles learn of a fit beside its messages' lengths and times.
pub fn disclosures(agreement: &Agreement) -> Vec<Disclosure> {
    let protections = agreement.terms().protections;
    let spec = agreement.terms().boosting.specification();
    let mut lines = vec![CANDIDATES];
    lines.push(if agreement.is_noisy() {
        NOISY_SUMS
    } else {
        SUMS
    });
    lines.extend(attack_found(&protections, spec.trees));
    if protections.sum_noise < 1.0 {
        lines.push(if protections.min_gap >= Protections::default().min_gap {
            DIFFERENCES
        } else {
            DIFFERENCES_OPEN
        });
    }
    if agreement.terms().set == Set::A {
        lines.push(flood(agreement));
    }
    lines.extend([SUPPRESSED, SIDES, NODES]);
    if protections.own_trees == 0 {
        lines.push(FIRST_TREE);
    }
    if spec.rows != RowSampling::All || spec.early_stopping.is_some() {
        lines.push(DRAWN);
    }
    if matches!(spec.rows, RowSampling::Goss { .. }) {
        lines.push(DRAWN_BY_LABELS);
    }
    lines.push(OWN_SPLITS);
    if agreement.is_noisy() {
        lines.push(LARGEST);
    }
    lines.extend([RELAY, LINKED, LIES, INVENTED]);
    lines
}

/// Gives everything that the roles learn of joint predictions beside their messages' lengths and
/// times.
pub fn prediction_disclosures() -> [Disclosure; 3] {
    [ALL_SIDES, ASKED, RELAY_PREDICTIONS]
}

pub(super) const fn line(to: Role, learns: &'static str, zh: &'static str) -> Disclosure {
    Disclosure::of(to, learns, zh)
}

const CANDIDATES: Disclosure = line(
    Role::LabelHolder,
    "of each feature holder: how many candidate splits its columns have together in each tree",
    "每个特征方：每棵树中其所有列合计的候选分裂数",
);

const SUMS: Disclosure = line(
    Role::LabelHolder,
    "for each node of at least the plan's rows, of each candidate split of each feature holder with \
     at least the plan's rows on either side: the exact sums of gradients and curvatures on one side, \
     without the column's name, hence nearly the table of labels by bins of each column; with many \
     trees it may find who is in which bin",
    "每个行数不少于方案规定的节点：各特征方每个两侧行数均不少于方案规定的候选分裂，其一侧梯度与曲率的精确之和（不含列名），\
     由此几乎可知每列的标签按分箱的列联表；树多时可能推出谁落在哪个分箱",
);

const NOISY_SUMS: Disclosure = line(
    Role::LabelHolder,
    "for each node of at least the plan's rows, of each candidate split of each feature holder with \
     at least the plan's rows on either side: the sums of gradients and curvatures on one side, with \
     the plan's noise, without the column's name, hence about the table of labels by bins of each \
     column; with very many trees it may find who is in which bin",
    "每个行数不少于方案规定的节点：各特征方每个两侧行数均不少于方案规定的候选分裂，其一侧梯度与曲率之和（含方案规定的噪声，不含列名），\
     由此大致可知每列的标签按分箱的列联表；树非常多时可能推出谁落在哪个分箱",
);

const DIFFERENCES: Disclosure = line(
    Role::LabelHolder,
    "by the difference of two sums: who is between the two splits, where these are few patients. \
     Between splits of one column lie none or at least min_gap; between splits of two columns that \
     say almost the same, or a split and one that was chosen in another node or tree, may lie a single \
     one. In a measured attack on nodes of 220 patients no group of one to three was found between \
     splits of one column; of two columns with a correlation of 0.999 every one was, 42 patients in \
     three nodes",
    "由两个和之差：当两个分裂之间只有少数患者时，得知他们是谁。同一列的分裂之间没有患者，或不少于 min_gap；\
     内容几乎相同的两列的分裂之间，或某分裂与另一节点或另一棵树中被选中的分裂之间，可能只有一名患者。\
     实测攻击（220 名患者的节点）在同一列的分裂之间未找出任何一至三名患者；对相关系数为 0.999 的两列则全部找出，三个节点中共 42 名",
);

const DIFFERENCES_OPEN: Disclosure = line(
    Role::LabelHolder,
    "by the difference of two sums: who is between the two splits, where these are few patients, and \
     who misses a value. This plan keeps back less of it than by default. In a measured attack on \
     three nodes of 220 patients with no min_gap, all one to three between splits were found: 17 \
     patients of 4 columns, 83 of 10, and 35 of 4 of which 1 % of values are missing",
    "由两个和之差：当两个分裂之间只有少数患者时，得知他们是谁，以及谁缺失某值。本方案对此的保留少于默认值。\
     实测攻击（三个 220 名患者的节点、不设 min_gap）找出了分裂之间全部的一至三名患者：4 列时 17 名，10 列时 83 名；\
     4 列且 1% 的值缺失时 35 名",
);

/// Says what the noise of encryption tells.
fn flood(agreement: &Agreement) -> Disclosure {
    let (most, is_agreed) = (agreement.most_stride(), agreement.terms().stride.is_some());
    let [en, zh] = told_by_noise(agreement.leak(most), (most, is_agreed));
    let learns = format!(
        "by the noise of encryption, with parameters \"a\", more of who is on a side than the sums tell: \
         {en}. Parameters \"b\" hide it"
    );
    let zh = format!("使用参数集 a 时，由加密噪声得知的多于和本身：{zh}。参数集 b 则将其隐藏");
    Disclosure {
        to: Role::LabelHolder,
        learns: learns.into(),
        zh: zh.into(),
    }
}

/// Says in both languages how much the noise of sums tells at most, with so many candidates to a
/// ciphertext: agreed on, or the most that there can be.
///
/// Stewards sign it, so that no number in it hangs on what was measured, or on rows that nobody has
/// counted yet.
pub(crate) fn told_by_noise(leak: Leak, (stride, is_agreed): (u32, bool)) -> [String; 2] {
    let right = 100.0 * leak.right_guesses();
    let rho = leak.rho;
    let shared = match stride {
        1 => "no two candidate splits share".to_owned(),
        stride => format!("{stride} candidate splits share"),
    };
    let [more, more_zh] = if is_agreed {
        Default::default()
    } else {
        [
            ", the most that can: how many do follows from the numbers of patients and candidate splits, \
             unless vertical.stride fixes it, and rho grows as their number",
            "，即上限：实际个数取决于患者数与候选分裂数，除非由 vertical.stride 固定；rho 按其个数增大",
        ]
    };
    [
        format!(
            "over the whole fit, a guess about a patient that is right half of the time without it is right \
             at most {right:.1} % of the time with it (rho = {rho:.1e}, docs/protocols/lwe-sums.md; a tree \
             that is begun again counts again), where {shared} a ciphertext{more}"
        ),
        format!(
            "在整个拟合中，关于某患者的猜测若无此噪声时对错各半，有此噪声时至多 {right:.1}% 正确\
             （rho = {rho:.1e}，见 docs/protocols/lwe-sums.md；重新开始的树另行计入），此时每个密文含 {stride} 个候选分裂{more_zh}"
        ),
    ]
}

const SUPPRESSED: Disclosure = line(
    Role::LabelHolder,
    "which candidate splits are kept back in a node that were told of above it, hence that few of \
     the node's or its sibling's rows are on one side, or none",
    "哪些在上层节点给出过的候选分裂在某节点被保留不给，由此可知该节点或其兄弟节点在某一侧的行数很少或为零",
);

const SIDES: Disclosure = line(
    Role::LabelHolder,
    "the side of each patient at each split by another party's column that the model has",
    "模型中每个按他方列进行的分裂处，每位患者落在哪一侧",
);

const NODES: Disclosure = line(
    Role::FeatureHolder,
    "the node of each patient in each tree that is grown together, as far down as it examines nodes, \
     hence the outcome of other parties' splits; patients of one node have like labels",
    "每棵共同生长的树中，在其参与检查的层次内，每位患者所在的节点，由此可知他方分裂的结果；同一节点的患者标签相近",
);

const FIRST_TREE: Disclosure = line(
    Role::FeatureHolder,
    "the nodes of the first tree, where labels show most clearly",
    "第一棵树的节点，其中标签的体现最为明显",
);

const DRAWN: Disclosure = line(
    Role::FeatureHolder,
    "which patients are drawn for each tree",
    "每棵树抽中了哪些患者",
);

const DRAWN_BY_LABELS: Disclosure = line(
    Role::FeatureHolder,
    "by which patients are drawn: those whose label is rare or badly predicted, since these are drawn \
     always. If one label in twenty is positive, top is 0.05 and other 0.1, and the positive ones stay \
     the worst predicted, a patient drawn for one tree is positive with 33 %, for each of two with \
     83 %, of three with 98 %",
    "由哪些患者被抽中：标签罕见或预测最差的患者，因为他们总被抽中。若每二十个标签有一个阳性、top 为 0.05、other 为 0.1，\
     且阳性患者一直预测最差，则被一棵树抽中的患者有 33% 为阳性，接连两棵树均被抽中者为 83%，三棵树者为 98%",
);

const OWN_SPLITS: Disclosure = line(
    Role::FeatureHolder,
    "which of its candidate splits the model has, at which nodes, and which side of each has the \
     greater sum of curvatures",
    "模型采用了自己的哪些候选分裂、位于哪些节点，以及每个分裂哪一侧的曲率之和较大",
);

const LARGEST: Disclosure = line(
    Role::FeatureHolder,
    "for each tree the largest gradient and curvature of a row, in the unit in which they are counted",
    "每棵树中单行梯度与曲率的最大值（以计数单位表示）",
);

const RELAY: Disclosure = line(
    Role::Relay,
    "sizes and times of sealed messages: the numbers of rows and candidate splits, and of nodes and \
     about their rows",
    "密封消息的大小和时间：行数、候选分裂数、节点数及其大致行数",
);

const LINKED: Disclosure = line(
    Role::Nobody,
    "is kept from linking a candidate split between a node and its children; and where all rows have \
     the same curvature (squared error, the first common tree), between trees too, unless rows are \
     drawn anew for each",
    "不承诺：无法防止在节点与其子节点之间关联同一候选分裂；若各行曲率相同（平方误差、首棵共同树），除非每棵树重新抽样，也可跨树关联",
);

const LIES: Disclosure = line(
    Role::Nobody,
    "is kept from bringing false gradients: a label holder that does can read on which side of all \
     splits told of each of tens of patients in every node is, hence in one run of tens of trees the \
     bins of thousands; and each further run lets it ask once more about one tree, whose noise, if \
     there is any, then cancels",
    "不承诺：无法防止标签方使用虚假梯度，由此可读出每个节点中数十名患者各落在所告知的全部分裂的哪一侧，\
     一次数十棵树的运行即可得知数千名患者的分箱；每多一次运行可就一棵树再问一次，其噪声（如有）随之抵消",
);

const INVENTED: Disclosure = line(
    Role::Nobody,
    "is kept from inventing columns: a feature holder that does learns by which of its splits are \
     chosen which sets of patients have like labels; min_side and min_node don't bind it",
    "不承诺：无法防止特征方虚构列，由其哪些分裂被选中可知哪些患者集合的标签相近；min_side 与 min_node 对其不起作用",
);

const ALL_SIDES: Disclosure = line(
    Role::LabelHolder,
    "the side of each row asked for at every split of every feature holder, whether its prediction \
     depends on it or not",
    "所询问的每一行在各特征方每个分裂处落在哪一侧，无论其预测是否用到",
);

const ASKED: Disclosure = line(
    Role::FeatureHolder,
    "how many rows are predicted, and which; neither predictions nor leaves",
    "预测了多少行、哪些行；不知预测值和叶节点",
);

const RELAY_PREDICTIONS: Disclosure = line(
    Role::Relay,
    "sizes and times of sealed messages: the numbers of rows and splits",
    "密封消息的大小和时间：行数和分裂数",
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vertical::{Price, Terms};

    #[test]
    fn every_line_is_in_both_languages() {
        let lines = [
            CANDIDATES,
            SUMS,
            NOISY_SUMS,
            DIFFERENCES,
            DIFFERENCES_OPEN,
            SUPPRESSED,
            SIDES,
            NODES,
            FIRST_TREE,
            DRAWN,
            DRAWN_BY_LABELS,
            OWN_SPLITS,
            LARGEST,
            RELAY,
            LINKED,
            LIES,
            INVENTED,
            ALL_SIDES,
            ASKED,
            RELAY_PREDICTIONS,
        ];
        for line in lines {
            assert!(
                line.learns.is_ascii() && !line.zh.is_ascii(),
                "{}",
                line.learns
            );
        }
    }

    fn terms() -> Terms {
        let terms = serde_json::json!({
            "boosting": {"objective": "logistic"},
            "rows": 1000,
            "label_holder": "insurer",
            "label_holder_columns": 3,
            "feature_holders": [{"party": "hospital", "columns": 5}],
        });
        serde_json::from_value(terms).unwrap()
    }

    #[test]
    fn noise_tells_more_of_more_trees_and_next_to_nothing_with_set_b() {
        let leak = |trees: u32, set| {
            let mut terms = terms();
            let boosting = serde_json::json!({"objective": "logistic", "trees": trees});
            terms.boosting = serde_json::from_value(boosting).unwrap();
            (terms.set, terms.stride) = (set, Some(8));
            Agreement::try_from(terms).unwrap().leak(8)
        };
        let told = |trees, set| leak(trees, set).total_variation();
        assert!(told(10, Set::A) < told(100, Set::A));
        assert!(told(100, Set::B) < (-40f64).exp2());
        // ρ = 2·T·L²·C·r·V/(2σ_f²), by the page.
        let rho = 2.0 * 99.0 * 36.0 * (5.0 * 508.0) * (-25.5f64).exp2();
        let shown = leak(100, Set::A).rho;
        assert!((shown / rho - 1.0).abs() < 0.05, "{shown} {rho}");
    }

    #[test]
    fn noise_tells_less_of_gradients_of_a_few_bits_unless_sums_have_noise_of_their_own() {
        let leak = |bits: Option<u8>, sum_noise| {
            let mut terms = terms();
            let boosting = serde_json::json!({"objective": "logistic", "gradient_bits": bits});
            terms.boosting = serde_json::from_value(boosting).unwrap();
            (terms.stride, terms.protections.sum_noise) = (Some(8), sum_noise);
            Agreement::try_from(terms).unwrap().leak(8).rho
        };
        // Sums of curvatures over 1,000 rows of 8 quanta have 13 bits, not 29.
        let less = leak(None, 0.0) / leak(Some(4), 0.0);
        assert_eq!(less.to_bits(), 2_f64.powi(2 * 16).to_bits());
        assert_eq!(leak(None, 1.0).to_bits(), leak(Some(4), 1.0).to_bits());
    }

    #[test]
    fn what_is_said_of_noise_bounds_every_number_of_rows_and_hangs_on_nothing_measured() {
        let mut terms = terms();
        terms.stride = None;
        let agreement = |rows, price| {
            let terms = Terms {
                rows,
                price,
                ..terms.clone()
            };
            Agreement::try_from(terms).unwrap()
        };
        let said = agreement(1_000_000, Price::default());
        let bound = said.leak(said.most_stride());
        for rows in [20, 200, 3_000, 40_000, 500_000, 1_000_000] {
            let (stride, leak) = agreement(rows, Price::default()).expected_leak();
            assert!(stride <= said.most_stride() && leak <= bound, "{rows}");
        }
        let dear = agreement(
            1_000_000,
            Price {
                bytes_a_second: 1e4,
            },
        );
        assert_ne!(dear.stride(), said.stride());
        assert_eq!(disclosures(&dear), disclosures(&said));
    }

    #[test]
    fn how_much_noise_tells_is_said_in_numbers() {
        let leak = Leak { rho: 0.02 };
        let [en, zh] = told_by_noise(leak, (3, true));
        assert!(
            en.contains("at most 55.0 % of the time with it (rho = 2.0e-2"),
            "{en}"
        );
        assert!(zh.contains("至多 55.0% 正确（rho = 2.0e-2"), "{zh}");
        assert!(
            en.ends_with("where 3 candidate splits share a ciphertext"),
            "{en}"
        );
        let [en, _] = told_by_noise(leak, (1, true));
        assert!(
            en.ends_with("where no two candidate splits share a ciphertext"),
            "{en}"
        );
        let [en, zh] = told_by_noise(leak, (3, false));
        assert!(en.contains("the most that can") && zh.contains("即上限"));
    }

    #[test]
    fn what_a_study_leaves_out_is_not_said_of_it() {
        let mut terms = terms();
        let lines = |terms: &Terms| disclosures(&Agreement::try_from(terms.clone()).unwrap());
        let is_flood = |line: &Disclosure| line.learns.contains("noise of encryption");
        assert!(lines(&terms).iter().any(is_flood));
        for line in [SUMS, DIFFERENCES] {
            assert!(lines(&terms).contains(&line));
        }
        for line in [NOISY_SUMS, FIRST_TREE, DRAWN, DRAWN_BY_LABELS, LARGEST] {
            assert!(!lines(&terms).contains(&line));
        }
        terms.protections.min_gap = 9;
        assert!(lines(&terms).contains(&DIFFERENCES_OPEN));
        let boosting = serde_json::json!({
            "objective": "logistic",
            "rows": {"goss": {"top": 0.05, "other": 0.1}},
        });
        terms.boosting = serde_json::from_value(boosting).unwrap();
        assert!(lines(&terms).contains(&DRAWN_BY_LABELS));
        terms.set = Set::B;
        assert!(!lines(&terms).iter().any(is_flood));
        terms.protections.sum_noise = 1.0;
        terms.protections.own_trees = 0;
        assert!(!lines(&terms).contains(&SUMS));
        for line in [NOISY_SUMS, FIRST_TREE, LARGEST] {
            assert!(lines(&terms).contains(&line));
        }
    }
}
