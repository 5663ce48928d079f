//! Workbooks, row by row, as the text that a CSV file of them would hold.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use crate::session::{Said, both};
use calamine::{DataRef, Reader as _, Xlsx, XlsxCellReader, open_workbook};

/// The most columns that a workbook has.
const MOST_COLUMNS: u32 = 16_384;

/// Gives `take` the rows of a sheet, the first where none is named. Rows have `width` cells, or as
/// many as the first.
///
/// # Errors
///
/// In words: it is no workbook, or has no such sheet.
pub(crate) fn read<T>(
    path: &Path,
    (sheet, width): (Option<&str>, Option<usize>),
    take: impl FnOnce(Rows<'_>) -> T,
) -> Result<T, Said> {
    let opened = open_workbook(path);
    let mut workbook: Xlsx<BufReader<File>> = opened.map_err(|_| {
        both(
            "this is no .xlsx workbook, or it has a password",
            "这不是 .xlsx 工作簿，或设有密码",
        )
    })?;
    let names = workbook.sheet_names();
    let sheet = match sheet {
        Some(sheet) if !names.iter().any(|name| name == sheet) => {
            return Err([
                format!("no sheet {sheet:?}; there are {}", names.join(", ")),
                format!("没有工作表 {sheet:?}；现有：{}", names.join("、")),
            ]);
        }
        Some(sheet) => sheet.to_owned(),
        None => names
            .into_iter()
            .next()
            .ok_or_else(|| both("the workbook has no sheet", "工作簿中没有工作表"))?,
    };
    let cells = workbook.worksheet_cells_reader(&sheet);
    let cells = cells.map_err(|_| {
        [
            format!("the sheet {sheet:?} can't be read"),
            format!("工作表 {sheet:?} 无法读取"),
        ]
    })?;
    Ok(take(Rows {
        cells,
        width,
        ahead: None,
        ended: false,
        row: 0,
        text: Vec::new(),
        given: 0,
    }))
}

/// The rows of a sheet as bytes of CSV; a line stands for a row, so that an error names it.
pub(crate) struct Rows<'a> {
    cells: XlsxCellReader<'a, BufReader<File>>,
    width: Option<usize>,
    ahead: Option<Cell>,
    ended: bool,
    /// The row that comes next, counted from 0.
    row: u32,
    text: Vec<u8>,
    given: usize,
}

/// A cell that is not empty.
struct Cell {
    row: u32,
    column: u32,
    text: String,
}

impl Rows<'_> {
    fn next_cell(&mut self) -> io::Result<Option<Cell>> {
        if let Some(cell) = self.ahead.take() {
            return Ok(Some(cell));
        }
        if self.ended {
            return Ok(None);
        }
        let broken = || io::Error::from(io::ErrorKind::InvalidData);
        while let Some(cell) = self.cells.next_cell().map_err(|_| broken())? {
            let (row, column) = cell.get_position();
            if column >= MOST_COLUMNS {
                return Err(broken());
            }
            let text = shown(cell.get_value());
            if !text.is_empty() {
                return Ok(Some(Cell { row, column, text }));
            }
        }
        self.ended = true;
        Ok(None)
    }

    /// Writes the next row that has a cell; leaves the text empty at the end.
    fn refill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.given = 0;
        let Some(first) = self.next_cell()? else {
            return Ok(());
        };
        let row = first.row;
        let skipped = row
            .checked_sub(self.row)
            .ok_or(io::ErrorKind::InvalidData)?;
        self.text.resize(skipped as usize, b'\n');
        self.row = row + 1;
        let mut cells = 0;
        let mut next = Some(first);
        while let Some(cell) = next {
            if cell.row != row {
                self.ahead = Some(cell);
                break;
            }
            // Cells come in their order, each once.
            let gap = (cell.column + 1).checked_sub(cells + 1);
            let gap = gap.ok_or(io::ErrorKind::InvalidData)?;
            for _ in 0..=gap {
                self.separate(cells);
                cells += 1;
            }
            quote(&cell.text, &mut self.text);
            next = self.next_cell()?;
        }
        let width = *self.width.get_or_insert(cells as usize);
        while (cells as usize) < width {
            self.separate(cells);
            cells += 1;
        }
        self.text.push(b'\n');
        Ok(())
    }

    /// Begins the cell after so many others.
    fn separate(&mut self, before: u32) {
        if before > 0 {
            self.text.push(b',');
        }
    }
}

impl Read for Rows<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.text.len() {
            self.refill()?;
        }
        let ready = &self.text[self.given..];
        let taken = ready.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&ready[..taken]);
        self.given += taken;
        Ok(taken)
    }
}

fn quote(cell: &str, text: &mut Vec<u8>) {
    text.push(b'"');
    text.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
    text.push(b'"');
}

/// A cell as a text file would hold it: days as 2026-03-21, numbers with all their digits.
fn shown(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(flag) => flag.to_string(),
        DataRef::Error(error) => error.to_string(),
        DataRef::DateTime(time) if !time.is_datetime() => time.as_f64().to_string(),
        DataRef::DateTime(time) => {
            let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            match (hour, minute, second, milli) {
                (0, 0, 0, 0) => date,
                (.., 0) => format!("{date} {hour:02}:{minute:02}:{second:02}"),
                _ => format!("{date} {hour:02}:{minute:02}:{second:02}.{milli:03}"),
            }
        }
    }
}
