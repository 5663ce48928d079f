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
                             duplicates、adds_up、refers、overlap、fresh 或 delay"
            .to_owned(),
        RuleFault::SourceOrSql => "表应以 source 或 sql 之一给出".to_owned(),
        RuleFault::Empty { key } => format!("{key} 为空"),
        RuleFault::Number { key, .. } => format!("{key} 的值不允许"),
        RuleFault::Source(fault) => mapping::source(fault),
        other => other.to_string(),
    }
}

fn kind(what: &str) -> &str {
    match what {
        "rule" => "规则",
        "table" => "表",
        "source" => "数据源",
        "column" => "列",
        "pack" => "规则包",
        "packs" => "packs",
        "code system" => "编码系统",
        "day" => "日期",
        "file" => "文件",
        "title" => "标题",
        "weight" => "权重",
        other => other,
    }
}
