//! Specifications, tables and rosters that make no sense.

use consilium_mailbox::{PartyId, mem};
use consilium_statistics::{
    Agreement, BadSpecification, Kind, Mode, Specification, StatisticsError, Table, Values,
    aggregate,
};

use crate::world::{FIRST, column, parties, plain, plain_sums, raws, specification, tables};

fn refused(change: impl FnOnce(&mut Specification)) -> BadSpecification {
    let mut spec = specification();
    change(&mut spec);
    Agreement::new(spec).unwrap_err()
}

#[test]
fn what_makes_no_sense_is_named() {
    use BadSpecification as Bad;
    assert_eq!(
        refused(|spec| spec.columns.clear()),
        Bad::Columns { got: 0 }
    );
    let name = || "age".to_owned();
    let twice = refused(|spec| spec.columns[1].name = name());
    assert_eq!(twice, Bad::TwoColumns { name: name() });
    let kinds = [
        Kind::Number {
            low: 1.0,
            high: 1.0,
        },
        Kind::Number {
            low: f64::NAN,
            high: 1.0,
        },
        Kind::Number {
            low: -f64::MAX,
            high: f64::MAX,
        },
        Kind::Integer { low: 3, high: 2 },
        Kind::Integer {
            low: i64::MIN,
            high: i64::MAX,
        },
        Kind::Category {
            levels: vec!["a".into()],
        },
        Kind::Category {
            levels: vec!["a".into(), "a".into()],
        },
        Kind::Code {
            longest: 0,
            most: 4,
        },
        Kind::Code {
            longest: 65,
            most: 4,
        },
        Kind::Code {
            longest: 4,
            most: 0,
        },
    ];
    for kind in kinds {
        let bad = refused(|spec| spec.columns[0].kind = kind);
        assert_eq!(bad, Bad::Kind { name: name() });
    }
    for label in [0, 4, 7] {
        assert_eq!(refused(|spec| spec.label = Some(label)), Bad::Label);
    }
    assert_eq!(refused(|spec| spec.periods.truncate(1)), Bad::Periods);
    assert_eq!(
        refused(|spec| spec.quantiles = vec![0.5, 0.5]),
        Bad::Quantiles
    );
    assert_eq!(refused(|spec| spec.quantiles = vec![0.0]), Bad::Quantiles);
    assert_eq!(
        refused(|spec| spec.quantile_error = f64::NAN),
        Bad::QuantileError
    );
    assert_eq!(refused(|spec| spec.minimum_cell = 1), Bad::MinimumCell);
    assert_eq!(refused(|spec| spec.most_contributors = 2), Bad::Size);
    assert_eq!(refused(|spec| spec.most_rows = 1 << 30), Bad::Size);
    assert_eq!(refused(|spec| spec.most_rows = u64::MAX), Bad::Size);
    let threshold = |epsilon, honest| Mode::Threshold {
        epsilon,
        delta: 1e-6,
        honest,
    };
    let noisy = refused(|spec| spec.mode = threshold(1.0, 3));
    assert_eq!(
        noisy,
        Bad::NoisyCode {
            name: "diagnosis".into()
        }
    );
    for mode in [threshold(0.0, 3), threshold(1.0, 0), threshold(1.0, 6)] {
        let bad = refused(|spec| {
            spec.columns.remove(5);
            spec.mode = mode;
        });
        assert_eq!(bad, Bad::Noise);
    }
    let long = refused(|spec| {
        let kind = Kind::Code {
            longest: 64,
            most: 20_000,
        };
        spec.columns = (0..150)
            .map(|at| column(&at.to_string(), kind.clone()))
            .collect();
        spec.label = None;
    });
    assert!(matches!(long, Bad::TooLong { .. }), "{long}");
}

#[test]
fn a_table_of_other_columns_is_none() {
    let agreement = Agreement::new(specification()).unwrap();
    assert!(Table::new(&agreement, vec![Values::Numbers(vec![1.0])], vec![None]).is_none());
    let mut spec = specification();
    spec.columns.truncate(1);
    (spec.label, spec.most_rows) = (None, 2);
    let agreement = Agreement::new(spec).unwrap();
    let with = |rows: usize, periods: usize| {
        let values = vec![Values::Numbers(vec![1.0; rows])];
        Table::new(&agreement, values, vec![None; periods])
    };
    assert!(with(2, 2).is_some() && with(0, 0).is_some());
    assert!(with(3, 3).is_none() && with(2, 1).is_none());
    let values = vec![Values::Booleans(vec![None])];
    assert!(Table::new(&agreement, values, vec![None]).is_none());
}

#[tokio::test(start_paused = true)]
async fn fewer_than_three_contributors_are_refused() {
    let agreement = Agreement::new(specification()).unwrap();
    let ran = plain(&agreement, &tables(&agreement, &raws(2, 1))).await;
    for outcome in ran.outcomes {
        assert!(matches!(
            outcome,
            Err(StatisticsError::BadRoster { got: 2 })
        ));
    }
    assert!(matches!(
        ran.aggregated,
        Err(StatisticsError::BadRoster { got: 2 })
    ));
}

#[tokio::test(start_paused = true)]
async fn a_roster_with_a_party_twice_is_refused() {
    let agreement = Agreement::new(specification()).unwrap();
    let parties = parties(3);
    let twice: Vec<PartyId> = [&parties[1..], &parties[1..2]].concat();
    let mail = mem::mailboxes(&parties).remove(0);
    let (mut sum, _) = plain_sums(&parties);
    let refused = aggregate(&mail, &twice, &agreement, FIRST, &mut sum).await;
    assert!(matches!(
        refused,
        Err(StatisticsError::BadRoster { got: 4 })
    ));
}
