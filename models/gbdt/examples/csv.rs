//! Fits boosted trees to one CSV file and predicts another, for comparison with other learners.
//!
//! `csv --train FILE --test FILE --label NAME --specification FILE.json --predictions FILE
//! [--weight NAME] [--model FILE.json]`. Tables have a header; an empty cell is a missing value. The
//! predictions are means, one a line under the header `mean`, in the order of the test file's rows.
//! One line of JSON tells the thread's CPU seconds.

#[path = "shared/files.rs"]
mod files;

use std::{fs::File, ops::ControlFlow};

use consilium_gbdt::{Binned, Boosting, Cuts, Segment, Specification, Table, Tree, local};
use files::{Options, Outcome, read, write};
use rustix::time::ClockId;

#[expect(clippy::print_stdout, reason = "a program for the command line")]
fn main() -> Outcome<()> {
    let options = Options::read()?;
    let given = |name| options.given(name);
    let weight = options.get("weight");
    let specification = File::open(given("specification")?)?;
    let specification: Specification = serde_json::from_reader(specification)?;
    let boosting = Boosting::try_from(specification)?;
    let spec = boosting.specification();
    let (columns, labels, weights) = read(given("train")?, given("label")?, weight)?;
    let table = Table::new(spec.objective, columns, labels)?;
    let table = match weights {
        Some(weights) => table.with_weights(weights)?,
        None => table,
    };
    let (tested, ..) = read(given("test")?, given("label")?, weight)?;

    let begin = cpu_seconds();
    let cuts = Cuts::of(table.values(), spec.bins)?;
    let cut = cpu_seconds();
    drop(Binned::new(&cuts, table.values()));
    let binned = cpu_seconds();
    let segments = vec![Segment::whole(&boosting, table.rows())];
    let go_on = |_: &_| ControlFlow::Continue(());
    let fit = local::fit_on(&boosting, &table, &cuts, segments, go_on)?;
    let trained = cpu_seconds();
    let values: Vec<&[f64]> = tested.iter().map(|column| &column.values[..]).collect();
    let means = fit.model.means(&values);
    let predicted = cpu_seconds();

    write(given("predictions")?, &means)?;
    if let Some(model) = options.get("model") {
        serde_json::to_writer(File::create(model)?, &fit.model)?;
    }
    let losses = fit.losses.last().ok_or("a fit has losses")?;
    let trees = fit.model.trees();
    let line = serde_json::json!({
        "rows": table.rows(),
        "columns": table.columns().len(),
        "trees": trees.len(),
        "leaves": trees.iter().map(Tree::leaves).sum::<usize>(),
        "loss": losses.trained,
        "held_out_loss": losses.held_out,
        "cpu_seconds": {
            "binning": binned - begin,
            // The fit puts the values into their bins once more.
            "training": trained - binned - (binned - cut),
            "prediction": predicted - trained,
        },
    });
    println!("{line}");
    Ok(())
}

fn cpu_seconds() -> f64 {
    files::cpu_seconds(ClockId::ThreadCPUTime)
}
