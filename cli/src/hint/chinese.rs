//! Errors in Chinese: what people meet most, by the error's type.
//!
//! An error that is not known here stays as it is.

use std::{error::Error, io, sync::Arc};

use consilium_codes::{RowFault, Unclear};
use consilium_data::system_known_in_chinese;
use consilium_mapping::{Fault, QueryError};
use consilium_schema::TextPlace;

use super::Hinted;

mod catalogue;
mod codes;
mod fitting;
mod identity;
mod mapping;
mod network;
mod plan;
mod preparation;
mod privacy;
mod quality;
mod schema;
mod scorecard;
mod state;
mod value;

/// Says an error with its causes.
pub(super) fn say(error: &anyhow::Error) -> String {
    let mut said: Vec<String> = error.chain().map(cause).collect();
    said.dedup();
    said.join("：")
}

fn cause(error: &(dyn Error + 'static)) -> String {
    if let Some(Hinted { error, .. }) = error.downcast_ref() {
        return error.chain().next().map(cause).unwrap_or_default();
    }
    known(error).unwrap_or_else(|| error.to_string())
}

fn known(error: &(dyn Error + 'static)) -> Option<String> {
    let shared = || error.downcast_ref::<Arc<io::Error>>().map(AsRef::as_ref);
    if let Some(error) = error.downcast_ref::<io::Error>().or_else(shared) {
        return system_known_in_chinese(error.kind()).map(str::to_owned);
    }
    if let Some(error) = error.downcast_ref::<serde_json::Error>() {
        return Some(format!("不是所需的 JSON：{}", parser(&error.to_string())));
    }
    of(error, plan::error)
        .or_else(|| of(error, schema::error))
        .or_else(|| of(error, preparation::error))
        .or_else(|| of(error, preparation::unfit))
        .or_else(|| of(error, |error| Some(codes::file(error))))
        .or_else(|| of(error, |error: &RowFault| Some(error.in_chinese())))
        .or_else(|| of(error, |error: &Unclear| Some(error.in_chinese())))
        .or_else(|| of(error, schema::matrix))
        .or_else(|| of(error, mapping::error))
        .or_else(|| of(error, quality::error))
        .or_else(|| of(error, |error: &QueryError| Some(error.in_chinese())))
        .or_else(|| of(error, |error: &Fault| Some(error.in_chinese())))
        .or_else(|| of(error, catalogue::error))
        .or_else(|| of(error, fitting::error))
        .or_else(|| of(error, privacy::error))
        .or_else(|| of(error, scorecard::purpose))
        .or_else(|| of(error, scorecard::card))
        .or_else(|| of(error, scorecard::report))
        .or_else(|| of(error, value::error))
        .or_else(|| of(error, plan::regression))
        .or_else(|| of(error, |error| identity::key(*error)))
        .or_else(|| of(error, identity::words))
        .or_else(|| of(error, identity::invitation))
        .or_else(|| of(error, identity::certificate))
        .or_else(|| of(error, identity::vouch))
        .or_else(|| of(error, state::participant))
        .or_else(|| of(error, state::coordinator))
        .or_else(|| of(error, state::store))
        .or_else(|| of(error, network::node))
        .or_else(|| of(error, state::config))
        .or_else(|| of(error, state::journal))
        .or_else(|| of(error, |error| Some(state::file(error))))
}

/// Says an error if it is one of that type.
fn of<E: Error + 'static>(
    error: &(dyn Error + 'static),
    say: impl FnOnce(&E) -> Option<String>,
) -> Option<String> {
    error.downcast_ref().and_then(say)
}

fn at(place: &TextPlace) -> String {
    format!("第 {} 行第 {} 列", place.line, place.column)
}

/// Says what a TOML parser says, as far as it is one of its usual sentences.
fn parser(message: &str) -> String {
    // JSON's parser says where behind what it says.
    let place = message.rsplit_once(" at line ").and_then(|(said, at)| {
        let (line, column) = at.split_once(" column ")?;
        let is_number = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
        (is_number(line) && is_number(column))
            .then(|| format!("{}（第 {line} 行第 {column} 列）", usual(said)))
    });
    place.unwrap_or_else(|| usual(message))
}

fn usual(message: &str) -> String {
    const USUAL: [(&str, &str); 36] = [
        ("EOF while parsing", "文件中断于"),
        ("expected value", "应为 JSON 值"),
        ("trailing characters", "末尾有多余字符"),
        ("invalid type: sequence", "类型不对：数组"),
        ("invalid type: map", "类型不对：表"),
        (
            "a party's name has 1 to 64 characters out of a-z, 0-9, '-', '_' and '.', and begins with \
             a letter or digit",
            "机构名称为 1 至 64 个字符，限 a-z、0-9、'-'、'_' 和 '.'，且以字母或数字开头",
        ),
        ("a TOML datetime", "带时区的日期时间"),
        (", expected u64", "，应为不小于 0 的整数"),
        (", expected u32", "，应为不小于 0 的整数"),
        ("invalid value: ", "值不允许："),
        ("string values must be quoted", "文本须加引号"),
        ("key with no value", "键没有值"),
        ("a name alone", "仅有名称"),
        ("a table such as ", "表，例如 "),
        ("a table", "表"),
        ("wanted string or table", "应为文本或表"),
        ("literal string", "带引号的文本"),
        ("` or `", "` 或 `"),
        ("`, `", "`、`"),
        (", expected one of ", "，应为以下之一："),
        ("unknown field", "未知的键"),
        ("unknown variant", "未知的值"),
        ("missing field", "缺少键"),
        ("duplicate key", "重复的键"),
        ("invalid type: ", "类型不对："),
        ("expected one of", "应为以下之一："),
        ("there are no fields", "此处不应有键"),
        (", expected ", "，应为"),
        ("expected ", "应为"),
        ("a string", "文本"),
        ("string ", "文本 "),
        ("a boolean", "布尔值"),
        ("boolean ", "布尔值 "),
        ("integer ", "整数 "),
        ("floating point ", "小数 "),
        ("a sequence", "数组"),
    ];
    let translated = |said: String, (en, zh): &(&str, &str)| said.replace(en, zh);
    USUAL.iter().fold(message.to_owned(), translated)
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;
    use consilium_plan::Plan;

    use super::*;
    use crate::hint::OrHint as _;

    /// A report that is asked for.
    #[derive(Debug, serde::Deserialize)]
    struct RawReport {
        #[serde(rename = "rows")]
        _rows: u64,
    }

    #[test]
    fn causes_are_said_once_each_through_hints_and_contexts() {
        let none = io::Error::from(io::ErrorKind::NotFound);
        let error = Err::<(), _>(none).context("读取 plan.toml").or_hint("看看");
        assert_eq!(
            say(&error.unwrap_err()),
            "读取 plan.toml：没有该文件或文件夹"
        );
        let error = Plan::from_toml("title = 1").or_hint("看看");
        let said = say(&error.unwrap_err());
        assert!(said.starts_with("第 1 行第 9 列：类型不对"), "{said}");
    }

    #[test]
    fn what_the_parser_says_is_chinese_throughout() {
        let plan = |line: &str| {
            let error = Plan::from_toml(&format!("{line}\n")).unwrap_err();
            say(&error.into())
        };
        for (line, said) in [
            (
                "label = \"fell\"",
                "类型不对：文本 \"fell\"，应为表，例如 { column = \"NAME\" }",
            ),
            (
                "trees.growth = \"depth-wise\"",
                "类型不对：仅有名称，应为表，例如 { NAME = { … } }",
            ),
            ("trees.growth = 5", "应为文本或表"),
            (
                "trees.early_stopping = 5",
                "类型不对：整数 `5`，应为表，例如 { share = 0.1, patience = 5 }",
            ),
            (
                "vertical.first_tree = \"a\"",
                "未知的值 `a`，应为`own` 或 `joint`",
            ),
            ("limits = 3", "类型不对：整数 `3`，应为表"),
            (
                "vertical.parameters = \"c\"",
                "未知的值 `c`，应为`a` 或 `b`",
            ),
            ("kind = align", "文本须加引号，应为带引号的文本"),
            ("kind", "键没有值，应为`=`"),
        ] {
            let error = plan(line);
            assert!(error.ends_with(said), "{line}: {error}");
        }
        let error = plan("vertical.noise = 1");
        let (_, keys) = error
            .split_once("，应为以下之一：")
            .unwrap_or_else(|| panic!("{error}"));
        assert!(
            keys.starts_with("`first_tree`、`own_trees`、`min_side`、"),
            "{error}"
        );
    }

    #[test]
    fn what_is_no_report_is_told_in_chinese_with_its_place() {
        let of = |json: &str| {
            let error = serde_json::from_str::<RawReport>(json).unwrap_err();
            say(&error.into())
        };
        for (json, said) in [
            ("x", "不是所需的 JSON：应为 JSON 值（第 1 行第 1 列）"),
            (
                "{\"rows\": []}",
                "不是所需的 JSON：类型不对：数组，应为不小于 0 的整数（第 1 行第 9 列）",
            ),
            (
                "{\"rows\":\n{}}",
                "不是所需的 JSON：类型不对：表，应为不小于 0 的整数（第 2 行第 0 列）",
            ),
            ("{}", "不是所需的 JSON：缺少键 `rows`（第 1 行第 2 列）"),
        ] {
            assert_eq!(of(json), said, "{json}");
        }
    }

    #[test]
    fn what_is_not_known_stays_as_it_is() {
        assert_eq!(say(&anyhow::anyhow!("未签署任何内容")), "未签署任何内容");
    }
}
