//! What each role learns, in the words that a steward approves.

use consilium_evaluation::Disclosure;

use crate::{Family, surrogate::Order};

/// A protocol of a study that fits a regression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// A fit by Newton's steps over sums.
    GlmNewton,
    /// A fit over sums with noise.
    GlmNoise,
    /// A fit by a surrogate likelihood, corrected by derivatives of that order.
    GlmSurrogate(Order),
    /// Measures over all parties.
    Evaluation,
    /// FedAvg and FedProx.
    Fedavg,
}

/// In which studies a line can come true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    /// In all.
    Any,
    /// Where the regression is logistic.
    Logistic,
    /// Where a likelihood is corrected by its gradient alone, or by its information too.
    Order(Order),
    /// Where the study goes on without institutions that it has lost.
    Shrinking,
    /// Where two institutions may be all that are left.
    TwoLeft,
    /// Where cells of prepared columns are counted.
    Counted,
}

/// What a study makes possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The family that is fitted.
    pub family: Family,
    /// Institutions at the beginning.
    pub most: usize,
    /// The fewest with which the study goes on.
    pub fewest: usize,
    /// Whether rows are counted by the cells of [partitions](crate::Partition).
    pub counts_cells: bool,
}

/// One thing that one role learns, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    case: Case,
    what: Disclosure,
}

impl Protocol {
    /// Gives everything that the protocol's roles can learn in such a setting beside its messages'
    /// lengths and times.
    pub fn disclosures(self, setting: Setting) -> Vec<Disclosure> {
        let lines = match self {
            Protocol::GlmNewton => GLM_NEWTON,
            Protocol::Evaluation if setting.family == Family::Logistic => {
                return Disclosure::OF_CLASSES.to_vec();
            }
            Protocol::Evaluation => return Disclosure::OF_NUMBERS.to_vec(),
            Protocol::GlmNoise => GLM_NOISE,
            Protocol::GlmSurrogate(_) => GLM_SURROGATE,
            Protocol::Fedavg => FEDAVG,
        };
        let is_said = |line: &&Line| match line.case {
            Case::Order(order) => self == Protocol::GlmSurrogate(order),
            case => setting.allows(case),
        };
        let lines = lines.iter().filter(is_said);
        lines.map(|line| line.what).collect()
    }
}

/// Gives what the roles can learn where these protocols run over the same rows in such a setting;
/// what two of them tell stands there once.
pub fn disclosures(
    protocols: impl IntoIterator<Item = Protocol>,
    setting: Setting,
) -> Vec<Disclosure> {
    let mut lines = Vec::new();
    for line in protocols
        .into_iter()
        .flat_map(|protocol| protocol.disclosures(setting))
    {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

impl Setting {
    fn allows(self, case: Case) -> bool {
        match case {
            Case::Any => true,
            // That is the protocol's, not the study's.
            Case::Order(_) => false,
            Case::Logistic => self.family == Family::Logistic,
            Case::Shrinking => self.fewest < self.most,
            Case::TwoLeft => self.fewest == 2,
            Case::Counted => self.counts_cells,
        }
    }
}

impl Line {
    const fn only(self, case: Case) -> Line {
        Line { case, ..self }
    }
}

const fn to_aggregator(learns: &'static str, zh: &'static str) -> Line {
    Line {
        case: Case::Any,
        what: Disclosure::to_aggregator(learns, zh),
    }
}

const fn to_contributor(learns: &'static str, zh: &'static str) -> Line {
    Line {
        case: Case::Any,
        what: Disclosure::to_contributor(learns, zh),
    }
}

const MOMENTS: Line = to_aggregator(
    "for all institutions together: the number of rows; of each column and of the label the count \
     of values, mean and variance",
    "所有机构合计的样本行数；每列及标签的非缺失数、均值和方差",
);

const LEVELS: Line = to_aggregator(
    "for all institutions together: of each 0/1 column the counts by level and label",
    "所有机构合计的每个 0/1 列按取值与标签交叉的计数",
)
.only(Case::Logistic);

const CELLS: Line = to_aggregator(
    "for all institutions together: how many rows, in logistic regression by label, are in each cell that \
     the prepared columns of one source, or the factors of a product, cut them into",
    "所有机构合计的样本行按同一来源列处理所得各列（或乘积的各因子）划分的每个单元格的行数，逻辑回归中按标签分列",
)
.only(Case::Counted);

const CENTRES: Line = to_contributor(
    "of each column the mean and deviation over all institutions",
    "每列在所有机构上的均值和标准差",
);

const ROWS: Line = to_contributor(
    "the number of rows of all institutions together",
    "所有机构合计的样本行数",
);

const TRIED: Line = to_contributor(
    "of the label the mean and deviation over all institutions, and every model tried",
    "标签在所有机构上的均值和标准差，以及每个尝试过的模型",
);

const PUBLISHED: Line = to_contributor(
    "the model, with standard errors of two significant digits and what follows from them, \
     and which institutions are in it",
    "模型本身，标准误仅两位有效数字及由此得出的统计量，以及参与的机构名单",
);

const LEADS_OWN: [&str; 2] = [
    "of the institution that leads, alone: the coefficients of a model of its own rows, in steps of \
     0.01, which is the first model tried",
    "主导机构单独的：仅用其自身样本行拟合的模型系数（以 0.01 为步长），即首个尝试的模型",
];

const GLM_SURROGATE: &[Line] = &[
    MOMENTS,
    LEVELS,
    CELLS,
    to_aggregator(LEADS_OWN[0], LEADS_OWN[1]),
    to_aggregator(
        "for all institutions together and for each model tried: loss and gradient, and how many rows \
         the model can't come near",
        "每个尝试过的模型在所有机构合计上的损失和梯度，以及模型无法拟合的行数",
    )
    .only(Case::Order(Order::First)),
    to_aggregator(
        "for all institutions together and for each model tried: loss, gradient and Fisher \
         information, and how many rows the model can't come near",
        "每个尝试过的模型在所有机构合计上的损失、梯度和费舍尔信息，以及模型无法拟合的行数",
    )
    .only(Case::Order(Order::Second)),
    to_aggregator(
        "of the institution that leads, alone: how the gradient over its own rows changes from each \
         model tried to the next, as the difference from the gradients over all",
        "主导机构单独的：其自身样本行上的梯度从一个尝试的模型到下一个的变化，可由所有机构合计的梯度推出",
    ),
    to_aggregator(
        "the model, with standard errors and dispersion of two significant digits, which are those that \
         the rows of the institution that leads give for as many rows as all have",
        "模型本身，标准误和离散度仅两位有效数字，系由主导机构的样本行按所有机构的行数推算",
    )
    .only(Case::Order(Order::First)),
    to_aggregator(
        "the model, with standard errors and dispersion of two significant digits",
        "模型本身，标准误和离散度仅两位有效数字",
    )
    .only(Case::Order(Order::Second)),
    CENTRES,
    ROWS,
    TRIED,
    to_contributor(LEADS_OWN[0], LEADS_OWN[1]),
    to_contributor(
        "only the institution that leads: for all institutions together, and so for the others \
         together, loss and gradient under each model tried",
        "仅主导机构：每个尝试过的模型在所有机构合计上的损失和梯度，由此亦知其余机构的合计",
    )
    .only(Case::Order(Order::First)),
    to_contributor(
        "only the institution that leads: for all institutions together, and so for the others \
         together, loss, gradient and Fisher information under each model tried",
        "仅主导机构：每个尝试过的模型在所有机构合计上的损失、梯度和费舍尔信息，由此亦知其余机构的合计",
    )
    .only(Case::Order(Order::Second)),
    to_contributor(
        "only the institution that leads: the same under models of its choice, one for each round, if it \
         deviates; and where few rows of the others have a level of a 0/1 column, values of these rows",
        "仅主导机构：若其偏离协议，可在每轮自选一个模型下得知上述各项；若其余机构中某 0/1 列的某一取值只有少数行，\
         可得知这些行的数值",
    ),
    PUBLISHED,
];

const GLM_NEWTON: &[Line] = &[
    MOMENTS,
    LEVELS,
    CELLS,
    to_aggregator(
        "for all institutions together and for each model tried: loss, gradient and Fisher \
         information, and how many rows the model can't come near",
        "每个尝试过的模型在所有机构合计上的损失、梯度和费舍尔信息，以及模型无法拟合的行数",
    ),
    to_aggregator(
        "the model, with exact standard errors, p-values and intervals",
        "模型本身，含精确的标准误、p 值和置信区间",
    ),
    to_aggregator(
        "if the set of institutions shrinks during the fit: of those that dropped out together, \
         the counts, means and variances, and nearly their loss, gradient and Fisher information, \
         as differences of two sums",
        "若训练过程中参与机构减少：由两次合计之差可得到退出机构合在一起的计数、均值和方差，\
         并可近似得到其损失、梯度和费舍尔信息",
    )
    .only(Case::Shrinking),
    CENTRES,
    ROWS,
    TRIED,
    PUBLISHED,
    to_contributor(
        "if the set of institutions shrinks during the fit: means and deviations over both sets, \
         hence nearly those of the institutions that dropped out together",
        "若训练过程中参与机构减少：两组机构各自的均值和标准差，由此可近似推出退出机构合在一起的均值和标准差",
    )
    .only(Case::Shrinking),
    to_contributor(
        "with only one other contributor left: from its own part and the means, that other's means",
        "若只剩另一家机构参与：可由自身数据与总体均值推出对方的均值",
    )
    .only(Case::TwoLeft),
];

const GLM_NOISE: &[Line] = &[
    to_aggregator(
        "for all institutions together, with noise: once the sums over rows of the products of each two \
         columns as scaled, hence nearly the number of rows, and for each model tried the gradient",
        "所有机构合计、且加有噪声的：一次性的各两列（缩放后）逐行乘积之和，由此约略可知行数；以及每个尝试过的模型的梯度",
    ),
    to_aggregator(
        "the model, which is made of these sums, without standard errors",
        "由上述合计得出的模型，不含标准误",
    ),
    to_contributor(
        "every model tried, each made of sums with noise",
        "每个尝试过的模型，均由加噪的合计得出",
    ),
    to_contributor(
        "the model without standard errors, nearly the number of rows of all institutions, and which \
         institutions are in it",
        "不含标准误的模型、所有机构约略的行数，以及参与的机构名单",
    ),
];

const FEDAVG: &[Line] = &[
    MOMENTS,
    LEVELS,
    CELLS,
    to_aggregator(
        "in each round: the mean of the institutions' models weighted by rows, and how many of \
         them diverged",
        "每轮：各机构模型按行数加权的均值，以及发散的机构数",
    ),
    CENTRES,
    ROWS,
    to_contributor("the common model of each round", "每轮的共同模型"),
    to_aggregator(
        "of the last model, what the evaluation tells of the fitted one",
        "就最后的模型，得知评估对所拟合模型所透露的各项",
    ),
    to_contributor(
        "the measures of the last model over all institutions",
        "最后的模型在所有机构合计上的评估指标",
    ),
];
