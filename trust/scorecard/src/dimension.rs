//! What is measured of a data set.

use serde::{Deserialize, Serialize};

/// One of the four sides of trust; on each, 100 is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dimension {
    /// 质量: whether rows are complete and right.
    Quality,
    /// 稀缺性: how much others lack it.
    Scarcity,
    /// 隐私: how hard people are to find again. 100 is safe to use.
    Privacy,
    /// 价值: how much it helps a task.
    Value,
}

impl Dimension {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Dimension; 4] = [Self::Quality, Self::Scarcity, Self::Privacy, Self::Value];

    /// The name as a file writes it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Quality => "quality",
            Self::Scarcity => "scarcity",
            Self::Privacy => "privacy",
            Self::Value => "value",
        }
    }

    /// What it is called.
    pub fn name(self) -> Text {
        let zh = match self {
            Self::Quality => "质量",
            Self::Scarcity => "稀缺性",
            Self::Privacy => "隐私",
            Self::Value => "价值",
        };
        Text::of(self.id(), zh)
    }

    /// The sub-scores that it may have, each with its name in English and in Chinese.
    pub fn subscores(self) -> &'static [[&'static str; 3]] {
        match self {
            // The headings of consilium-quality.
            Self::Quality => &[
                ["completeness", "completeness", "完整性"],
                ["accuracy", "accuracy", "准确性"],
                ["consistency", "consistency", "一致性"],
                ["timeliness", "timeliness", "时效性"],
                ["conformity", "conformity", "规范性"],
                ["uniqueness", "uniqueness", "唯一性"],
                ["accessibility", "accessibility", "可访问性"],
            ],
            Self::Scarcity => &[
                ["surprisal", "surprise to others", "对他方的意外程度"],
                ["exclusive", "people that nobody else has", "独有患者"],
                [
                    "unpredictability",
                    "what others cannot predict",
                    "他方不可预测性",
                ],
            ],
            Self::Privacy => &[
                ["prosecutor", "risk of being found again", "重标识风险"],
                ["at-risk", "rows below the threshold", "低于风险阈值的行"],
                ["uniqueness", "rows that are not alone", "非唯一的行"],
                ["closeness", "what a class tells", "等价类透露程度"],
                ["membership", "what a model tells", "模型泄露程度"],
                ["sensitivity", "sensitivity level", "敏感级别"],
            ],
            Self::Value => &[
                [
                    "leave-one-out",
                    "how much its rows help",
                    "其数据有益的程度",
                ],
                ["shapley", "Shapley share", "沙普利份额"],
                [
                    "marginal",
                    "how surely its columns help",
                    "其特征列有益的把握",
                ],
                [
                    "explained",
                    "what it explains of a label at home",
                    "在本机构对标签的解释程度",
                ],
            ],
        }
    }

    /// Whether it has such a sub-score.
    pub fn has(self, id: &str) -> bool {
        self.subscores().iter().any(|[known, ..]| *known == id)
    }

    /// Whether a sub-score of it is found by institutions together; others are their own reports.
    pub fn is_found_in_studies(self, id: &str) -> bool {
        match self {
            Self::Quality | Self::Privacy => false,
            Self::Scarcity => true,
            Self::Value => id != "explained",
        }
    }

    /// What one of its sub-scores is called; its id where it is none of ours.
    pub fn subscore(self, id: &str) -> Text {
        let known = self.subscores().iter().find(|[known, ..]| *known == id);
        known.map_or_else(|| Text::of(id, id), |[_, en, zh]| Text::of(*en, *zh))
    }
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

impl Text {
    /// Joins both.
    pub fn of(en: impl Into<String>, zh: impl Into<String>) -> Text {
        Text {
            en: en.into(),
            zh: zh.into(),
        }
    }
}
