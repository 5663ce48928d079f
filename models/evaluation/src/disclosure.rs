//! What each role learns of an evaluation, in the words that a steward approves.

use serde::Serialize;

/// A part in a protocol that adds up over institutions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Who opens the sums: the coordinator.
    Aggregator,
    /// An institution whose rows are in the sums.
    Contributor,
}

/// One thing that one role learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// Who learns it.
    pub to: Role,
    /// What, in English.
    pub learns: &'static str,
    /// What, in Chinese.
    pub zh: &'static str,
}

impl Disclosure {
    /// Everything that the roles can learn where classes are evaluated, beside the messages' lengths
    /// and times.
    pub const OF_CLASSES: &[Disclosure] = CLASSES;
    /// The same where numbers are.
    pub const OF_NUMBERS: &[Disclosure] = NUMBERS;

    /// Says what the aggregator learns.
    pub const fn to_aggregator(learns: &'static str, zh: &'static str) -> Disclosure {
        Disclosure {
            to: Role::Aggregator,
            learns,
            zh,
        }
    }

    /// Says what each contributor learns.
    pub const fn to_contributor(learns: &'static str, zh: &'static str) -> Disclosure {
        Disclosure {
            to: Role::Contributor,
            learns,
            zh,
        }
    }
}

const CLASSES: &[Disclosure] = &[
    Disclosure::to_aggregator(
        "for all institutions together: the number of evaluated rows and of those with label 1; \
         if each label has at least ten, nothing below otherwise",
        "所有机构合计的评估行数及其中标签为 1 的行数；仅当两类标签各不少于十行时，才有以下各项",
    ),
    Disclosure::to_aggregator(
        "for all institutions together: how many evaluated rows of each label have a score in \
         each of 5,120 intervals, hence nearly the scores themselves, but not whose they are; sums \
         of log loss, squared error and scores",
        "所有机构合计：各标签的评估样本得分落在 5120 个区间中每个区间的行数，几乎等于得分本身，但不知属于谁；\
         以及对数损失、平方误差和得分之和",
    ),
    Disclosure::to_contributor(
        "the measures over all institutions: rows, positives, AUC with its error bound, log loss, \
         Brier score, accuracy, and calibration in tenths of at least 20 rows",
        "所有机构合计的评估指标：行数、阳性数、AUC 及其误差界、对数损失、布里尔分数、准确率，\
         以及每档不少于 20 行的十档校准表",
    ),
];

const NUMBERS: &[Disclosure] = &[
    Disclosure::to_aggregator(
        "for all institutions together: the number of evaluated rows, the mean of their labels, \
         mean and deviation of their linear predictors; if there are at least twenty, nothing \
         below otherwise",
        "所有机构合计的评估行数、其标签的均值、线性预测值的均值和标准差；仅当不少于二十行时，才有以下各项",
    ),
    Disclosure::to_aggregator(
        "for all institutions together: deviance, null deviance, sums of squared and absolute \
         errors, how many predictions were limited; by tenths of the linear predictor the number \
         of rows, the sums of labels and of predictions",
        "所有机构合计：偏差、零模型偏差、误差平方和与绝对误差和、被截限的预测个数；\
         以及按线性预测值十档的行数、标签之和与预测之和",
    ),
    Disclosure::to_contributor(
        "the measures over all institutions: rows, deviance, explained deviance, RMSE, MAE, mean \
         label and mean prediction, mean and deviation of the linear predictors, and calibration \
         in tenths of at least 20 rows",
        "所有机构合计的评估指标：行数、偏差、解释偏差 D²、RMSE、MAE、标签均值与预测均值、\
         线性预测值的均值和标准差，以及每档不少于 20 行的十档校准表",
    ),
];
