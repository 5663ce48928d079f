//! Errors of files of codes.

use consilium_codes::CodesError;

pub(super) fn file(error: &CodesError) -> String {
    match error {
        CodesError::Head { line, message } => {
            format!("第 {line} 行：{}", super::parser(message))
        }
        other => other.in_chinese(),
    }
}
