//! What is wrong, in Chinese.

use std::path::Path;

use consilium_plan::Lang;

use super::{
    LabFault, Part,
    fault::{joined, names, nobodys, plan_message},
    words,
};

impl LabFault {
    /// Says it in Chinese.
    #[expect(clippy::too_many_lines, reason = "a line or two for each fault")]
    pub(super) fn in_chinese(&self) -> String {
        use LabFault as F;
        match self {
            F::Unreadable(kind) => format!("无法读取：{}", words::of_file(*kind, Lang::Zh)),
            F::Format { format, known } => format!("未知的格式 {format}，本程序读取格式 {known}"),
            F::Text { key, most } => format!("{key} 须为 1 至 {most} 个可见字符，两端无空格"),
            F::Empty { key } => format!("{key} 为空：请至少给出一个值"),
            F::Twice { key, value } => format!("{key} 中 {value} 出现两次"),
            F::Number { key, allowed } => format!("{key} 超出范围，须为 {allowed}"),
            F::Unmeasured { measures } => {
                format!("此标签的方案以 {} 衡量", names(measures))
            }
            F::NoBlock { block } => {
                format!("beside 须为 \"pooled\"、\"exact\" 或某个设置块的名称，而不是 {block:?}")
            }
            F::Kind { kind } => format!(
                "kind = {kind:?} 的方案不能用于实验：可用 train-glm、train-gbdt、train-vertical-gbdt 与 train-hybrid-gbdt"
            ),
            F::Alignment { file, party } => format!("对齐方案 {file:?} 不给出 {party} 的共同行"),
            F::AlignmentUnknown => {
                "实验需要对齐方案，以知道按哪个键匹配行：请写出本方案旁边该方案文件的文件名，如 \
                 alignment = \"align.toml\"，而不是哈希"
                    .into()
            }
            F::NotPlan => "这是实验而不是方案：请给出它所改变的方案".into(),
            F::NotExperiment => "这是方案而不是实验：可用 `consilium lab new` 为它写一个".into(),
            F::OtherKey { file } => format!("对齐方案 {file:?} 的键与第一个不同"),
            F::NoFile { path, kind } => {
                format!("{}：{}", path.display(), words::of_file(*kind, Lang::Zh))
            }
            F::Source => "须为每家机构写明 [data.机构] 的文件，或只写一个 [table]".into(),
            F::NoParty { party, known } => {
                format!("方案中没有贡献方 {party:?}；有：{}", joined(known))
            }
            F::PartyMissing { party } => format!("没有给出方案贡献方 {party} 的数据"),
            F::SplitKeys { by, needed } => format!("by = {by:?} 需要 {needed}，不能有其他键"),
            F::SplitKind { by, kind, instead } => {
                format!("by = {by:?} 不适用于 kind = {kind:?} 的方案：{instead}")
            }
            F::SkewNumbers => "by = \"label-skew\" 需要两类标签：本方案预测的是数值".into(),
            F::Test => "[test] 须写明 share 或 folds 之一".into(),
            F::TestMissing => {
                "需要写明 share 或 folds 的 [test]：没有文件说明哪些行用于测试".into()
            }
            F::TestTwice => "划分文件已说明哪些行用于测试：请删去 [test]".into(),
            F::SplitMissing { party } => {
                format!("{party} 没有 split，而其他机构有：须都有或都没有")
            }
            F::SplitVertical => "纵向方案的行由 [test] 统一划分：请删去 split".into(),
            F::UnknownKnob { path, near, known } if near.is_empty() => {
                format!("未知的旋钮 {path:?}；本方案有：{}", known.join("、"))
            }
            F::UnknownKnob { path, near, .. } => {
                format!("未知的旋钮 {path:?}；相近的有：{}", near.join("、"))
            }
            F::NoList { path } => format!("{path:?} 的取值须为列表，例如 [16, 32]"),
            F::NoKnob => "此块没有旋钮：请至少写一个，例如 \"trees.bins\" = [16, 32]".into(),
            F::Both { one, other } => format!("{one:?} 与 {other:?} 是两个模型：请各写一块"),
            F::Setting { setting, error } => format!("{setting}：{}", plan_message(error)),
            F::OnlySimulated { setting } => format!(
                "{setting}：仅限 mode = \"simulated\"：请删去 mode = \"processes\" 或此项"
            ),
            F::SameSetting { setting, other } => match other {
                None => format!("{setting}：与精确方案是同一方案"),
                Some((other, line)) => {
                    format!("{setting}：与第 {line} 行的 {other} 是同一方案")
                }
            },
            F::TooManySettings { most } => format!("这些块的组合超过 {most} 个设置"),
            F::NoColumn { column } => format!("数据结构中没有列 {column:?}"),
            F::NoValue { column, value } => format!("没有任何可用行的 {column} 为 {value:?}"),
            F::NobodysRows { column, values } => format!(
                "有行不属于任何机构：{}；请将这些取值分给各机构，或以 rest = \"drop\" 舍去",
                nobodys(column, values, Lang::Zh)
            ),
            F::KeyColumn { alignment, column } => format!(
                "{alignment} 的键含列 {column:?}：本表须有此列，且数据结构若声明它，须为 code 或 text 类型"
            ),
            F::SeveralRows => {
                "多行的键相同而对齐方案全部保留：可改为 duplicates = \"first\"".into()
            }
            F::Repeated => {
                "有患者同时在其他医院，而方案不允许：可改为 hybrid.repeated_patients = true".into()
            }
            F::SplitFile(fault) => {
                format!("{fault}；划分文件的表头为 row,split，其后各行形如 17,train")
            }
            F::Unplaced { party, row } => format!("{party} 的第 {row} 行可用，但不在任何部分中"),
            F::HybridProcesses => {
                "mode = \"processes\" 不适用于 kind = \"train-hybrid-gbdt\"：请删去".into()
            }
            F::LinkProcesses => {
                "mode = \"processes\" 使用本机自身的链路：请删去 [link]".into()
            }
            F::AlignmentProcesses { file } => format!(
                "mode = \"processes\" 在方案的各守护进程上运行对齐方案 {file:?}：其协调方须与方案相同，且不得有方案贡献方之外的参与方"
            ),
            F::ColumnsProcesses => {
                "mode = \"processes\" 按方案的对齐研究寻找共同行：请在 [data.机构] 中给出各机构自己的文件"
                    .into()
            }
            F::OneLabel { file } => one_label(file.as_deref()),
            F::NoRows {
                party,
                part,
                seed,
                fold,
            } => {
                let part = match part {
                    Part::Training => "训练",
                    Part::Test => "测试",
                };
                let fold = fold.map_or_else(String::new, |fold| format!("、第 {fold} 折"));
                format!("种子 {seed}{fold}时 {party} 没有{part}行")
            }
            F::Toml(_) | F::Plan(_) | F::Schema(_) | F::Preparation(_) | F::Read(_) | F::Matrix(_) | F::Keys(_) => {
                self.to_string()
            }
        }
    }
}

fn one_label(file: Option<&Path>) -> String {
    let rows = file.map_or_else(
        || "所有机构的全部行".to_owned(),
        |file| format!("{} 的全部行", file.display()),
    );
    format!("{rows}标签相同：无从学习，AUC 与 D² 无定义")
}
