//! What is wrong with a plan.

mod hybrid;
mod statistics;
#[cfg(test)]
mod tests;
mod trust;
mod vertical;

use consilium_gbdt::{
    MOST_ROWS,
    horizontal::{BadAgreement, MOST_CONTRIBUTORS, MOST_SHARED_COLUMNS},
};
use consilium_glm::{BadSpecification, MOST_CELLS, MOST_STEPS};
use consilium_plan::{PlanError, PlanFault};
use consilium_schema::LabelError;
use consilium_secagg::ThresholdError;

use super::{at, parser, preparation, schema};

pub(super) fn error(error: &PlanError) -> Option<String> {
    Some(match error {
        PlanError::Toml { place, message } => format!("{}：{}", at(place), parser(message)),
        PlanError::Key { place, key, fault } => {
            format!("{}：{key}：{}", at(place), self::fault(fault))
        }
        PlanError::TooLong { most } => format!("方案连同所有列最多 {most} 字节"),
        PlanError::SchemaMissing => {
            "方案要么有 schema = \"文件\" 及该文件，要么自带 [[column]] 表".to_owned()
        }
        PlanError::Schema(error) => return schema::error(error),
        PlanError::PreparationMissing => {
            "方案要么有 prepare = \"文件\" 及该文件，要么自带 [[prepared]] 表".to_owned()
        }
        PlanError::Preparation { file, error } => {
            let said = preparation::error(error).unwrap_or_else(|| error.to_string());
            let file = file.as_ref().map(|file| format!("{file}："));
            file.unwrap_or_default() + &said
        }
        _ => return None,
    })
}

fn fault(fault: &PlanFault) -> String {
    match fault {
        PlanFault::Format { format, known } => {
            format!("不认识格式 {format}，本程序读取格式 {known}")
        }
        PlanFault::Text { most } => {
            format!("需要 1 至 {most} 个字符，首尾无空白，无换行、控制字符或改变书写方向的标记")
        }
        PlanFault::TwoPlaces { party } => format!("{party} 在方案中出现不止一次"),
        PlanFault::NotContributor { party } => format!("{party} 不是本方案的贡献方"),
        PlanFault::DataSet {
            party,
            contributes: true,
        } => format!("{party} 提供数据，需要 data = \"名称\""),
        PlanFault::DataSet { party, .. } => format!("{party} 只接收结果，没有 data"),
        PlanFault::Trees(error) => trees(error),
        PlanFault::TreesShared(error) => shared(error).unwrap_or_else(|| error.to_string()),
        PlanFault::TreesLabels => "标签无法按该目标函数的分布评估".to_owned(),
        PlanFault::EvidenceLabel => "与各列对照的标签须为是或否".to_owned(),
        PlanFault::CodesMinimum => "最少行数只能是 5、10、20、50、100、200、500 等：若取其间的值，两份方案合起来会泄露某编码的确切行数".to_owned(),
        PlanFault::EvidenceBins => "分箱数只能是 2、4、8、16 或 32".to_owned(),
        PlanFault::EvidenceColumns { most } => format!("每方至多提供 {most} 列"),
        PlanFault::OtherKind { kind } => format!("在 kind = {kind:?} 的方案中没有意义"),
        PlanFault::NotPreparing { kind } => format!(
            "kind = {kind:?} 按声明使用各列：仅 train-glm 和 train-gbdt 可预处理；请用映射得到所需的列"
        ),
        PlanFault::NotPrepared { feature } => {
            format!("特征 {feature:?} 没有预处理：features 须为 [[prepared]] 中的名称")
        }
        PlanFault::NoFeature => "至少需要一个特征".to_owned(),
        PlanFault::NotTwo => {
            "对齐恰由两家贡献方进行，双方均接收结果；更多方仅限 protocol = \"star\"".to_owned()
        }
        PlanFault::NotSeveral => {
            "protocol = \"star\" 由三至八家贡献方对齐，各方均接收结果，不含其他方".to_owned()
        }
        PlanFault::NotDictionary => {
            "一家贡献方拥有清单，一至七家使用编码，各方均接收结果，不含其他方".to_owned()
        }
        PlanFault::System => {
            "需要一个编码体系：icd-9-cm、icd-9-cm-procedures、icd-9-cm3-yb、icd-10、\
             icd-10-cm、icd-10-yb、icd-10-pcs、atc、chs-drg、local 或 local-名称"
                .to_owned()
        }
        PlanFault::Leader => "leader 仅用于 protocol = \"star\"，且是贡献方之一".to_owned(),
        PlanFault::Holder => {
            "holder 与 queries 仅用于 protocol = \"unbalanced\"，该协议需要 holder：\
                               两家贡献方中持有大集合的一方"
                .to_owned()
        }
        PlanFault::Counter => {
            "counter 与 epsilon 须一并给出，且仅用于 protocol = \"cardinality\"；\
                               counter 是两家贡献方之一"
                .to_owned()
        }
        PlanFault::Epsilon(_) => "epsilon 为 0.001 至 1，以 0.001 为步长".to_owned(),
        PlanFault::Name => "名称为 1 至 64 个字符，限 a-z、0-9、'-'、'_' 和 '.'".to_owned(),
        PlanFault::Version => "版本是 64 位十六进制数，见 `consilium data list`".to_owned(),
        PlanFault::NoReceiver => "没有任何一方接收结果".to_owned(),
        PlanFault::NoPart { party } => format!("{party} 既不提供数据也不接收结果"),
        PlanFault::Design(error) => schema::design(error),
        PlanFault::LabelAmongFeatures { column } => {
            format!("列 {column:?} 是标签，不能作为特征")
        }
        PlanFault::Thresholds(error) => thresholds(error).unwrap_or_else(|| error.to_string()),
        PlanFault::NoRange { column } => {
            format!("列 {column:?} 在数据结构中需要 min 和 max：合计以此为界")
        }
        PlanFault::Regression(error) => regression(error).unwrap_or_else(|| error.to_string()),
        PlanFault::Test => "test 需要 share（大于 0，至多 0.9，可带 seed），或者 split".to_owned(),
        PlanFault::Dropouts { rule, dropouts } => {
            format!("on_dropout = {rule:?} 与 dropouts = {dropouts} 矛盾")
        }
        PlanFault::OnlyContinue => "仅在 on_dropout = \"continue\" 时有意义".to_owned(),
        PlanFault::DropoutsBelowMinimum {
            contributors,
            dropouts,
            remaining,
            minimum,
        } => format!(
            "{contributors} 家贡献方中有 {dropouts} 家退出后剩 {remaining} 家，minimum_verified 要求 {minimum} 家"
        ),
        PlanFault::RelaxedTooFew { contributors } => {
            format!("{contributors} 家贡献方太少，不能放宽：需要 20 家")
        }
        PlanFault::Number { given, least, most } => {
            format!("允许 {least} 至 {most}，不能是 {given}")
        }
        PlanFault::TooManyRows { minimum, possible } => {
            format!("要求 {minimum} 行，合计至多只有 {possible} 行")
        }
        other => times(other)
            .or_else(|| methods(other))
            .or_else(|| label(other))
            .or_else(|| statistics::fault(other))
            .or_else(|| trust::fault(other))
            .unwrap_or_else(|| other.to_string()),
    }
}

/// Says what is wrong with a time, if it is that.
fn times(fault: &PlanFault) -> Option<String> {
    Some(match fault {
        PlanFault::Time => "需要带时区的日期时间，例如 2027-01-31T00:00:00+08:00".to_owned(),
        PlanFault::Length => {
            "时间长度是大于零的整数加单位：\"500ms\"、\"30s\"、\"10m\"、\"2h\"、\"14d\"".to_owned()
        }
        PlanFault::Patience { shorter_key, .. } => format!("必须长于 {shorter_key}"),
        _ => return None,
    })
}

/// Says what is wrong with how a regression is fitted, if it is that.
fn methods(fault: &PlanFault) -> Option<String> {
    Some(match fault {
        PlanFault::OnlyLogistic => "仅适用于 family = \"logistic\"".to_owned(),
        PlanFault::FactorMissing { product, factor } => format!(
            "乘积 {product:?} 含有数值，其所述按两个因子计数：把 {factor:?} 也加入 features"
        ),
        PlanFault::OnlySurrogate => "仅在 method = \"surrogate\" 时有意义".to_owned(),
        PlanFault::OnlyNewton => "仅在 method = \"newton\" 时有意义；替代似然用 rounds".to_owned(),
        PlanFault::NoLead => "替代似然出自一家贡献方的样本行：需要 lead = \"名称\"，\
             并会向各方公开该方样本行的一个模型"
            .to_owned(),
        PlanFault::AllNeeded => "method = \"surrogate\" 不比较不同的贡献方集合：\
             研究等候缺席方，否则失败"
            .to_owned(),
        PlanFault::OnlyLab => "method = \"surrogate\" 仅供样本行都在一处的实验（mode = \"simulated\"）使用：\
             主导方可能读出其他机构的单个样本行；请去掉 method"
            .to_owned(),
        PlanFault::NoLedger => {
            "加噪仅供 mode = \"simulated\" 的实验使用：尚无账本记录对相同样本行的各项研究已用去多少隐私预算；\
             请去掉 noise"
                .to_owned()
        }
        PlanFault::Averaging => "rounds、epochs 和 batch 为 1 至 10000，learning_rate 大于 0；\
             fedprox 的 proximal 大于 0，fedavg 不写 proximal"
            .to_owned(),
        _ => return None,
    })
}

/// Says what is wrong with a label's rule, if it is that.
fn label(fault: &PlanFault) -> Option<String> {
    Some(match fault {
        PlanFault::Label(LabelError::TwoRules) => {
            "标签只能有 positive_above 与 equals 之一".to_owned()
        }
        PlanFault::Label(LabelError::NotFinite) => "positive_above 必须是有限数".to_owned(),
        PlanFault::LabelRule { column, kind, rule } => {
            let rule = rule.unwrap_or("不带 positive_above 或 equals 的标签");
            format!("列 {column:?} 的类型是 {kind}：{rule} 对其没有意义")
        }
        PlanFault::NoLevel {
            column,
            level,
            levels,
        } => {
            let levels = levels.join("、");
            format!("列 {column:?} 没有取值 {level:?}，其取值为 {levels}")
        }
        _ => return None,
    })
}

fn thresholds(error: &ThresholdError) -> Option<String> {
    Some(match error {
        ThresholdError::TooFew { contributors } => {
            format!("{contributors} 家贡献方太少：求和至少需要三家")
        }
        ThresholdError::TooManyColluding {
            contributors,
            colluding,
        } => format!("{contributors} 家贡献方中若有 {colluding} 家合谋，便无可保护"),
        ThresholdError::TooManyDropouts {
            contributors,
            colluding,
            needed,
            dropouts,
            remaining,
        } => format!(
            "{contributors} 家贡献方、其中 {colluding} 家可能合谋时，须有 {needed} 家留到最后；\
             {dropouts} 家退出后剩 {remaining} 家"
        ),
        _ => return None,
    })
}

fn trees(error: &consilium_gbdt::BadSpecification) -> String {
    let key = error.key;
    let allowed = match key {
        "objective.tweedie.power" => "大于 1 且小于 2",
        "trees" | "early_stopping.patience" => "1 至 10000",
        "learning_rate" | "column_share" => "大于 0，至多为 1",
        "growth.depth" => "逐层生长时 1 至 12，逐叶生长时 1 至 32",
        "growth.leaves" => "2 至 4096",
        "bins" => "16 至 256",
        "gradient_bits" => "2 至 8",
        "learning_curve" => "true；仅当目标为 logistic、使用所有行且不提前停止时可为 false",
        "lambda" | "alpha" | "gamma" | "min_child_weight" => "不小于 0 的有限数",
        "min_node" => "至少为 2",
        "rows" => "大于 0 的占比，其和小于 1",
        "early_stopping.share" => "大于 0，至多为 0.5",
        _ => return format!("{key:?} 的取值不允许"),
    };
    format!("{key:?} 的取值不允许，应为：{allowed}")
}

fn shared(error: &BadAgreement) -> Option<String> {
    Some(match error {
        BadAgreement::Columns { columns } => {
            format!("给出了 {columns} 列，允许 1 至 {MOST_SHARED_COLUMNS} 列")
        }
        BadAgreement::Twice { column } => format!("有两列名为 '{column}'"),
        BadAgreement::NoColumn { column } => format!("没有列 '{column}'，无法要求其单调"),
        BadAgreement::Labels { objective } => format!("标签的范围不适合目标函数 {objective}"),
        BadAgreement::Rows => {
            format!("行数与参与方数须为正，至多 {MOST_CONTRIBUTORS} 方，合计至多 {MOST_ROWS} 行")
        }
        BadAgreement::Cells { cells } => format!("所有列的分箱共 {cells} 个，过多：至多 65536 个"),
        BadAgreement::Histograms { cells } => {
            format!("一棵树所有叶节点的分箱共 {cells} 个，过多：至多 33554432 个")
        }
        BadAgreement::Nodes { nodes } => {
            format!("所有树的节点共 {nodes} 个，过多：至多 1048576 个")
        }
        _ => return None,
    })
}

pub(super) fn regression(error: &BadSpecification) -> Option<String> {
    Some(match error {
        BadSpecification::Labels { family } => format!("标签的范围不适合 {family}"),
        BadSpecification::Twice { column } => format!("有两列名为 '{column}'"),
        BadSpecification::Columns { columns } => format!("给出了 {columns} 列，数目不允许"),
        BadSpecification::Cells => {
            format!(
                "处理后的列把行分成了超过 {MOST_CELLS} 个需要计数的单元格：减少取值或切点，或不用两个长列表的乘积"
            )
        }
        BadSpecification::Penalty => "penalty 必须是不小于零的有限数".to_owned(),
        BadSpecification::Steps { steps } => {
            format!("拟合为 1 至 {MOST_STEPS} 步，而非 {steps} 步")
        }
        BadSpecification::NoiseFamily { family } => {
            format!("噪声只能掩护逻辑回归的行，不适用于 {family}")
        }
        BadSpecification::NoiseSteps => "noise 需要 steps：预算分摊于各步".to_owned(),
        BadSpecification::NoiseTerms => {
            "noise 需要 epsilon 不小于 0.001，delta 大于 0 且至多 0.5，\
             clip 大于 0 且至多 100，且有不串通的贡献方"
                .to_owned()
        }
        BadSpecification::TooFewBits { bits } => {
            format!("{bits} 位不足以容纳这么多行和参与方的合计")
        }
        _ => return None,
    })
}
