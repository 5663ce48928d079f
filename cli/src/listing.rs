//! What a command lists: lines for programs, a table for people.

use std::{io::Write, ops::Range};

use comfy_table::{ColumnConstraint, Width};
use consilium_plan::Lang;
use serde_json::Value;

use crate::table::{align_numbers, table};

/// One of several things of a kind. Texts are English and Chinese.
pub(crate) trait Listed {
    /// Said where there is none.
    const NONE: [&'static str; 2];
    /// The heads of the columns.
    const HEADER: &'static [[&'static str; 2]];
    /// The columns that hold numbers.
    const NUMBERS: Range<usize> = 0..0;
    /// Columns in which longer texts are wrapped, and at which width, in columns of a terminal with
    /// the blanks at both sides; a Chinese letter takes two.
    const WRAPPED: &'static [(usize, u16)] = &[];

    /// Gives it as a row of the table.
    fn row(&self, lang: Lang) -> Vec<String>;

    /// Gives it as a line of JSON; only what is written for people depends on the language.
    fn line(&self, lang: Lang) -> Value;
}

/// Prints all that is listed.
pub(crate) fn print<T: Listed>(
    found: &[T],
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    if json {
        for one in found {
            writeln!(out, "{}", one.line(lang))?;
        }
        return Ok(());
    }
    if found.is_empty() {
        return Ok(writeln!(out, "{}", pick(T::NONE, lang))?);
    }
    Ok(writeln!(out, "{}", page(found, lang))?)
}

fn page<T: Listed>(found: &[T], lang: Lang) -> String {
    let mut table = table();
    table.set_header(T::HEADER.iter().map(|head| pick(*head, lang)));
    for one in found {
        table.add_row(one.row(lang));
    }
    align_numbers(&mut table, T::NUMBERS);
    for (column, width) in T::WRAPPED {
        if let Some(column) = table.column_mut(*column) {
            column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(*width)));
        }
    }
    table.to_string()
}

fn pick([en, zh]: [&'static str; 2], lang: Lang) -> &'static str {
    lang.pick(en, zh)
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    struct Ward(&'static str);

    impl Listed for Ward {
        const NONE: [&'static str; 2] = ["no wards", "没有病区"];
        const HEADER: &'static [[&'static str; 2]] = &[["ward", "病区"], ["beds", "床位"]];
        const NUMBERS: Range<usize> = 1..2;
        const WRAPPED: &'static [(usize, u16)] = &[(0, 12)];

        fn row(&self, _: Lang) -> Vec<String> {
            vec![self.0.to_owned(), "7".to_owned()]
        }

        fn line(&self, _: Lang) -> Value {
            json!({ "ward": self.0 })
        }
    }

    /// Columns of a terminal that a line of these letters takes.
    pub(crate) fn width(line: &str) -> usize {
        let is_wide =
            |letter: &char| matches!(letter, '\u{3000}'..='\u{303f}' | '一'..='龥' | '！'..='｠');
        line.chars().count() + line.chars().filter(is_wide).count()
    }

    fn printed(wards: &[Ward], json: bool, lang: Lang) -> String {
        let mut out = Vec::new();
        print(wards, json, &mut out, lang).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn nothing_is_said_to_people_and_no_line_to_programs() {
        assert_eq!(printed(&[], false, Lang::Zh), "没有病区\n");
        assert_eq!(printed(&[], true, Lang::En), "");
        let lines = printed(&[Ward("a"), Ward("b")], true, Lang::En);
        assert_eq!(lines, "{\"ward\":\"a\"}\n{\"ward\":\"b\"}\n");
    }

    #[test]
    fn long_texts_are_wrapped_and_every_line_is_as_wide_in_either_script() {
        for (ward, parts) in [
            ("of internal medicine", ["of", "internal", "medicine"]),
            (
                "内科与心血管内科联合病区",
                ["内科与心血", "管内科联合", "病区"],
            ),
        ] {
            let page = printed(&[Ward(ward)], false, Lang::En);
            let firsts = page.lines().skip(3).zip(parts);
            for (line, part) in firsts {
                assert_eq!(line.split_whitespace().next(), Some(part), "{page}");
            }
            let widths: Vec<usize> = page.lines().map(width).collect();
            assert!(widths.iter().all(|width| *width == widths[0]), "{page}");
            assert_eq!(page.lines().count(), 3 + parts.len() + 1, "{page}");
        }
    }
}
