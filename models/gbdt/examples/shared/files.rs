//! What the examples read: options of a command line, and tables.

use std::{collections::HashMap, error::Error, io::Write as _};

use consilium_gbdt::Column;
use rustix::time::{ClockId, clock_gettime};

pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

/// Options, each with its value.
pub(crate) struct Options(HashMap<String, String>);

impl Options {
    /// Reads the command line.
    pub(crate) fn read() -> Outcome<Options> {
        let mut options = HashMap::new();
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            let name = name.strip_prefix("--").ok_or("an option begins with --")?;
            let value = arguments.next().ok_or("an option has a value")?;
            options.insert(name.to_owned(), value);
        }
        Ok(Options(options))
    }

    /// Gives what stands for an option, if it is there.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Gives what stands for an option that has to be there.
    pub(crate) fn given(&self, name: &str) -> Outcome<&str> {
        Ok(self
            .get(name)
            .ok_or_else(|| format!("--{name} is required"))?)
    }
}

/// Columns, labels and weights.
pub(crate) type Rows = (Vec<Column>, Vec<f64>, Option<Vec<f64>>);

/// Reads a table with a header; an empty cell is a missing value.
pub(crate) fn read(path: &str, label: &str, weight: Option<&str>) -> Outcome<Rows> {
    let mut reader = csv::Reader::from_path(path)?;
    let names: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
    let empty = |name| Column {
        name,
        values: Vec::new(),
    };
    let mut columns: Vec<Column> = names.into_iter().map(empty).collect();
    for record in reader.records() {
        for (column, cell) in columns.iter_mut().zip(&record?) {
            let cell = cell.trim();
            let value = if cell.is_empty() {
                f64::NAN
            } else {
                cell.parse()?
            };
            column.values.push(value);
        }
    }
    let mut take = |name: &str| -> Outcome<Vec<f64>> {
        let place = columns.iter().position(|column| column.name == name);
        Ok(columns
            .remove(place.ok_or(format!("there is no column {name}"))?)
            .values)
    };
    let labels = take(label)?;
    let weights = weight.map(take).transpose()?;
    Ok((columns, labels, weights))
}

/// Writes predictions, one a line under the header `mean`.
pub(crate) fn write(path: &str, means: &[f64]) -> Outcome<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    writeln!(file, "mean")?;
    for mean in means {
        writeln!(file, "{mean}")?;
    }
    Ok(file.flush()?)
}

/// Gives the CPU time that was spent up to now.
pub(crate) fn cpu_seconds(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
