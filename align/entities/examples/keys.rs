//! What a key costs: `cargo run --release -p consilium-entities --example keys [ROWS]`.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]
#![expect(clippy::disallowed_methods, reason = "a measurement needs the clock")]

use std::hint::black_box;
use std::time::Instant;

use consilium_entities::{Day, Duplicates, EntitiesError, Intake, Key, Kind, Part};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rows = std::env::args()
        .nth(1)
        .map_or(Ok(1_000_000), |rows| rows.parse())?;
    let today = Day::new(2026, 1, 1).ok_or("no day")?;
    let kinds = [
        ("citizen-id", vec![Kind::CitizenId]),
        (
            "name+date+phone",
            vec![Kind::Name, Kind::Date { serials: false }, Kind::Phone],
        ),
    ];
    for (name, kinds) in kinds {
        let parts = kinds.into_iter().enumerate().map(|(place, kind)| Part {
            column: place.to_string(),
            kind,
        });
        let key = Key::new(parts.collect(), Duplicates::All)?;
        let cells = cells(rows, key.parts().len() > 1);
        let begun = Instant::now();
        let intake = take(&key, today, &cells)?;
        let taken = begun.elapsed();
        let (entities, report) = intake.finish()?;
        let finished = begun.elapsed().saturating_sub(taken);
        black_box(&entities);
        let each = |nanoseconds: u128| nanoseconds / rows.max(1) as u128;
        println!(
            "{name}: {rows} rows, {} valid, {} keys, {} ns/key taken, {} ns/key sorted",
            report.counts.valid,
            report.counts.keys,
            each(taken.as_nanos()),
            each(finished.as_nanos()),
        );
    }
    Ok(())
}

fn take<'a>(key: &'a Key, today: Day, rows: &[Vec<String>]) -> Result<Intake<'a>, EntitiesError> {
    let mut intake = Intake::new(key, today);
    let mut cells = Vec::new();
    for row in rows {
        cells.clear();
        cells.extend(row.iter().map(|cell| Some(cell.as_str())));
        intake.push(&cells)?;
    }
    Ok(intake)
}

/// Rows of sound cells, nearly all different.
fn cells(rows: usize, composite: bool) -> Vec<Vec<String>> {
    let row = |row: usize| {
        let (year, month, day) = (1930 + row % 90, row / 90 % 12 + 1, row / 1080 % 28 + 1);
        if composite {
            let name = format!("王 小{}", ('一'..='龥').nth(row % 20_000)?);
            let date = format!("{year}年{month}月{day}日");
            return Some(vec![name, date, format!("+86 138{:08}", row % 100_000_000)]);
        }
        let body = format!(
            "{}{year}{month:02}{day:02}{:03}",
            110_101 + row / 30_240 % 40_000,
            row % 1000
        );
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let digits = body.bytes().map(|byte| usize::from(byte - b'0'));
        let sum: usize = digits
            .zip(weights)
            .map(|(digit, weight)| digit * weight)
            .sum();
        Some(vec![body + &"10X98765432"[sum % 11..=sum % 11]])
    };
    (0..rows).filter_map(row).collect()
}
