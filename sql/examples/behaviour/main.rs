//! What goes wrong with rows, and which scores of quality it lowers, on five public data sets:
//! `cargo run --release -p consilium-sql --example behaviour -- DATA PROGRAM [SET]`, DATA being the
//! folder of public tables, PROGRAM the path of `consilium-sql`, and SET one data set of the five; one line of JSON for each data set and kind, and
//! for each change that must change nothing.
//!
//! A kind of mistakes grows from none to half of the cells or rows; a larger share holds the mistakes of a
//! smaller one. The score of its heading must fall with the share (Spearman −0.95 or below), and no other
//! may move by more than 5 points: they are shares of the cells that are there.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]
#![expect(
    clippy::unwrap_used,
    reason = "a measurement stops where its data are not as expected"
)]

use std::path::Path;

use consilium_mapping::Program;
use serde_json::json;

mod data;
mod rows;
mod trial;

const SHARES: [f64; 7] = [0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5];

fn main() {
    let mut args = std::env::args().skip(1);
    let folder = args.next().expect("the folder of public tables");
    let program = args.next().expect("the path of consilium-sql");
    let program = Program::at(Path::new(&program).canonicalize().unwrap());
    let only = args.next();
    for trial in data::trials(Path::new(&folder)) {
        if only.as_ref().is_some_and(|only| only != trial.name) {
            continue;
        }
        let rows = trial.files[0].1.cells.len();
        for kind in trial.kinds() {
            let behaviour = trial.behaviour(&program, kind, &SHARES);
            println!(
                "{}",
                json!({
                    "name": "trust-behaviour",
                    "data": trial.name,
                    "rows": rows,
                    "kind": kind.name(),
                    "heading": kind.heading().name(),
                    "shares": SHARES,
                    "scores": behaviour.scores,
                    "spearman": behaviour.spearman,
                    "others_moved": behaviour.others,
                    "ok": behaviour.is_right(),
                })
            );
        }
        for (control, is_same) in trial.controls(&program) {
            println!(
                "{}",
                json!({
                    "name": "trust-behaviour",
                    "data": trial.name,
                    "control": control,
                    "ok": is_same,
                })
            );
        }
    }
}
