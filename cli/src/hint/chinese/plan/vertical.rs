//! What is wrong with trees over columns of several institutions.

use consilium_gbdt::vertical::BadTerms;
use consilium_plan::PlanFault;

use super::hybrid;

/// Says it in Chinese, if it is of these.
pub(super) fn fault(fault: &PlanFault) -> Option<String> {
    Some(match fault {
        PlanFault::NotVertical => {
            "由二至十七家贡献方提供同一批人的不同列，各方均接收结果，不含其他方".to_owned()
        }
        PlanFault::LabelHolder => {
            "恰有一方持有标签，即写有 label = { column = \"列\" } 的一方".to_owned()
        }
        PlanFault::Asker => "恰有一方得知预测，即写有 label_holder = true 的一方".to_owned(),
        PlanFault::NoFeatures { party } => format!("{party} 没有标签，因此须提供 features"),
        PlanFault::PartySchema { party } => {
            format!("{party} 要么有 schema = \"文件\" 及该文件，要么自带 [[party.column]] 表")
        }
        PlanFault::Study => {
            "需要一项研究的方案哈希，即 `consilium study show` 所示的 64 位十六进制数，或该方案的文件名".to_owned()
        }
        PlanFault::Monotone { column } => {
            format!("列 {column:?} 不是标签方的列：只有标签方的列可以要求单调")
        }
        PlanFault::TestCommon => {
            "test 需要 share（大于 0，至多 0.9，可带 seed）：各方留出相同的行".to_owned()
        }
        PlanFault::TestFew { rows, least } => format!(
            "在方案允许的最少共同行（{rows} 行）中，该 share 留出的测试行少于 {least} 行：\
             需要更大的 share 或更大的 limits.minimum_rows"
        ),
        PlanFault::NodeSmall { least } => {
            format!("至少为 min_side 的两倍，即 {least}：更小的节点，其任何分裂都不会被告知")
        }
        PlanFault::OwnTrees => {
            "与 first_tree 不一致：own_trees 已计入第一棵树，可省去 first_tree".to_owned()
        }
        PlanFault::Vertical(error) => return terms(error),
        other => return hybrid::fault(other),
    })
}

fn terms(error: &BadTerms) -> Option<String> {
    Some(match error {
        BadTerms::Value { allowed, .. } => format!("应为：{}", self::allowed(allowed)?),
        BadTerms::Twice { party } => format!("{party} 出现了两次"),
        BadTerms::NoOwnColumns => {
            "标签方没有列，无法自己生长第一棵树：请为其写明 features，或设 vertical.first_tree = \"joint\""
                .to_owned()
        },
        _ => return None,
    })
}

/// Translates what a key's value may be.
fn allowed(allowed: &str) -> Option<&'static str> {
    Some(match allowed {
        "1 to 16 parties" => "1 至 16 方",
        "0 to the number of trees" => "0 至树的棵数",
        "at least 1" => "至少为 1",
        "at most 10000 in all" => "合计至多 10000 列",
        "so few that a party's have at most 2^16 bins together" => {
            "更少：一方各列的分箱合计至多 2^16 个"
        }
        "1 to 2^28" => "1 至 2^28",
        "0 to 1000" => "0 至 1000",
        "1 to 2048, with parameters \"b\" to 4096" => "1 至 2048，参数集 \"b\" 时至 4096",
        "over 0 bytes a second" => "每秒多于 0 字节",
        "few enough for the noise of parameters \"a\", about 12 million; \"b\" takes more" => {
            "更少：参数集 \"a\" 的噪声约容 12 百万行，\"b\" 可容更多"
        }
        "smaller: the noise of so many rows leaves no room" => "更小：这么多行的噪声不留余地",
        "larger, or columns, bins or leaves fewer: sums may take over 4 GiB at a party" => {
            "更大，或减少列、分箱或叶：一方的各和可能占用超过 4 GiB"
        }
        "of fewer leaves, or columns or bins fewer: sums may take over 4 GiB at a party" => {
            "更少的叶，或减少列或分箱：一方的各和可能占用超过 4 GiB"
        }
        other => return hybrid::allowed(other),
    })
}

#[cfg(test)]
mod tests {
    use consilium_plan::{Plan, PlanError};

    use super::*;
    use crate::hint::chinese::plan::tests::numbers;

    const PLAN: &str = "title = \"a\"\npurpose = \"b\"\nkind = \"train-vertical-gbdt\"\n\
        alignment = \"0101010101010101010101010101010101010101010101010101010101010101\"\n\
        [trees]\nobjective = \"logistic\"\nmonotone = {}\n[vertical]\nmin_side = 50\n";
    const LABELS: &str = "[[party]]\nname = \"north\"\ndata = \"visits\"\nfeatures = [\"x\"]\n\
        label = { column = \"y\" }\n[[party.column]]\nname = \"x\"\ntype = \"number\"\n\
        [[party.column]]\nname = \"y\"\ntype = \"boolean\"\n";
    const FEATURES: &str = "[[party]]\nname = \"south\"\ndata = \"visits\"\nfeatures = [\"z\"]\n\
        [[party.column]]\nname = \"z\"\ntype = \"number\"\n";

    #[test]
    fn what_is_wrong_is_said_in_chinese_with_the_same_numbers() {
        let right = format!("{PLAN}{LABELS}{FEATURES}");
        assert!(Plan::from_toml(&right).is_ok());
        for (written, wrong) in [
            (FEATURES, ""),
            ("label = { column = \"y\" }\n", ""),
            ("features = [\"z\"]\n", ""),
            ("[[party.column]]\nname = \"z\"\ntype = \"number\"\n", ""),
            ("alignment = \"01", "alignment = \"x"),
            ("monotone = {}", "monotone = { z = \"increasing\" }"),
            ("kind =", "test = { split = \"holdout\" }\nkind ="),
            ("min_side = 50", "min_side = 0"),
            ("min_side = 50", "min_side = 101"),
            ("min_side = 50", "sum_noise = 1e4"),
            ("min_side = 50", "own_trees = 101"),
            ("min_side = 50", "first_tree = \"joint\"\nown_trees = 2"),
            ("min_side = 50", "stride = 0"),
            ("min_side = 50", "bytes_a_second = 0.0"),
            ("features = [\"x\"]\n", ""),
        ] {
            let plan = right.replacen(written, wrong, 1);
            let error = Plan::from_toml(&plan).unwrap_err();
            let PlanError::Key { fault: found, .. } = &error else {
                panic!("{written}: {error}");
            };
            let said = fault(found).unwrap_or_else(|| panic!("{written}: {error}"));
            if !matches!(found, PlanFault::NotVertical) {
                assert_eq!(numbers(&said), numbers(&found.to_string()), "{said}");
            }
        }
    }
}
