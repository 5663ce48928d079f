//! What is wrong with rules about quality.

use consilium_quality::{RuleError, RuleFault};

use super::{at, mapping, parser};

pub(super) fn error(error: &RuleError) -> Option<String> {
    Some(match error {
        RuleError::TooLong => "规则文件最多 1 MiB".to_owned(),
        RuleError::Toml { place, message } => format!("{}：{}", at(place), parser(message)),
        RuleError::Wrong {
            place,
            what,
            id,
            fault,
        } => format!("{}：{} {id:?}：{}", at(place), kind(what), said(fault)),
        RuleError::Schema {
            place,
            path,
            message,
        } => format!("{}：数据结构文件 {path:?}：{message}", at(place)),
        RuleError::Query {
            place,
            rule,
            message,
        } => format!("{}：规则 {rule:?}：{message}", at(place)),
        _ => return None,
    })
}

fn said(fault: &RuleFault) -> String {
    match fault {
        RuleFault::Hidden => "名称为空、过长、首尾有空白，或含不可见字符".to_owned(),
        RuleFault::Twice => "声明了两次".to_owned(),
        RuleFault::Unknown { what, name, known } => {
            let there = if known.is_empty() {
                String::new()
            } else {
                format!("；现有 {}", known.join("、"))
            };
            format!("没有{} {name:?}{there}", kind(what))
        }
        RuleFault::Tests => "一条规则有且只有一项检查：complete、typed、holds、range、levels、matches、codes、unique、\
                             duplicates、adds_up、refers、overlap、fresh、delay 或 shape"
            .to_owned(),
        RuleFault::SourceOrSql => "表应以 source 或 sql 之一给出".to_owned(),
        RuleFault::Empty { key } => format!("{key} 为空"),
        RuleFault::Sql { message } => parser(message),
        RuleFault::Query => "条件只针对一行：SELECT 应写在表的 sql 中".to_owned(),
        RuleFault::Adjusts => "请写 off = true，或说明所改内容：severity、weight、tolerate 或 unless".to_owned(),
        RuleFault::Own => "只能调整规则包、数据结构和声明类型的规则：请直接修改本规则".to_owned(),
        RuleFault::Reason => "reason 为空、超过 500 字，或含不可见字符".to_owned(),
        RuleFault::Deep => "过长，或前后嵌套的运算符超过 128 个：多个 OR 可写作一个 IN".to_owned(),
        RuleFault::Pattern { message } => {
            format!("matches.pattern 不是正则表达式：{message}")
        }
        RuleFault::Number { key, expected } => format!("{key} 的值不允许：{}", required(expected)),
        RuleFault::Source(fault) => mapping::source(fault),
        other => other.to_string(),
    }
}

/// What a value must be.
fn required(expected: &str) -> &str {
    match expected {
        "a table and its column, as in \"fees.amount\"" => "应为表名和列名，如 \"fees.amount\"",
        "a number of at least 0" => "应为不小于 0 的数",
        "as many columns as those they are held against" => "列数应与对照的列相同",
        "a finite number, or a day as in \"2026-01-31\"" => {
            "应为有限的数，或如 \"2026-01-31\" 的日期"
        }
        "a day, as in 2026-01-31" => "应为如 2026-01-31 的日期",
        "a number from 0.000001 to 1000000" => "应为 0.000001 至 1000000 的数",
        "a share from 0 to below 1" => "应为 0 至不到 1 的比例",
        "a min, a max or both" => "应有 min、max 或二者",
        "a min that is not above max" => "min 不应大于 max",
        "a min that is not after max" => "min 不应晚于 max",
        "two numbers or two days" => "两端应同为数或同为日期",
        "quantiles, or cuts with shares, or levels with theirs" => {
            "应为 quantiles，或 cuts 及 shares，或 levels 及其占比"
        }
        "finite numbers, one at least" => "应为有限的数，至少一个",
        "numbers that rise" => "应为递增的数",
        "cuts with one more share than there are cuts" => "shares 应比 cuts 多一个",
        "2 to 64 cells" => "应有 2 至 64 格",
        "shares from 0 to 1" => "占比应在 0 至 1 之间",
        "shares that sum to 1" => "占比合计应为 1",
        "at most 8 numbers above 0 other than 1, of a column of numbers" => {
            "应为至多 8 个大于 0 且不等于 1 的数，仅用于数值列"
        }
        other => other,
    }
}

fn kind(what: &str) -> &str {
    match what {
        "rule" => "规则",
        "table" => "表",
        "source" => "数据源",
        "column" => "列",
        "declared type of column" => "已声明类型的列",
        "pack" => "规则包",
        "packs" => "packs",
        "code system" => "编码系统",
        "table of packs" => "规则包中的表",
        "day" => "日期",
        "file" => "文件",
        "title" => "标题",
        "weight" => "权重",
        "adjust" => "调整",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use consilium_quality::{Date, Given, RuleSet};

    use super::*;

    #[test]
    fn what_is_wrong_with_a_test_is_chinese_throughout() {
        for (test, words) in [
            (
                "shape = { column = \"n\", against = {} }",
                "应为 quantiles，或 cuts 及 shares，或 levels 及其占比",
            ),
            (
                "shape = { column = \"n\", against = { quantiles = [] } }",
                "应为有限的数，至少一个",
            ),
            (
                "shape = { column = \"n\", against = { quantiles = [2, 1] } }",
                "应为递增的数",
            ),
            (
                "shape = { column = \"n\", against = { cuts = [1], shares = [1.0] } }",
                "shares 应比 cuts 多一个",
            ),
            (
                "shape = { column = \"n\", against = { cuts = [1], shares = [-1.0, 2.0] } }",
                "占比应在 0 至 1 之间",
            ),
            (
                "shape = { column = \"n\", against = { cuts = [1], shares = [0.2, 0.2] } }",
                "占比合计应为 1",
            ),
            (
                "shape = { column = \"n\", against = { quantiles = [1] }, factors = [1.0] }",
                "应为至多 8 个大于 0 且不等于 1 的数，仅用于数值列",
            ),
            (
                "shape = { column = \"n\", against = { levels = {} } }",
                "占比应在 0 至 1 之间",
            ),
            ("typed = [\"m\"]", "没有已声明类型的列 \"m\""),
            ("", "delay 或 shape"),
        ] {
            let rules = format!(
                "title = \"t\"\n[[source]]\nname = \"s\"\npath = \"s.csv\"\n[[table]]\nname = \"a\"\n\
                 source = \"s\"\n[[rule]]\nid = \"r\"\ntable = \"a\"\nheading = \"accuracy\"\n{test}\n"
            );
            let given = Given {
                today: Date::at(20_000).unwrap(),
                schema: &|_| Err(String::new()),
            };
            let said = error(&RuleSet::from_toml(&rules, given).unwrap_err()).unwrap();
            assert!(said.ends_with(words), "{test}: {said}");
        }
    }
}
