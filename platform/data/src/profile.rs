use std::collections::HashSet;

use consilium_schema::{
    ColumnProfile, Distinct, LevelCount, NumberSummary, Profile, Quantile, Rows, Summary,
    TextLengths,
};

use crate::{Categories, Flags, NamedColumn, Numbers, Table, Texts, Values};

const MOST_DISTINCT: usize = 100_000;
const TOP: usize = 10;
const SHARES: [f64; 7] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/// Counts and summarises the columns of a table.
///
/// # Security
///
/// The profile holds values of single rows; it is for their owner.
pub fn profile(table: &Table) -> Profile {
    let columns = table.columns().iter().map(column).collect();
    Profile {
        rows: table.rows().into(),
        columns,
    }
}

fn column(column: &NamedColumn) -> ColumnProfile {
    let sketch = match &column.values {
        Values::Numbers(values) => numbers(values),
        Values::Categories(values) => categories(values),
        Values::Texts(values) => texts(values, column.kind == "code"),
        Values::Flags(values) => flags(values),
        Values::Dates(values) => {
            let mut days: Vec<_> = values.iter().flatten().collect();
            let present = days.len();
            days.sort_unstable();
            days.dedup();
            let summary = match (days.first(), days.last()) {
                (Some(first), Some(last)) => Summary::Dates {
                    first: first.to_string(),
                    last: last.to_string(),
                },
                _ => Summary::Nothing,
            };
            Sketch::new(values.iter().len(), present, days.len(), summary)
        }
    };
    ColumnProfile {
        name: column.name.clone(),
        kind: column.kind.to_owned(),
        unit: column.unit.clone(),
        present: sketch.present,
        missing: sketch.missing,
        distinct: sketch.distinct,
        summary: sketch.summary,
    }
}

struct Sketch {
    present: Rows,
    missing: Rows,
    distinct: Distinct,
    summary: Summary,
}

impl Sketch {
    fn new(rows: usize, present: usize, distinct: usize, summary: Summary) -> Self {
        Self {
            present: present.into(),
            missing: (rows - present).into(),
            distinct: Distinct {
                values: distinct as u64,
                capped: distinct == MOST_DISTINCT,
            },
            summary: if present == 0 {
                Summary::Nothing
            } else {
                summary
            },
        }
    }
}

fn numbers(column: &Numbers) -> Sketch {
    let rows = column.iter().len();
    let mut sorted: Vec<f64> = column.iter().flatten().collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let present = sorted.len();
    let (Some(min), Some(max)) = (sorted.first().copied(), sorted.last().copied()) else {
        return Sketch::new(rows, 0, 0, Summary::Nothing);
    };
    // Two passes: the sum of squares alone loses the digits of large, close numbers.
    let mean = sorted.iter().sum::<f64>() / present as f64;
    let squares: f64 = sorted.iter().map(|value| (value - mean).powi(2)).sum();
    let summary = Summary::Numbers(NumberSummary {
        min,
        max,
        mean,
        sd: (present > 1).then(|| (squares / (present - 1) as f64).sqrt()),
        quantiles: SHARES
            .map(|share| Quantile {
                share,
                value: quantile(&sorted, share),
            })
            .to_vec(),
    });
    sorted.dedup();
    let mut sketch = Sketch::new(rows, present, sorted.len(), summary);
    sketch.distinct.capped = false;
    sketch
}

/// Interpolates linearly in a sorted, non-empty slice.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and the length"
)]
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = sorted[place.floor() as usize];
    let above = sorted[place.ceil() as usize];
    below + (above - below) * place.fract()
}

fn categories(column: &Categories) -> Sketch {
    let mut counts = vec![0u64; column.levels().len()];
    for code in column.iter().flatten() {
        counts[code] += 1;
    }
    let levels = column.levels().iter().cloned().zip(counts);
    counted(column.iter().len(), levels.collect())
}

fn flags(column: &Flags) -> Sketch {
    let of = |wanted| {
        column
            .iter()
            .flatten()
            .filter(|flag| *flag == wanted)
            .count() as u64
    };
    let levels = vec![
        ("true".to_owned(), of(true)),
        ("false".to_owned(), of(false)),
    ];
    counted(column.iter().len(), levels)
}

fn counted(rows: usize, mut levels: Vec<(String, u64)>) -> Sketch {
    levels.retain(|(_, rows)| *rows > 0);
    let present: u64 = levels.iter().map(|(_, rows)| rows).sum();
    let distinct = levels.len();
    let summary = top(levels);
    let mut sketch = Sketch::new(
        rows,
        usize::try_from(present).unwrap_or(rows),
        distinct,
        summary,
    );
    sketch.distinct.capped = false;
    sketch
}

fn top(mut levels: Vec<(String, u64)>) -> Summary {
    levels.sort_by(|(a, fewer), (b, more)| more.cmp(fewer).then_with(|| a.cmp(b)));
    let rest = levels.split_off(levels.len().min(TOP));
    Summary::Levels {
        top: levels
            .into_iter()
            .map(|(level, rows)| LevelCount {
                level,
                rows: Rows(rows),
            })
            .collect(),
        others: Rows(rest.iter().map(|(_, rows)| rows).sum()),
    }
}

fn texts(column: &Texts, codes: bool) -> Sketch {
    let rows = column.iter().len();
    let present = column.iter().flatten().count();
    let mut seen = HashSet::new();
    for text in column.iter().flatten() {
        if seen.len() == MOST_DISTINCT {
            break;
        }
        seen.insert(text);
    }
    let distinct = seen.len();
    // Codes that hardly repeat are names of persons or cases: their lengths say enough.
    let repeats = distinct < MOST_DISTINCT && 2 * distinct <= present;
    let summary = if codes && repeats {
        top(count(column))
    } else {
        lengths(column)
    };
    Sketch::new(rows, present, distinct, summary)
}

fn count(column: &Texts) -> Vec<(String, u64)> {
    let mut counts = std::collections::HashMap::new();
    for text in column.iter().flatten() {
        *counts.entry(text).or_insert(0u64) += 1;
    }
    counts
        .into_iter()
        .map(|(text, rows)| (text.to_owned(), rows))
        .collect()
}

fn lengths(column: &Texts) -> Summary {
    let lengths = column
        .iter()
        .flatten()
        .map(|text| text.chars().count() as u64);
    let (shortest, longest) = lengths.fold((u64::MAX, 0), |(least, most), length| {
        (least.min(length), most.max(length))
    });
    Summary::Text(TextLengths { shortest, longest })
}
