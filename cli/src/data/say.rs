//! The texts of `consilium data`, in two languages.

mod faults;

use std::ops::Range;
use std::path::Path;

use comfy_table::{CellAlignment, Table};
use consilium_data::draft::Remark;
use consilium_data::{Counts, Note};
use consilium_schema::Outside;

use crate::terminal::on_one_line;
use consilium_plan::Lang;
pub(super) use faults::{issue, read_error, way_out, way_out_of};

/// Said of every file: that no row was lost.
pub(super) fn counts(counts: &Counts, lang: Lang) -> String {
    let Counts {
        rows_in_file,
        rows_read,
        rows_refused,
    } = counts;
    match lang {
        Lang::En => {
            format!("rows: {rows_in_file} in the file = {rows_read} read + {rows_refused} refused")
        }
        Lang::Zh => format!("行数：文件 {rows_in_file} = 读入 {rows_read} + 拒绝 {rows_refused}"),
    }
}

/// Which schema a file was read by.
pub(super) fn schema(path: Option<&Path>, lang: Lang) -> String {
    match (path, lang) {
        (Some(path), Lang::En) => format!("schema: {}", path.display()),
        (Some(path), Lang::Zh) => format!("数据结构：{}", path.display()),
        (None, _) => lang
            .pick(
                "schema: drafted from this file (declare one with --schema)",
                "数据结构：由此文件推断（可用 --schema 指定）",
            )
            .to_owned(),
    }
}

pub(super) fn more(more: u64, lang: Lang) -> String {
    match lang {
        Lang::En => format!("and {more} more faults"),
        Lang::Zh => format!("另有 {more} 处问题"),
    }
}

pub(super) fn note(note: &Note, lang: Lang) -> String {
    let said = match (note, lang) {
        (Note::NoFinalLineBreak, Lang::En) => {
            "no line break ends the file: its last cell may be cut".to_owned()
        }
        (Note::NoFinalLineBreak, Lang::Zh) => {
            "文件末尾没有换行：最后一个单元格可能不完整".to_owned()
        }
        (Note::BlankLines { lines }, Lang::En) => format!("{lines} blank lines passed over"),
        (Note::BlankLines { lines }, Lang::Zh) => format!("跳过 {lines} 个空行"),
        (Note::ColumnsNotDeclared { columns }, Lang::En) => {
            format!("columns not in the schema, passed over: {}", list(columns))
        }
        (Note::ColumnsNotDeclared { columns }, Lang::Zh) => {
            format!("数据结构中未声明而跳过的列：{}", list(columns))
        }
        (Note::ColumnsNamed { columns }, Lang::En) => {
            format!(
                "columns without a name of their own, now called: {}",
                list(columns)
            )
        }
        (Note::ColumnsNamed { columns }, Lang::Zh) => {
            format!("没有名称或重名的列，现命名为：{}", list(columns))
        }
        (Note::Adjusted { column, rows, rule }, Lang::En) => {
            let done = match rule {
                Outside::Missing => "taken as missing",
                _ => "set to the nearest bound",
            };
            format!("{}: {rows} values outside were {done}", on_one_line(column))
        }
        (Note::Adjusted { column, rows, rule }, Lang::Zh) => {
            let done = match rule {
                Outside::Missing => "按缺失处理",
                _ => "改为最近的边界值",
            };
            format!("{}：{rows} 个超出范围的值已{done}", on_one_line(column))
        }
        (other, _) => format!("{other:?}"),
    };
    format!("{}{said}", lang.pick("note: ", "注意："))
}

/// The first lines of a drafted schema.
pub(super) fn draft_header(file: &Path, lang: Lang) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let name = on_one_line(&name);
    match lang {
        Lang::En => format!(
            "# Drafted from {name}. Check every column; give units and ranges.\n\
             # Comments and levels hold values of the rows: look at them before you share this.\n\n"
        ),
        Lang::Zh => format!(
            "# 根据 {name} 生成的草案。请逐列核对，并补充单位和取值范围。\n\
             # 注释和类别取值来自数据行：对外共享之前请先检查。\n\n"
        ),
    }
}

pub(super) fn remark(remark: &Remark, lang: Lang) -> String {
    match (remark, lang) {
        (Remark::NoValue, _) => {
            lang.pick("no value in this file", "此文件中该列没有值").to_owned()
        }
        (Remark::Seen { min, max }, Lang::En) => {
            format!("seen: {min} to {max}; declare min and max that are plausible")
        }
        (Remark::Seen { min, max }, Lang::Zh) => {
            format!("实际取值：{min} 至 {max}；请用 min 和 max 声明合理范围")
        }
        (Remark::FewNumbers { levels }, _) if levels == &[0, 1] => lang
            .pick(
                "0 and 1 alone; if they mean no and yes: type = \"boolean\"",
                "只有 0 和 1；如果表示否和是，请改为：type = \"boolean\"",
            )
            .to_owned(),
        (Remark::FewNumbers { levels }, _) => {
            let ask = lang.pick(
                "few numbers; if they are levels and no amounts:",
                "取值很少；如果是类别而不是数量，请改为：",
            );
            format!("{ask} type = \"category\", levels = {levels:?}")
        }
        (Remark::MaybeMissing { marker, rows }, Lang::En) => format!(
            "{marker} stands in {rows} rows and nothing else is negative; if it means missing: \
             missing = [{marker}]"
        ),
        (Remark::MaybeMissing { marker, rows }, Lang::Zh) => format!(
            "{rows} 行为 {marker}，此外没有负值；如果表示缺失，请加上：missing = [{marker}]"
        ),
        (Remark::TakenAsMissing { marker, rows }, Lang::En) => {
            format!("{marker:?} ({rows} rows) is taken to mean missing")
        }
        (Remark::TakenAsMissing { marker, rows }, Lang::Zh) => {
            format!("{marker:?}（{rows} 行）视为缺失")
        }
        (Remark::Infinite { rows }, Lang::En) => format!(
            "numbers, but for infinite ones ({rows} rows): correct these, or declare \
             type = \"number\" and what they mean, as in missing = [\"inf\"]"
        ),
        (Remark::Infinite { rows }, Lang::Zh) => format!(
            "其余为数值，但有 {rows} 行为无穷大：请修正这些行，或声明 type = \"number\" 并说明其含义，\
             例如 missing = [\"inf\"]"
        ),
        (Remark::CodeOfDigits, _) => lang
            .pick(
                "digits with leading zeros, or too many for a number: a code",
                "数字有前导零，或位数过多而不能作为数值：按编码处理",
            )
            .to_owned(),
        (Remark::TimeOfDayDropped, _) => {
            lang.pick("times of day are dropped", "时刻部分不保留").to_owned()
        }
        (Remark::DayOrMonthFirst, _) => lang
            .pick(
                "dates, but day first or month first? then: type = \"date\", order = \"dmy\" or \"mdy\"",
                "看似日期，但无法判断日在前还是月在前；请改为：type = \"date\"，order = \"dmy\" 或 \"mdy\"",
            )
            .to_owned(),
        (other, _) => format!("{other:?}"),
    }
}

pub(super) fn align_right(table: &mut Table, columns: Range<usize>) {
    for column in columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

fn list(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().map(|name| on_one_line(name)).collect();
    shown.join(", ")
}
