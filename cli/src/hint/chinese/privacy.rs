//! What is wrong with what was to be measured for privacy.

use consilium_privacy::{MOST_ROWS, PrivacyError};

pub(super) fn error(error: &PrivacyError) -> Option<String> {
    Some(match error {
        PrivacyError::NoRows => "表中没有任何行".to_owned(),
        PrivacyError::NoQuasiIdentifier => "未指定准标识符".to_owned(),
        PrivacyError::RowsDiffer {
            column,
            rows,
            expected,
        } => format!("列 {column} 有 {rows} 行，而表有 {expected} 行"),
        PrivacyError::TooManyRows { column } => format!("列 {column} 超过 {MOST_ROWS} 行"),
        PrivacyError::Threshold(threshold) => {
            format!("阈值须为大于 0 且不超过 1 的概率，而非 {threshold}")
        }
        PrivacyError::NotOfPopulation { rows, first } => format!(
            "{rows} 行的准标识符取值在总体表中行数更少或没有（首先见第 {first} 行）：总体表必须包含本表中的每一个人"
        ),
        PrivacyError::NoneMatched => "每一行都缺少准标识符，无法与总体表对照".to_owned(),
        PrivacyError::PopulationTooSmall { population, rows } => {
            format!("总体 {population} 人少于表中的 {rows} 行")
        }
        PrivacyError::NoScores => "成员与非成员都须有得分，且均为数字".to_owned(),
        _ => return None,
    })
}
