//! What is wrong with plans of several hospitals.

use consilium_plan::PlanFault;

/// Says it in Chinese, if it is of these.
pub(super) fn fault(fault: &PlanFault) -> Option<String> {
    Some(match fault {
        PlanFault::NotHybrid => {
            "写有 alignment 的三至一百家医院共用 features 与列；另有一方持有标签，至多六方提供同一批人的其他列；\
             各方均提供数据并接收结果"
                .to_owned()
        }
        PlanFault::SharedColumns { party } => {
            format!("{party} 写有 alignment，因此是医院：其 features 与列即顶层所写的")
        }
        PlanFault::AlignedTogether { party } => {
            format!("查明 {party} 患者的研究也用于另一家医院：每家医院各有自己的研究")
        }
        PlanFault::LossesAtHome => {
            "learning_curve = false 只用于 kind = \"train-gbdt\"：此处损失由标签方在本地求和".to_owned()
        }
        PlanFault::HybridParameters => "各医院仅能合计 parameters = \"a\" 的密文".to_owned(),
        _ => return None,
    })
}

/// Translates what a key's value may be.
pub(super) fn allowed(allowed: &str) -> Option<&'static str> {
    Some(match allowed {
        "3 to 100 parties" => "3 至 100 方",
        "at least one for each hospital and at most 2^28" => "每家医院至少一行，合计至多 2^28",
        "1 to 1000, each of another name" => "1 至 1000 列，名称各不相同",
        "1 to the number of hospitals" => "1 至医院数",
        "0 where hospitals add up their sums" => "0：各医院合计时不加噪声",
        "of fewer leaves, or columns or bins fewer: 2^24 counts are added up at once at most" => {
            "更少的叶，或减少列或分箱：一次至多合计 2^24 个计数"
        }
        "fewer, or of fewer leaves: a fit takes at most 2^30 sums" => {
            "更少，或叶更少：一次拟合至多 2^30 次求和"
        }
        "1 to about a third of the hospitals" => "1 至约三分之一的医院",
        "smaller: the noise of so many rows of all hospitals leaves no room" => {
            "更小：所有医院这么多行的噪声不留余地"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use consilium_plan::{Plan, PlanError};

    use crate::hint::chinese::plan::{tests::numbers, vertical};

    /// The guide's plan of three hospitals.
    fn right() -> &'static str {
        let guide = include_str!("../../../../../docs/guide/hybrid.md");
        let (_, block) = guide.split_once("```toml\n").unwrap();
        block.split("```").next().unwrap()
    }

    #[test]
    fn what_is_wrong_is_said_in_chinese_with_the_same_numbers() {
        assert!(Plan::from_toml(right()).is_ok());
        for (written, wrong) in [
            ("data = \"stays\"", "data = \"stays\"\nreceives = false"),
            ("alignment =", "features = [\"age\"]\nalignment ="),
            ("min_side = 60", "parameters = \"b\""),
            ("min_side = 60", "sum_noise = 1.0"),
            ("colluding = 1", "group = \"west\""),
            ("colluding = 1", "colluding = 2"),
            ("min_hospitals = 3", "min_hospitals = 4"),
            ("most_rows = 200_000", "most_rows = 100_000_000"),
        ] {
            let plan = right().replacen(written, wrong, 1);
            let error = Plan::from_toml(&plan).unwrap_err();
            let PlanError::Key { fault: found, .. } = &error else {
                panic!("{written}: {error}");
            };
            let Some(said) = vertical::fault(found) else {
                panic!("{written}: {error}");
            };
            assert_ne!(said, found.to_string());
            assert!(
                numbers(&found.to_string()).is_empty()
                    || numbers(&said) == numbers(&found.to_string()),
                "{said}"
            );
        }
        let (_, north) = right().split_once("north").unwrap();
        let hash = north.split('"').nth(4).unwrap();
        let east = right().split('"').find(|it| it.len() == 64).unwrap();
        let error = Plan::from_toml(&right().replace(hash, east)).unwrap_err();
        let PlanError::Key { fault: found, .. } = &error else {
            panic!("{error}");
        };
        assert!(
            vertical::fault(found).is_some_and(|said| said.contains("north")),
            "{error}"
        );
    }
}
