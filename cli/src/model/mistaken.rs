//! What a file is that was taken for a model.

use std::{
    fs,
    path::{Path, PathBuf},
};

use consilium_plan::{Lang, Plan};
use serde_json::Value;

use super::part;

/// A file that a study's result holds beside the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mistaken {
    Part,
    Report,
    OwnReport,
    Plan,
    Scores,
}

impl Mistaken {
    /// Recognises a file by what it holds: people give files other names.
    pub(super) fn recognise(text: &[u8]) -> Option<Mistaken> {
        if let Ok(value) = serde_json::from_slice::<Value>(text) {
            let has = |key| value.get(key).is_some();
            return match () {
                () if part::is_one(text) => Some(Mistaken::Part),
                () if has("opened_sets") || has("outcomes") => Some(Mistaken::Report),
                () if has("fitted_rows") || has("scored_rows") => Some(Mistaken::OwnReport),
                () => None,
            };
        }
        let text = std::str::from_utf8(text).ok()?;
        if text.starts_with("row,label,score\n") || text.starts_with("row,score\n") {
            return Some(Mistaken::Scores);
        }
        text.parse::<Plan>().is_ok().then_some(Mistaken::Plan)
    }

    /// Says what it is instead of a model.
    pub(super) fn say(self, path: &Path, lang: Lang) -> String {
        let what = match self {
            Mistaken::Part => lang.pick(
                "one institution's part of a model that several hold together",
                "多家机构共同持有的模型中一家的分片",
            ),
            Mistaken::Report => lang.pick(
                "a study's report, with measures, costs and opened sums",
                "研究报告，含评估指标、开销与开启过的合计",
            ),
            Mistaken::OwnReport => lang.pick(
                "an institution's own report, with its own measures and costs",
                "本机构自己的报告，含本机构的评估指标与开销",
            ),
            Mistaken::Plan => lang.pick("a study's plan", "研究方案"),
            Mistaken::Scores => lang.pick(
                "a table of an institution's own scores",
                "本机构自己的得分表",
            ),
        };
        let path = path.display();
        lang.pick(
            format!("{path} is {what}, and no model"),
            format!("{path} 是{what}，不是模型"),
        )
    }

    /// Says what to open instead, and with what the file itself.
    pub(super) fn hint(self, path: &Path, lang: Lang) -> String {
        if self == Mistaken::Part {
            return lang.pick(
                "`consilium model show` shows it; by itself it predicts nothing: a study of kind \
                 \"predict-vertical-gbdt\" does, with hospitals that share a schema \"predict-hybrid-gbdt\"",
                "可用 `consilium model show` 查看；它本身无法预测，须通过 kind = \"predict-vertical-gbdt\" 的研究；\
                 有共用数据结构的医院时为 \"predict-hybrid-gbdt\"",
            )
            .to_owned();
        }
        let part = part_beside(path);
        let is_part = part.is_some();
        let model = part.unwrap_or_else(|| path.with_file_name("model.json"));
        let (model, path) = (model.display(), path.display());
        let itself = match self {
            Mistaken::Report | Mistaken::OwnReport => lang.pick(
                format!("; the report is JSON for any reader of it, such as `jq . {path}`"),
                format!("；报告本身为 JSON，可用 `jq . {path}` 等工具查看"),
            ),
            Mistaken::Part | Mistaken::Plan | Mistaken::Scores => String::new(),
        };
        if is_part {
            return lang.pick(
                format!("each institution has a part of the model, in a file of the same result: `consilium model show {model}`{itself}"),
                format!("各机构各持模型的一个分片，是同一结果中的文件：`consilium model show {model}`{itself}"),
            );
        }
        lang.pick(
            format!("the model is the file model.json of the same result: `consilium model show {model}`{itself}"),
            format!("模型是同一结果中的 model.json：`consilium model show {model}`{itself}"),
        )
    }
}

/// Finds the first part of a model that `consilium local` has left beside a file: there all parties'
/// files lie in one folder.
fn part_beside(path: &Path) -> Option<PathBuf> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let entries = fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let parts = names.filter(|name| name.ends_with("-model.json"));
    Some(path.with_file_name(parts.min()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_opens_another_file_of_a_result_is_told_of_one_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let report = folder.path().join("report.json");
        let told = || Mistaken::Report.hint(&report, Lang::En);
        assert!(told().contains("file model.json of the same"), "{}", told());
        for party in ["north", "clinic"] {
            fs::write(folder.path().join(format!("{party}-model.json")), "{}").unwrap();
        }
        let part = folder.path().join("clinic-model.json");
        for lang in Lang::ALL {
            let told = Mistaken::Report.hint(&report, lang);
            assert!(
                told.contains(&format!("`consilium model show {}`", part.display())),
                "{told}"
            );
        }
    }
}
