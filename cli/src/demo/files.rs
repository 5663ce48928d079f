//! The folder that a demo leaves.

use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::Path,
};

use super::{comparison::score, hospitals::Demo, measured::Measured};

/// Writes the coefficients, and for each hospital the scores of its test rows.
pub(crate) fn write(folder: &Path, demo: &Demo, measured: &Measured) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let mut file = create(&folder.join("coefficients.csv"))?;
    writeln!(
        file,
        "name,coefficient,standard_error,statistic,p_value,lower,upper"
    )?;
    for estimate in &measured.fit.publish().estimates {
        let (lower, upper) = estimate.interval;
        let name = &estimate.name;
        let numbers = [
            estimate.coefficient,
            estimate.standard_error,
            estimate.statistic,
            estimate.p_value,
        ];
        let [coefficient, error, statistic, p] = numbers;
        writeln!(
            file,
            "{name},{coefficient},{error},{statistic},{p},{lower},{upper}"
        )?;
    }
    file.flush()?;

    if measured.mode == "processes" {
        // Each hospital's daemon has written its own.
        return Ok(());
    }
    for hospital in &demo.hospitals {
        let own = folder.join(hospital.party.as_str());
        fs::create_dir_all(&own)?;
        let mut file = create(&own.join("scores.csv"))?;
        writeln!(file, "row,label,score")?;
        let scored = score(&measured.fit, &hospital.test.table);
        for (row, scored) in hospital.test.row_numbers.iter().zip(scored) {
            writeln!(file, "{row},{},{}", scored.label, scored.score)?;
        }
        file.flush()?;
    }
    Ok(())
}

fn create(path: &Path) -> anyhow::Result<BufWriter<File>> {
    use anyhow::Context as _;
    let file = File::create(path).with_context(|| format!("creating {}", path.display()))?;
    Ok(BufWriter::new(file))
}
