//! What operating system and parser say, in words of people who write experiments.

use std::io::ErrorKind;

use consilium_data::system_in_chinese;
use consilium_plan::Lang;

/// Types as the parser names them, and what people write.
const TYPES: &[(&str, &str)] = &[
    ("u8", "a whole number from 0 to 255"),
    ("u16", "a whole number from 0 to 65535"),
    ("u32", "a whole number from 0 to 4294967295"),
    ("u64", "a whole number, 0 or above"),
    ("usize", "a whole number, 0 or above"),
    ("i64", "a whole number"),
    ("f64", "a number"),
    ("a boolean", "true or false"),
    ("a sequence", "a list"),
    ("a map", "a table"),
];

/// Says why a file can't be read.
pub(super) fn of_file(kind: ErrorKind, lang: Lang) -> String {
    let said = match (kind, lang) {
        (ErrorKind::InvalidData, _) => lang.pick(
            "not UTF-8: save it in that encoding",
            "不是 UTF-8 编码：请以该编码保存",
        ),
        (ErrorKind::Unsupported, _) => lang.pick("not a regular file", "不是普通文件"),
        (ErrorKind::NotFound, Lang::En) => "no such file",
        (ErrorKind::IsADirectory, Lang::En) => "a folder, not a file",
        (other, Lang::En) => return other.to_string(),
        (other, Lang::Zh) => return system_in_chinese(other),
    };
    said.to_owned()
}

/// Says what a parser of TOML says, on one line and without names of types.
pub(crate) fn of_parser(message: &str) -> String {
    let line = message.replace('\n', ", ");
    let named = line.rsplit_once("expected ").and_then(|(before, named)| {
        let (_, plain) = TYPES.iter().find(|(name, _)| *name == named)?;
        Some(format!("{before}expected {plain}"))
    });
    named.unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_named_as_people_write_them_and_what_they_wrote_is_left_alone() {
        let said = of_parser("invalid type: string \"expected u64\", expected u64");
        assert_eq!(
            said,
            "invalid type: string \"expected u64\", expected a whole number, 0 or above"
        );
        let other = "unknown field `u64`, expected one of `a`, `b`";
        assert_eq!(of_parser(other), other);
    }
}
