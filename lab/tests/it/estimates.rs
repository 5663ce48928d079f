//! What runs of the examples send, beside what their plans' cost model says of them.

use consilium_lab::{Arm, CellKey, EstimatedParty, Outcome, Report, SettingNumber};

use crate::learning::{fitted, learn, load};

/// How far off an estimate of bytes may be.
const BOUND: f64 = 0.3;

/// Runs these cells of an example and gives its report, with the outcomes.
fn report(example: &str, arms: &[Arm]) -> (Report, Vec<Outcome>) {
    let (experiment, tables) = load(example);
    let runs = arms.iter().map(|arm| {
        let outcome = learn(&experiment, &tables, arm.clone());
        let key = experiment.key_of(&outcome.cell, tables.digest(), "tests");
        (key.expect("the cell is the experiment's"), outcome)
    });
    let runs: Vec<(CellKey, Outcome)> = runs.collect();
    let report = Report::new(&experiment, &runs);
    (
        report,
        runs.into_iter().map(|(_, outcome)| outcome).collect(),
    )
}

fn setting(number: u32) -> Arm {
    Arm::Approximate {
        setting: SettingNumber(number),
    }
}

fn is_near(told: f64, measured: f64, what: &str) {
    let ratio = told / measured;
    let within = 1.0 - BOUND..1.0 + BOUND;
    assert!(within.contains(&ratio), "{what}: {told}, not {measured}");
}

#[test]
fn each_party_sends_what_was_estimated_where_rows_are_added_up() {
    let examples = [
        (
            "heart-disease/lab.toml",
            vec![Arm::Exact, setting(1), setting(5), setting(6)],
        ),
        (
            "rand-hie/lab.toml",
            vec![Arm::Exact, setting(2), setting(4)],
        ),
        // Fewer, shallower and coarser trees: the others take long.
        ("diabetes/lab.toml", vec![setting(6)]),
    ];
    for (example, arms) in examples {
        let (report, outcomes) = report(example, &arms);
        for outcome in &outcomes {
            let arm = report.arm(&outcome.cell.arm).expect("it was run");
            let estimated = arm.estimated.as_ref().expect("parties work together");
            let measured = fitted(outcome);
            assert_eq!(estimated.parties.len(), measured.parties.len());
            for cost in &measured.parties {
                let EstimatedParty { sent_bytes, .. } = estimated.parties[&cost.party];
                let what = format!("{example}, {:?}, {}", outcome.cell.arm, cost.party);
                is_near(sent_bytes, cost.sent_bytes as f64, &what);
            }
        }
    }
}

#[test]
fn all_together_send_what_was_estimated_where_they_have_columns_each() {
    let (report, outcomes) = report("admission/lab.toml", &[setting(6)]);
    let arm = report.arm(&setting(6)).expect("it was run");
    let estimated = arm.estimated.as_ref().expect("parties work together");
    let measured = fitted(&outcomes[0]);
    let sent: u64 = measured.parties.iter().map(|cost| cost.sent_bytes).sum();
    is_near(estimated.sent_bytes, sent as f64, "all parties");
    // What feature holders return hangs on how many values their columns have.
    let hospital = measured
        .parties
        .iter()
        .find(|it| it.party.as_str() == "hospital");
    let hospital = hospital.expect("it has the labels");
    let EstimatedParty { sent_bytes, .. } = estimated.parties[&hospital.party];
    is_near(sent_bytes, hospital.sent_bytes as f64, "the label holder");
}

#[test]
fn what_is_learnt_in_one_place_has_no_estimate() {
    let (report, _) = report("heart-disease/lab.toml", &[Arm::Pooled, Arm::Exact]);
    let estimated = |arm: &Arm| report.arm(arm).and_then(|it| it.estimated.as_ref());
    assert!(estimated(&Arm::Pooled).is_none() && estimated(&Arm::Exact).is_some());
    assert!(
        report
            .csv()
            .contains(",estimated_cpu_s,estimated_sent_bytes,")
    );
    let page = report.html(consilium_plan::Lang::En);
    assert!(page.contains("Estimates beside measurements") && page.contains("– switzerland"));
}
