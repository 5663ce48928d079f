//! What each role learns, in the words that a steward approves.

use consilium_evaluation::Disclosure;

use crate::Method;

/// Gives everything that the roles learn by a method, beside the messages' lengths and times.
pub fn disclosures(method: Method) -> Vec<Disclosure> {
    let lines = match method {
        Method::Influence => [SUMS, HOME],
        Method::Shapley => [SUMS, OWN],
    };
    lines.concat()
}

const SUMS: &[Disclosure] = &[
    Disclosure::to_aggregator(JUDGES[0], JUDGES[1]),
    Disclosure::to_contributor(JUDGES[0], JUDGES[1]),
    Disclosure::to_aggregator(
        "how many institutions have rows for which the model's prediction runs to an extreme, and nothing below where \
         any has",
        "有多少家机构存在模型预测趋于极端的行；若有，则以下各项均不透露",
    ),
    Disclosure::to_contributor(
        "whether any institution has such rows",
        "是否有机构存在此类行",
    ),
    Disclosure::to_aggregator(
        "for all institutions together: gradient and Fisher information of the fitted rows at the model",
        "所有机构合计：拟合所用样本行在模型处的梯度和费舍尔信息",
    ),
    Disclosure::to_aggregator(
        "for the institutions that judge, together: how many rows judge, their deviance, the sums of their labels, \
         gradient and Fisher information at the model, hence nearly how many of them have each level, and each two \
         levels at once, small counts too",
        "参与评判的机构合计：评判所用的行数、偏差、标签之和，以及在模型处的梯度和费舍尔信息，\
         由此可约略得知具有各取值、以及同时具有任两个取值的行数，含小计数",
    ),
    Disclosure::to_contributor(
        "how many rows of all institutions together were fitted and judge; of those that judge the deviance under the model and under their mean, hence, where classes are predicted, how many are of \
         each, and the dispersion; and for each coefficient one number: in which direction and how far it would move to \
         meet the judging rows less well",
        "所有机构合计的拟合行数与评判行数；评判样本在模型下与在其均值下的偏差（预测类别时由此可知各类的行数）\
         及离散度；以及每个系数的一个数值：该系数朝哪个方向变动多少会使评判样本的拟合变差",
    ),
    Disclosure::to_aggregator(
        "of two studies of the same fit whose judges differ in one institution: its judging rows' sums as above, alone",
        "对同一拟合的两项研究，若评判机构仅相差一家：该机构评判样本单独的上述各项合计",
    ),
    Disclosure::to_contributor(
        "of two studies of the same fit whose judges differ in one institution: its number of judging rows, their \
         deviances and how many are of each class, alone",
        "对同一拟合的两项研究，若评判机构仅相差一家：该机构单独的评判行数、偏差及各类的行数",
    ),
];

const JUDGES: [&str; 2] = [
    "of each institution that is to judge, by name, whether it has enough rows for it: ten of either label (twenty where \
     numbers are predicted), or as many as the plan's smallest cell (twice as many) if that is more; nothing below where \
     fewer than three have, or fewer than two beside as many as may collude",
    "应参与评判的每家机构（列名）行数是否足够：两类标签各不少于十行（预测数值时不少于二十行），若方案的最小单元格行数更大，\
     则不少于该行数（预测数值时为其两倍）；若足够的机构少于三家，或除去可能串通的家数后少于两家，则以下各项均不透露",
];

const HOME: &[Disclosure] = &[Disclosure::to_contributor(
    "what its own rows are worth, computed at home and told nobody",
    "本机构样本行的价值，仅在本机构计算，不告知任何人",
)];

const OWN: &[Disclosure] = &[
    Disclosure::to_contributor(
        "what its own rows are worth, computed at home too",
        "本机构样本行的价值，亦在本机构计算",
    ),
    Disclosure::to_aggregator(
        "of each institution alone: how many of its rows were fitted, their gradient and Fisher information at the \
         model, hence nearly the model that its own rows alone would give, and so that of every coalition of \
         institutions, and nearly how many of its rows have each two levels at once, small counts too, of a single such \
         row its prediction, by which other columns may be guessed; or that an institution withholds them, because fewer \
         of its rows than the minimum have some label, level or cell, or another number than most, or because it has \
         fewer than three rows for each coefficient",
        "每家机构单独的：其拟合行数、在模型处的梯度和费舍尔信息，由此可近似得到仅用该机构样本所得的模型，\
         进而得到任意若干机构组合的模型，并可约略得知该机构同时具有任两个取值的行数，含小计数，若仅有一行则可得其预测值，\
         进而可能猜出其余各列；或得知某机构不予提供，因为某一标签、取值或单元格的行数，或数值与多数行不同的行数低于下限，\
         或因其行数不足系数个数的三倍",
    ),
    Disclosure::to_aggregator(
        "of two studies between which one row of an institution came, went or changed: that row",
        "两项研究之间若某机构增加、减少或改动了一行：该行本身",
    ),
    Disclosure::to_contributor(
        "of each institution by name: its Shapley value and the loss without it, each with its standard error, and what \
         all are worth together, in three significant digits; or that somebody withheld its sums, not who",
        "逐一列名的每家机构：其沙普利值、缺少该机构时的损失及各自的标准误，以及全体合计的价值（均为三位有效数字）；\
         或仅得知有机构不予提供，但不知是哪一家",
    ),
    Disclosure::to_contributor(
        "of the coordinator and of each other institution a signature over its own scores from these values, \
         which it may show to anyone",
        "协调方和其他每家机构对本机构由此所得分数的签名，本机构可向任何人出示",
    ),
    Disclosure::to_aggregator(VERSION[0], VERSION[1]),
    Disclosure::to_contributor(VERSION[0], VERSION[1]),
];

const VERSION: [&str; 2] = [
    "of each institution the version of its data set, as a hash that only that institution can make",
    "每家机构的数据集版本，为仅该机构能够生成的哈希值",
];
