//! What can be agreed on, and which rows suit it.

use std::collections::BTreeMap;

use consilium_evaluation::Range;
use consilium_gbdt::{
    BadTable, Boosting, Direction, Growing, Objective, RowSampling, Specification,
    horizontal::{Agreement, BadAgreement, BadRows, Cost, Feature, Shared, Values, most_sums},
};

use super::world::{agreement, specification};

fn shared(change: impl FnOnce(&mut Shared)) -> Result<Agreement, BadAgreement> {
    let agreement = agreement(specification(Objective::Logistic));
    let mut shared = agreement.shared().clone();
    change(&mut shared);
    Agreement::try_from(shared)
}

fn grown(change: impl FnOnce(&mut Specification)) -> Result<Agreement, BadAgreement> {
    shared(|shared| {
        let mut spec = shared.boosting.specification().clone();
        change(&mut spec);
        shared.boosting = Boosting::try_from(spec).unwrap();
    })
}

#[test]
fn an_agreement_that_is_none_names_what_is_wrong() {
    let columns = |columns| BadAgreement::Columns { columns };
    assert_eq!(shared(|s| s.columns.clear()), Err(columns(0)));
    let twice = BadAgreement::Twice {
        column: "cost".into(),
    };
    assert_eq!(shared(|s| s.columns[0].name = "cost".into()), Err(twice));
    let unknown = BadAgreement::NoColumn {
        column: "weight".into(),
    };
    let monotone = BTreeMap::from([("weight".into(), Direction::Increasing)]);
    assert_eq!(grown(|spec| spec.monotone = monotone), Err(unknown));
    let labels = |objective| BadAgreement::Labels { objective };
    let wide = Range::new(0.0, 2.0).unwrap();
    assert_eq!(shared(|s| s.labels = wide), Err(labels("logistic")));
    for (rows, parties) in [(0, 3), (3, 0), (1 << 28, 2), (1, 10_001), (u64::MAX, 2)] {
        let refused = shared(|s| (s.most_rows, s.most_contributors) = (rows, parties));
        assert_eq!(refused, Err(BadAgreement::Rows));
    }
    let deep = grown(|spec| {
        spec.trees = 10_000;
        spec.growth = Growing::DepthWise { depth: 9 };
    });
    let nodes = 10_000 * 2 * 512;
    assert_eq!(deep, Err(BadAgreement::Nodes { nodes }));
    let number = Values::Number(Range::new(0.0, 1.0).unwrap());
    let many = |columns, values| {
        move |s: &mut Shared| {
            let column = |place| Feature {
                name: format!("c{place}"),
                values,
            };
            s.columns = (0..columns).map(column).collect();
            let spec = Specification::new(Objective::Logistic);
            s.boosting = Boosting::try_from(spec).unwrap();
        }
    };
    let cells = 256_000;
    assert_eq!(
        shared(many(1_000, number)),
        Err(BadAgreement::Cells { cells })
    );
    assert!(shared(many(1_000, Values::Binary)).is_ok());
    let wide = shared(|shared| {
        many(200, number)(shared);
        let spec = Specification {
            trees: 10,
            growth: Growing::DepthWise { depth: 10 },
            ..Specification::new(Objective::Logistic)
        };
        shared.boosting = Boosting::try_from(spec).unwrap();
    });
    let cells = 200 * 256 * 1_024;
    assert_eq!(wide, Err(BadAgreement::Histograms { cells }));
}

#[test]
fn what_was_agreed_on_comes_back_from_json_and_is_checked_there() {
    let agreement = agreement(specification(Objective::Gamma));
    let json = serde_json::to_string(&agreement).unwrap();
    assert_eq!(serde_json::from_str::<Agreement>(&json).unwrap(), agreement);
    let twice = json.replace("\"cost\"", "\"age\"");
    assert!(serde_json::from_str::<Agreement>(&twice).is_err());
}

#[test]
fn rows_that_do_not_suit_are_counted_and_their_column_is_named() {
    let agreement = agreement(specification(Objective::Gamma));
    let table = |age: f64, sex: f64, label: f64| {
        let columns = vec![
            vec![40.0, age],
            vec![0.5; 2],
            vec![f64::NAN; 2],
            vec![0.0, sex],
        ];
        agreement.table(columns, vec![1.0, label])
    };
    assert_eq!(table(41.0, 1.0, 2.0).unwrap().rows(), 2);
    let values = |column: &str| BadRows::Values {
        column: column.into(),
        rows: 1,
    };
    assert_eq!(table(41.5, 1.0, 2.0), Err(values("age")));
    assert_eq!(table(121.0, 1.0, 2.0), Err(values("age")));
    assert_eq!(table(41.0, 0.5, 2.0), Err(values("sex")));
    for label in [1e7, f64::NAN] {
        assert_eq!(table(41.0, 1.0, label), Err(BadRows::Labels { rows: 1 }));
    }
    let zero = table(41.0, 1.0, 0.0);
    assert!(matches!(
        zero,
        Err(BadRows::Table(BadTable::Labels { rows: 1, .. }))
    ));
    let narrow = agreement.table(vec![Vec::new()], Vec::new());
    let (columns, agreed) = (1, 4);
    assert_eq!(narrow, Err(BadRows::Columns { columns, agreed }));
}

#[test]
fn the_most_sums_of_a_fit_are_known_before() {
    // Four of cut points, one of labels, for each tree totals, root and two levels, the last
    // totals; and as many as for one tree and its beginning whenever one of five drops out.
    let agreement = agreement(specification(Objective::Logistic));
    assert_eq!(most_sums(&agreement), 5 + 8 * 4 + 1 + 5 * (5 + 4));
}

#[test]
fn sums_of_few_bits_are_narrow_where_the_objective_bounds_gradients() {
    let goss = RowSampling::Goss {
        top: 0.2,
        other: 0.1,
    };
    // Over 30,000 rows of 1 and 2 quanta, 15 + 1 + 16 bits; counted eight times, three more of each.
    for (objective, bits, rows, width) in [
        (Objective::Logistic, None, RowSampling::All, 59),
        (Objective::Logistic, Some(2), RowSampling::All, 32),
        (Objective::Logistic, Some(3), RowSampling::All, 34),
        (Objective::Logistic, Some(4), RowSampling::All, 36),
        (Objective::Logistic, Some(8), RowSampling::All, 44),
        (Objective::Logistic, Some(2), goss, 38),
        (Objective::Squared, Some(2), RowSampling::All, 29 + 1 + 16),
        (Objective::Gamma, Some(2), RowSampling::All, 59),
    ] {
        let spec = Specification {
            gradient_bits: bits,
            rows,
            ..specification(objective)
        };
        let mut shared = agreement(spec).shared().clone();
        (shared.most_rows, shared.most_contributors) = (10_000, 3);
        let cost = Cost::of(&Agreement::try_from(shared).unwrap());
        assert_eq!(cost.cell_bits, width, "{objective:?}, {bits:?}");
    }
}

#[test]
fn what_full_trees_take_is_what_the_page_says() {
    let cost = |trees, growth| {
        let agreement = shared(|shared| {
            let number = Values::Number(Range::new(0.0, 1.0).unwrap());
            let column = |place| Feature {
                name: format!("c{place}"),
                values: number,
            };
            shared.columns = (0..60).map(column).collect();
            let spec = Specification {
                trees,
                growth,
                bins: 32,
                ..Specification::new(Objective::Logistic)
            };
            shared.boosting = Boosting::try_from(spec).unwrap();
        });
        let Cost {
            sums, cells, nodes, ..
        } = Cost::of(&agreement.unwrap());
        (sums, cells, nodes)
    };
    // Four rounds of cut points, the labels, and the losses in the end.
    let depth_five = cost(10, Growing::DepthWise { depth: 5 });
    assert_eq!(depth_five, (6 + 10 * 6, 10 * 16 * 1_920, 10 * 63));
    let stump = cost(1, Growing::DepthWise { depth: 1 });
    assert_eq!(stump, (6 + 2, 1_920, 3));
    let (leaves, depth) = (9, 30);
    let nine_leaves = cost(10, Growing::LeafWise { leaves, depth });
    assert_eq!(nine_leaves, (6 + 10 * 9, 10 * 8 * 1_920, 10 * 17));
    // Of so many nodes histograms are asked for in two sums.
    let deep = cost(1, Growing::DepthWise { depth: 12 });
    assert_eq!(deep.0, 6 + 13 + 1);
}
