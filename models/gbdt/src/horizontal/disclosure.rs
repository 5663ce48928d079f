//! What each role learns, in the words that a steward approves.

use consilium_evaluation::Disclosure;

use crate::Boosting;

/// Gives everything that the roles can learn of a fit beside its messages' lengths and times, where
/// `most` institutions begin and `fewest` may be left at its end.
pub fn disclosures(boosting: &Boosting, (most, fewest): (usize, usize)) -> Vec<Disclosure> {
    let (totals, losses) = if boosting.specification().learning_curve {
        (TOTALS, LOSSES)
    } else {
        (LAST_TOTALS, LAST_LOSS)
    };
    let mut lines = [CUTTING, totals, GROWING, losses].concat();
    if fewest < most {
        lines.extend_from_slice(SHRINKING);
    }
    if fewest == 2 {
        lines.extend_from_slice(TWO_LEFT);
    }
    lines
}

const CUTTING: &[Disclosure] = &[
    Disclosure::to_aggregator(
        "for all institutions together: of each numeric column how many values lie in each 256th of \
         its declared range and, around its quantiles, in finer parts, small counts included; its \
         program divides only parts with at least as many rows as the plan says",
        "所有机构合计：每个数值列的取值落在声明范围各 256 等分中的个数，以及分位点附近更细区间中的个数，\
         含小计数；其程序仅细分行数不少于方案规定下限的区间",
    ),
    Disclosure::to_aggregator(
        "for all institutions together: the number of rows trained on and the sum of their labels",
        "所有机构合计的训练行数及标签之和",
    ),
];

const GROWING: &[Disclosure] = &[
    Disclosure::to_aggregator(
        "for all institutions together, for each node of each tree that is split or could have been, \
         and as a difference for its sibling too: the sums of gradients and curvatures by column and \
         bin, small cells included, hence nearly the numbers of rows and their labels; and how many \
         rows each side of a split has",
        "所有机构合计：每棵树中每个已分裂或可能分裂的节点（其兄弟节点可由相减得到），\
         按列和分箱的梯度之和与曲率之和，含小单元，由此几乎可知行数及其标签；以及每次分裂两侧的行数",
    ),
    Disclosure::to_aggregator("the model", "模型本身"),
    Disclosure::to_aggregator(
        "if its program departs from the protocol: of any rows that it can describe by columns and \
         labels, single patients included, the bins and labels, but not at which institution; the \
         least rows of a node and the least weight of a leaf bind only a program that follows it",
        "若其程序偏离协议：凡能用各列取值与标签描述的行（包括单个患者），可得其分箱与标签，\
         但不知属于哪家机构；节点最少行数与叶节点最小权重只约束遵守协议的程序",
    ),
    Disclosure::to_contributor(
        "the cut points of each column, hence nearly its quantiles over all institutions; which parts \
         of its range were divided, hence where there were rows enough",
        "每列的分箱切点，由此几乎可知该列在所有机构上的分位数；以及哪些区间被细分，由此可知何处行数足够",
    ),
    Disclosure::to_contributor(
        "the number of rows trained on, and nearly the mean of their labels",
        "训练行数，并可近似得知其标签的均值",
    ),
    Disclosure::to_contributor(
        "the model as it grows: of each node the split, its gain and the sum of curvatures over all \
         institutions, of each leaf its value, hence nearly how many rows are there and which labels \
         they have",
        "逐步生长的模型：每个节点的分裂、增益及所有机构合计的曲率之和，每个叶节点的取值，\
         由此几乎可知该处的行数及其标签",
    ),
];

const TOTALS: &[Disclosure] = &[Disclosure::to_aggregator(
    "for all institutions together and for each tree: how many rows are drawn for it, the sums of \
         absolute gradients and of curvatures, and the losses of rows trained on and held out",
    "每棵树在所有机构合计上的抽样行数、梯度绝对值之和、曲率之和，以及训练行与留出行的损失",
)];

const LOSSES: &[Disclosure] = &[
    Disclosure::to_contributor(
        "for all institutions together and for each tree, to the next power of two: the sums of \
         absolute gradients and of curvatures",
        "每棵树在所有机构合计上的梯度绝对值之和与曲率之和所处的 2 的幂次区间",
    ),
    Disclosure::to_contributor(
        "after each tree the mean losses over all institutions, in the end; which institutions are in \
         it from which tree on",
        "训练结束时：每棵树之后在所有机构上的平均损失，以及各机构从哪棵树起参与",
    ),
];

const LAST_TOTALS: &[Disclosure] = &[Disclosure::to_aggregator(
    "for all institutions together, after the last tree and before one where institutions have \
         dropped out: how many rows there are, the sums of absolute gradients and of curvatures, and the \
         losses",
    "最后一棵树之后，以及有机构退出时的下一棵树之前，所有机构合计的行数、梯度绝对值之和、曲率之和与损失",
)];

const LAST_LOSS: &[Disclosure] = &[Disclosure::to_contributor(
    "after the last tree the mean loss over all institutions; which institutions are in it from \
         which tree on",
    "训练结束时：最后一棵树之后在所有机构上的平均损失，以及各机构从哪棵树起参与",
)];

const SHRINKING: &[Disclosure] = &[Disclosure::to_aggregator(
    "if the set of institutions shrinks during the fit: of those that dropped out together, as \
         differences of two sums, all or nearly all that is told of the tree in hand; before the \
         first tree their counts",
    "若训练过程中参与机构减少：由两次合计之差，可得到退出机构合在一起就当前这棵树的全部或几乎全部合计；\
         若尚未开始建树，则得到其计数",
)];

const TWO_LEFT: &[Disclosure] = &[Disclosure::to_contributor(
    "with only one other contributor left: from its own part and the model, that other's sums in \
         each node",
    "若只剩另一家机构参与：可由自身数据与模型推出对方在每个节点的合计",
)];
