//! What each role learns, in the words that a steward approves.

use consilium_evaluation::Disclosure;

use crate::specification::{Kind, Mode, Specification};

/// Gives everything that the roles can learn, beside messages' lengths and times.
pub fn disclosures(spec: &Specification) -> Vec<Disclosure> {
    let has = |is: fn(&Kind) -> bool| spec.columns.iter().any(|column| is(&column.kind));
    let mut lines = vec![AGGREGATOR, COUNTS];
    if has(Kind::is_numeric) {
        lines.push(NUMBERS);
    }
    if has(|kind| matches!(kind, Kind::Code { .. })) {
        lines.push(CODES);
    }
    if spec.correlations {
        lines.push(CORRELATIONS);
    }
    if spec.label.is_some() {
        lines.push(EVIDENCE);
    }
    if !spec.periods.is_empty() {
        lines.push(PERIODS);
    }
    lines.push(OWN);
    lines.push(OTHERS);
    lines.push(match spec.mode {
        Mode::Exact => EXACT,
        Mode::Threshold { .. } => NOISED,
    });
    lines
}

const AGGREGATOR: Disclosure = Disclosure::to_aggregator(
    "whose rows are in the statistics; of the rows themselves and of all sums nothing, as long as no \
     contributor tells it the key of the second mask, which they put over what is summed",
    "哪些机构的数据参与了统计；只要没有参与方把第二层掩码（参与方在求和内容之上另加的遮盖，密钥仅参与方持有）的密钥告诉它，就得不到任何行数据或合计值",
);
const COUNTS: Disclosure = Disclosure::to_contributor(
    "for all institutions together: the number of rows; by column how many values are missing or out \
     of range, and how many lie in each of at most 29 intervals or have each declared level, small \
     counts held back",
    "所有机构合计：行数；各列缺失与超出范围的个数，以及落在至多 29 个区间或各声明取值的个数，小计数不显示",
);
const NUMBERS: Disclosure = Disclosure::to_contributor(
    "for all institutions together, of each numeric column: mean, variance, intervals that hold the \
     quantiles, and bounds beyond which at least the minimum of rows lie",
    "所有机构合计的各数值列：均值、方差、各分位数所在区间，以及上下界（位于其外的行数不少于最小单元格行数）",
);
const CODES: Disclosure = Disclosure::to_contributor(
    "for all institutions together, of each column of codes: the values that at least the minimum of \
     rows have, with their counts, but not at which institution",
    "所有机构合计的各编码列：行数不少于最小单元格行数的取值及其计数，但不知来自哪家机构",
);
const CORRELATIONS: Disclosure = Disclosure::to_contributor(
    "for all institutions together: correlations of pairs of columns and variance inflation factors, \
     where they betray no small count",
    "所有机构合计：各对列的相关系数与方差膨胀因子，仅限不会透露小计数者",
);
const EVIDENCE: Disclosure = Disclosure::to_contributor(
    "for all institutions together: by column other than codes, rows of either label in bins that have at least the \
     minimum of both, weights of evidence and information value",
    "所有机构合计：除编码列外各列每个分箱中两类标签的行数（每箱每类不少于最小单元格行数）、证据权重与信息值",
);
const PERIODS: Disclosure = Disclosure::to_contributor(
    "for all institutions together: rows by period, and the stability index of each column other than codes from one \
     period to the next",
    "所有机构合计：各时期的行数，以及除编码列外各列相邻时期之间的稳定性指数",
);
const OWN: Disclosure = Disclosure::to_contributor(
    "for itself alone: how its rows differ from those of all others together, by standardised mean \
     difference and stability index",
    "仅供本机构：本机构的行与其他所有机构合计之间的差异（标准化均值差与稳定性指数）",
);
const OTHERS: Disclosure = Disclosure::to_contributor(
    "by taking its own rows off what is told: the same over all other institutions together, be it of few \
     rows there, as which codes others have that it has not; not at which institution",
    "从所告知的结果中减去自身：可得其他机构合计的同样结果，即使在那里仅涉及少数行（例如本机构没有而其他机构有的编码）；但不知在哪家机构",
);
const EXACT: Disclosure = Disclosure::to_contributor(
    "if its program departs from the protocol: the sums over all institutions before small counts are \
     held back, and by taking off its own, those over all others, single patients included, but not at \
     which institution; together with other exact statistics of nearly the same rows, those in which \
     they differ",
    "若其程序偏离协议：可得到未隐去小计数的所有机构合计值，减去自身后即为其他机构的合计（可涉及单个患者，\
     但不知在哪家机构）；若与对几乎相同数据的其他精确统计结合，可推出其差异部分",
);
const NOISED: Disclosure = Disclosure::to_contributor(
    "even if its program departs from the protocol: sums with noise, from which, with the plan's \
     epsilon and delta, whether one row is among the data shows in this study hardly at all; several \
     studies are not added up",
    "即使其程序偏离协议：也只能得到带噪声的合计值，在方案的 ε 与 δ 下，几乎看不出数据中是否有某一行；\
     多个研究之间的损失不累计",
);
