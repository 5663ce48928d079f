//! Parties that crash.

use consilium_mailbox::{
    RunId,
    sim::{Crash, Moment, World},
};
use consilium_statistics::{Agreement, Kind, Specification, Table, Values};

use crate::world::{Ran, column, parties, plain, plain_sums, run, specification};

fn small() -> (Agreement, Vec<Table>) {
    let spec = Specification {
        columns: vec![
            column("age", Kind::Integer { low: 0, high: 99 }),
            column("died", Kind::Boolean),
        ],
        label: Some(1),
        periods: Vec::new(),
        quantile_error: 0.05,
        ..specification()
    };
    let agreement = Agreement::new(spec).unwrap();
    let table = |place: u32| {
        let rows = 0..100 + 10 * place;
        let ages = rows.clone().map(|row| f64::from(row * 7 % 100)).collect();
        let died = rows.map(|row| Some(row % 3 == 0)).collect();
        let values = vec![Values::Numbers(ages), Values::Booleans(died)];
        Table::new(&agreement, values, Vec::new()).unwrap()
    };
    let tables = (0..4).map(table).collect();
    (agreement, tables)
}

/// Everybody has ended, with the findings over those who are in them or an error that says why.
fn assert_right_or_named(ran: &Ran, agreement: &Agreement, tables: &[Table]) {
    let rows = |place: usize| tables[place].rows() as u64;
    for outcome in &ran.outcomes {
        match outcome {
            Ok(outcome) => {
                let parties = &parties(tables.len())[1..];
                let contributors = &outcome.findings.contributors;
                let expected: u64 = (0..tables.len())
                    .filter(|place| contributors.contains(&parties[*place]))
                    .map(rows)
                    .sum();
                assert_eq!(outcome.findings.rows, Some(expected));
                assert_eq!(
                    outcome.findings.columns.len(),
                    agreement.specification().columns.len()
                );
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_anywhere_gives_findings_over_the_others_or_a_named_error() {
    let (agreement, tables) = small();
    let whole = plain(&agreement, &tables).await;
    assert_eq!(whole.findings().contributors.len(), 4);
    let steps = [
        "statistics.1.key",
        "plain-sum.1.input",
        "statistics.1.summed",
        "statistics.1.same",
    ];
    let (mut crashes, mut successes) = (0, 0);
    for party in parties(4) {
        for step in steps {
            for moment in [Moment::BeforeSend, Moment::AfterSend, Moment::OnReceive] {
                for nth in [0, 1, 5] {
                    let world = World::new(1).without_transcript();
                    world.crash(Crash {
                        party: party.clone(),
                        step: step.to_owned(),
                        nth,
                        moment,
                    });
                    let mail = world.mailboxes(&parties(4), RunId([7; 16]));
                    let sums = plain_sums(&parties(4));
                    let ran = run(mail, sums, (&agreement, &tables)).await;
                    assert_right_or_named(&ran, &agreement, &tables);
                    crashes += 1;
                    successes += ran
                        .outcomes
                        .iter()
                        .filter(|outcome| outcome.is_ok())
                        .count();
                }
            }
        }
    }
    assert!(crashes == 180 && successes > 180, "{successes}");
}

/// Who is gone before its first vector is left out, and the others go on.
#[tokio::test(start_paused = true)]
async fn a_contributor_that_never_comes_is_left_out() {
    let (agreement, tables) = small();
    let world = World::new(1).without_transcript();
    world.crash(Crash {
        party: parties(4)[3].clone(),
        step: "plain-sum.1.input".to_owned(),
        nth: 0,
        moment: Moment::BeforeSend,
    });
    let mail = world.mailboxes(&parties(4), RunId([7; 16]));
    let ran = run(mail, plain_sums(&parties(4)), (&agreement, &tables)).await;
    for place in [0, 1, 3] {
        let found = &ran.outcomes[place].as_ref().unwrap().findings;
        assert_eq!(found.contributors.len(), 3);
        assert_eq!(found.rows, Some(100 + 110 + 130));
    }
    assert!(ran.outcomes[2].is_err());
}
