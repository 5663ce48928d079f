//! What keeps rows from being valued at home.

use consilium_value::{Failure, ValueError};

pub(super) fn error(error: &ValueError) -> Option<String> {
    Some(match error {
        ValueError::Failed(failure) => match failure {
            Failure::Beyond => "模型对某些行的预测走向极端".to_owned(),
            Failure::Alone => "数据行须与其他行对照才能估值，而此处没有其他行".to_owned(),
            Failure::Undetermined => "即使加上惩罚项，这些行也不足以确定拟合".to_owned(),
            _ => return None,
        },
        ValueError::NoFit => "去掉五分之一的行后，所声明的回归无法拟合".to_owned(),
        ValueError::OtherRows => "有无这些列的两组得分不是同一批行的".to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hint::chinese::say;

    #[test]
    fn what_a_file_of_too_few_rows_is_told_is_chinese() {
        for error in [ValueError::NoFit, Failure::Beyond.into()] {
            let said = say(&error.into());
            assert!(!said.contains(|c: char| c.is_ascii_alphabetic()), "{said}");
        }
    }
}
