//! What each role learns, in the words that a steward approves.

use serde::Serialize;

use super::agreement::Agreement;
use crate::{
    RowSampling,
    vertical::{self, Protections, attack_found, disclosure::told_by_noise},
};

/// A part in a fit between a label holder and hospitals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Who has the labels.
    LabelHolder,
    /// Each of those that share a schema.
    Hospital,
    /// Each of those that bring columns of all rows.
    FeatureHolder,
    /// Who adds up counts.
    Coordinator,
    /// Who carries their sealed messages.
    Relay,
    /// Nobody: what is not promised.
    Nobody,
}

impl Role {
    fn of(role: vertical::Role) -> Role {
        match role {
            vertical::Role::LabelHolder => Role::LabelHolder,
            vertical::Role::FeatureHolder => Role::FeatureHolder,
            vertical::Role::Relay => Role::Relay,
            vertical::Role::Nobody => Role::Nobody,
        }
    }
}

/// One thing that one role learns.
pub type Disclosure = vertical::Disclosure<Role>;

/// Gives everything that the roles learn of a fit beside its messages' lengths and times.
pub fn disclosures(agreement: &Agreement) -> Vec<Disclosure> {
    let terms = agreement.terms();
    let spec = terms.boosting.specification();
    let mut lines = vec![CANDIDATES, SUMS, GAPS];
    if !agreement.hides_hospitals() {
        lines.push(SINGLE);
    }
    // The hospitals' candidates are not kept apart.
    let protections = Protections {
        min_gap: 0,
        ..terms.protections
    };
    let found = attack_found(&protections, spec.trees);
    lines.extend(found.into_iter().map(of_whole));
    lines.extend([flood(agreement), SUPPRESSED, SIDES, NODES]);
    if terms.protections.own_trees == 0 {
        lines.push(FIRST_TREE);
    }
    if spec.rows != RowSampling::All || spec.early_stopping.is_some() {
        lines.push(DRAWN);
    }
    lines.extend([TOTAL, CUTS, ENOUGH, OWN_SPLITS, CELLS, COUNTS, RELAY]);
    lines.push(if terms.repeated_patients {
        REPEATED
    } else {
        UNREPEATED
    });
    lines.extend([LINKED, COLLUDING, LIES]);
    if !terms.feature_holders.is_empty() {
        for further in vertical::disclosures(agreement.whole()) {
            let further = of_whole(further);
            if !lines.contains(&further) {
                lines.push(further);
            }
        }
    }
    lines
}

/// What is learnt of the whole as if the group were one feature holder.
fn of_whole(line: vertical::Disclosure) -> Disclosure {
    Disclosure {
        to: Role::of(line.to),
        learns: line.learns,
        zh: line.zh,
    }
}

const fn line(to: Role, learns: &'static str, zh: &'static str) -> Disclosure {
    Disclosure::of(to, learns, zh)
}

const CANDIDATES: Disclosure = line(
    Role::LabelHolder,
    "how many candidate splits the hospitals' columns have together in each tree",
    "每棵树中各医院共有各列合计的候选分裂数",
);

const SUMS: Disclosure = line(
    Role::LabelHolder,
    "for all hospitals together, for each node of at least the plan's rows, of each candidate split with \
     at least the plan's rows, of at least the plan's number of hospitals, on either side: the exact \
     sums of gradients and curvatures on one side, without the column's name, hence nearly the table \
     of labels by bins of each column, in which a bin, or those that miss a value, may be rows of a \
     single hospital; with many trees it may find who is in which bin",
    "所有医院合计：每个行数不少于方案规定的节点中，每个两侧行数及有行的医院数均不少于方案规定的候选分裂，\
     其一侧梯度与曲率的精确之和（不含列名），由此几乎可知每列的标签按分箱的列联表，其中某个分箱或缺失值的行可能仅属于单家医院；\
     树多时可能推出谁落在哪个分箱",
);

const GAPS: Disclosure = line(
    Role::LabelHolder,
    "by the difference of two such sums: who is between the two splits, where these are few patients, and \
     who misses a value. Over the hospitals' rows nothing keeps that back: min_gap holds for a feature \
     holder's columns only",
    "由两个这样的和之差：当两个分裂之间只有少数患者时，得知他们是谁，以及谁缺失某值。对各医院的行没有任何保留：\
     min_gap 仅适用于特征方的列",
);

const SINGLE: Disclosure = line(
    Role::LabelHolder,
    "sums and counts that may be of a single hospital's rows: the plan asks for rows of fewer hospitals \
     than hide each other from those that may collude",
    "可能仅属于单家医院的和与计数：方案要求的有行医院数，不足以在可能合谋者面前使各医院互相掩护",
);

/// Says what the noise of the sums tells.
fn flood(agreement: &Agreement) -> Disclosure {
    let (most, is_agreed) = (agreement.most_stride(), agreement.terms().stride.is_some());
    let [en, zh] = told_by_noise(agreement.leak(most), (most, is_agreed));
    let learns = format!(
        "by the noise of the sums more of who is in them, as long as no more hospitals collude with it than \
         the plan assumes: {en}"
    );
    let zh =
        format!("由和中的噪声：关于谁在其中的更多信息，前提是与其合谋的医院不多于方案的假定：{zh}");
    Disclosure {
        to: Role::LabelHolder,
        learns: learns.into(),
        zh: zh.into(),
    }
}

const SUPPRESSED: Disclosure = line(
    Role::LabelHolder,
    "which candidate splits are kept back in a node that were told of above it, hence that few of \
     the node's or its sibling's rows at all hospitals are on one side, or none",
    "哪些在上层节点给出过的候选分裂在某节点被保留不给，由此可知该节点或其兄弟节点在所有医院的行中某一侧很少或为零",
);

const SIDES: Disclosure = line(
    Role::LabelHolder,
    "the side of each patient at each split by a hospitals' column that the model has: of these splits \
     each hospital's own sums too",
    "模型中每个按医院列进行的分裂处，每位患者落在哪一侧；因此也可知这些分裂处每家医院各自的和",
);

const TOTAL: Disclosure = line(
    Role::Hospital,
    "how many rows all hospitals have together",
    "所有医院合计的行数",
);

const NODES: Disclosure = line(
    Role::Hospital,
    "the node of each of its own patients in each tree that is grown together, as far down as nodes are \
     examined, hence the outcome of the label holder's splits; patients of one node have like labels",
    "每棵共同生长的树中，在参与检查的层次内，其自身每位患者所在的节点，由此可知标签方分裂的结果；同一节点的患者标签相近",
);

const FIRST_TREE: Disclosure = line(
    Role::Hospital,
    "the nodes of the first tree, where labels show most clearly",
    "第一棵树的节点，其中标签的体现最为明显",
);

const DRAWN: Disclosure = line(
    Role::Hospital,
    "which of its patients are drawn for each tree",
    "每棵树抽中了其哪些患者",
);

const CUTS: Disclosure = line(
    Role::Hospital,
    "the cut points of each column, hence nearly its quantiles over all hospitals; which parts of its \
     range were divided, hence where there were rows enough; and which columns have missing values at \
     any hospital",
    "每列的分箱切点，由此几乎可知该列在所有医院上的分位数；哪些区间被细分，由此可知何处行数足够；以及哪些列在任一医院有缺失值",
);

const ENOUGH: Disclosure = line(
    Role::Hospital,
    "of each node of which candidate splits all hospitals together have rows enough on either side, and \
     of which columns none misses a value there",
    "每个节点中，哪些候选分裂在所有医院合计后两侧行数均足够，以及哪些列在该处无缺失值",
);

const OWN_SPLITS: Disclosure = line(
    Role::Hospital,
    "which splits of the hospitals' columns the model has, at which nodes, and which side of each has \
     the greater sum of curvatures over all hospitals",
    "模型采用了医院各列的哪些分裂、位于哪些节点，以及每个分裂在所有医院合计后哪一侧的曲率之和较大",
);

const CELLS: Disclosure = line(
    Role::Coordinator,
    "for all hospitals together: how many rows they have; of each numeric column how many values lie in each 256th of its \
     declared range and, around its quantiles, in finer parts, small counts and those of a single \
     hospital included; its program \
     divides only parts with at least as many rows as the plan says; and how many values each column \
     misses",
    "所有医院合计：行数；每个数值列的取值落在声明范围各 256 等分中的个数，以及分位点附近更细区间中的个数，含小计数及仅属单家医院的计数；\
     其程序仅细分行数不少于方案规定下限的区间；以及每列缺失值的个数",
);

const COUNTS: Disclosure = line(
    Role::Coordinator,
    "for all hospitals together, for each node that is examined: how many rows it has, how many are on \
     one side of each candidate split, small counts and those of a single hospital included, at how \
     many hospitals there are rows on either side, and how many miss each column's value; from the counts it can often tell which \
     column and boundary is meant; no labels and no sums of gradients",
    "所有医院合计，每个被检查的节点：其行数、每个候选分裂一侧的行数（含小计数及仅属单家医院的计数）、两侧各有多少家医院有行，以及每列缺失值的行数；\
     由计数往往可知所指的列与切点；不含标签和梯度之和",
);

const RELAY: Disclosure = line(
    Role::Relay,
    "sizes and times of sealed messages: the numbers of rows and candidate splits, and of nodes and \
     about their rows at each hospital",
    "密封消息的大小和时间：行数、候选分裂数、节点数及其在每家医院的大致行数",
);

const REPEATED: Disclosure = line(
    Role::Nobody,
    "counts once if it is at two hospitals: such a patient has two rows, and what is told of at least so \
     many rows may be of fewer patients",
    "不承诺：在两家医院就诊的患者不会只计一次，而是计为两行；所谓行数下限对应的患者可能更少",
);

const UNREPEATED: Disclosure = line(
    Role::Nobody,
    "but the label holder can check that no patient is at two hospitals: its program refuses such rows",
    "不承诺：除标签方外，无人能核实没有患者同时出现在两家医院；其程序会拒绝这样的行",
);

const LINKED: Disclosure = line(
    Role::Nobody,
    "is kept from linking a candidate split between a node and its children; and where all rows have \
     the same curvature (squared error, the first common tree), between trees too, unless rows are \
     drawn anew for each",
    "不承诺：无法防止在节点与其子节点之间关联同一候选分裂；若各行曲率相同（平方误差、首棵共同树），除非每棵树重新抽样，也可跨树关联",
);

const COLLUDING: Disclosure = line(
    Role::Nobody,
    "is kept from taking its own part out of a sum: hospitals that collude with the label holder or the \
     coordinator show it the sum over the others, which may be of few rows, and which column is meant; \
     and a coordinator that colludes with the label holder undoes what is kept back for few rows or \
     few hospitals",
    "不承诺：与标签方或协调方合谋的医院可从和中减去自己的部分，使其得知其余医院之和（行数可能很少）以及所指的列；\
     与标签方合谋的协调方可使因行数或医院数过少而保留的内容失效",
);

const LIES: Disclosure = line(
    Role::Nobody,
    "is kept from bringing false gradients or counts: a label holder that does can ask on which side a \
     single patient is, and for the sums of a single hospital; a hospital that does can find the counts \
     of the others together, step by step",
    "不承诺：无法防止使用虚假的梯度或计数：标签方由此可询问单个患者落在哪一侧，并得到单家医院的和；\
     医院由此可逐步推出其余医院合计的计数",
);

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::hybrid::Terms;

    const ALL: [Disclosure; 20] = [
        CANDIDATES, SUMS, GAPS, SINGLE, SUPPRESSED, SIDES, TOTAL, NODES, FIRST_TREE, DRAWN, CUTS,
        ENOUGH, OWN_SPLITS, CELLS, COUNTS, RELAY, REPEATED, UNREPEATED, LINKED, COLLUDING,
    ];

    pub(in super::super) fn terms() -> Terms {
        let terms = serde_json::json!({
            "boosting": {"objective": "logistic"},
            "label_holder": "insurer",
            "label_holder_columns": 3,
            "coordinator": "coordinator",
            "group": "hospitals",
            "hospitals": ["a", "b", "c"],
            "rows": 3000,
            "columns": [{"name": "age", "values": {"whole": [0.0, 120.0]}}],
        });
        serde_json::from_value(terms).unwrap()
    }

    #[test]
    fn every_line_is_in_both_languages() {
        for line in ALL.into_iter().chain([LIES]) {
            let learns = line.learns;
            assert!(learns.is_ascii() && !line.zh.is_ascii(), "{learns}");
        }
    }

    #[test]
    fn what_a_study_leaves_out_is_not_said_of_it() {
        let mut terms = terms();
        let lines = |terms: &Terms| disclosures(&Agreement::try_from(terms.clone()).unwrap());
        assert!(lines(&terms).contains(&UNREPEATED));
        let numbers = |line: &Disclosure| line.learns.contains("rho = ");
        assert_eq!(lines(&terms).into_iter().filter(numbers).count(), 1);
        for line in [FIRST_TREE, DRAWN, REPEATED, SINGLE] {
            assert!(!lines(&terms).contains(&line));
        }
        terms.repeated_patients = true;
        terms.protections.own_trees = 0;
        terms.min_hospitals = Some(2);
        assert!(!lines(&terms).contains(&UNREPEATED));
        for line in [FIRST_TREE, REPEATED, SINGLE] {
            assert!(lines(&terms).contains(&line));
        }
        let is_further = |line: &Disclosure| line.to == Role::FeatureHolder;
        assert!(!lines(&terms).iter().any(is_further));
        let party = "fund".parse().unwrap();
        terms.feature_holders = vec![vertical::Holder { party, columns: 2 }];
        assert!(lines(&terms).iter().any(is_further));
        let told = [
            Role::LabelHolder,
            Role::Hospital,
            Role::Coordinator,
            Role::Relay,
        ];
        let lines = lines(&terms);
        assert!(
            told.iter()
                .all(|role| lines.iter().any(|line| line.to == *role))
        );
    }
}
