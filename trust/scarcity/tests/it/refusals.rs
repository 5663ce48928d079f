//! What makes no sense is refused before anything is sent.

use consilium_mailbox::{Fault, mem};
use consilium_scarcity::{
    Agreement, BadSpecification, Bins, Noise, Own, Rows, ScarcityError, Sketch, Specification,
    Values, aggregate, contribute,
};
use consilium_secagg::plain::PlainContributor;

use crate::world::{FIRST, counting, houses, parties, plain_sums, seed, specification};

fn refused(change: impl FnOnce(&mut Specification)) -> BadSpecification {
    let mut spec = counting(1_024, 1_000);
    change(&mut spec);
    Agreement::new(spec).unwrap_err()
}

#[test]
fn specifications_without_sense_are_named() {
    assert_eq!(
        refused(|spec| spec.columns.clear()),
        BadSpecification::Columns { got: 0 }
    );
    let two = refused(|spec| spec.columns[1].name = "age".into());
    assert!(matches!(two, BadSpecification::TwoColumns { name } if name == "age"));
    let bins = [
        Bins::Cuts(vec![]),
        Bins::Cuts(vec![2.0, 2.0]),
        Bins::Cuts(vec![1.0, f64::NAN]),
        Bins::Cuts((0..70).map(f64::from).collect()),
        Bins::Levels(vec!["one".into()]),
        Bins::Levels(vec!["one".into(), "one".into()]),
    ];
    for bins in bins {
        let bad = refused(|spec| spec.columns[3].bins = bins);
        assert!(matches!(bad, BadSpecification::Bins { name } if name == "cost"));
    }
    for pseudo in [0.0, -1.0, f64::NAN, 1e9] {
        assert_eq!(
            refused(|spec| spec.pseudo = pseudo),
            BadSpecification::Pseudo
        );
    }
    let noises = [
        (0.0, 1e-6, 3),
        (1.0, 0.0, 3),
        (1.0, 0.6, 3),
        (1.0, 1e-6, 0),
        (1.0, 1e-6, 7),
        (1e30, 1e-6, 3),
    ];
    for (epsilon, delta, honest) in noises {
        let noise = Noise {
            epsilon,
            delta,
            honest,
        };
        assert_eq!(refused(|spec| spec.noise = noise), BadSpecification::Noise);
    }
    for (buckets, entities, falsely) in [
        (255, 1, 0.1),
        (1 << 23, 1, 0.1),
        (256, 0, 0.1),
        (256, 1, 0.0),
        (256, 1, 0.3),
    ] {
        let sketch = Sketch {
            buckets,
            entities,
            falsely,
        };
        assert_eq!(
            refused(|spec| spec.sketch = Some(sketch)),
            BadSpecification::Sketch
        );
    }
    assert_eq!(
        refused(|spec| spec.most_contributors = 3),
        BadSpecification::Size
    );
    assert_eq!(
        refused(|spec| spec.most_rows = 1 << 31),
        BadSpecification::Size
    );
    let many = refused(|spec| {
        let column = |place: usize| consilium_scarcity::Column {
            name: format!("c{place}"),
            bins: Bins::Cuts((0..30).map(f64::from).collect()),
        };
        spec.columns = (0..20).map(column).collect();
    });
    assert!(matches!(many, BadSpecification::TooManyCells { cells } if cells > 190_000));
}

#[test]
fn rows_of_another_form_are_none() {
    let agreement = Agreement::new(Specification {
        columns: specification().columns[1..3].to_vec(),
        ..specification()
    })
    .unwrap();
    let smokers = || Values::Booleans(vec![None; 4]);
    let wards = || Values::Levels(vec![Some(9); 4]);
    assert!(Rows::new(&agreement, &[smokers(), wards()]).is_some());
    let others = [
        vec![],
        vec![smokers()],
        vec![wards(), smokers()],
        vec![smokers(), Values::Levels(vec![None; 5])],
        vec![Values::Booleans(vec![]), Values::Levels(vec![])],
    ];
    assert!(
        others
            .iter()
            .all(|columns| Rows::new(&agreement, columns).is_none())
    );
}

#[tokio::test(start_paused = true)]
async fn three_contributors_are_too_few() {
    let agreement = Agreement::new(specification()).unwrap();
    let parties = parties(3);
    let mail = mem::mailboxes(&parties);
    let (mut sum, _) = plain_sums(&parties);
    let refused = aggregate(&mail[0], &parties[1..], &agreement, FIRST, &mut sum).await;
    assert!(matches!(refused, Err(ScarcityError::BadRoster { got: 3 })));
}

#[tokio::test(start_paused = true)]
async fn rows_without_what_is_counted_and_strangers_are_refused_before_anything_is_sent() {
    let agreement = Agreement::new(counting(512, 512)).unwrap();
    let parties = parties(4);
    let mail = mem::mailboxes(&parties);
    let houses = houses(&agreement, 4, 1);
    let mut sum = PlainContributor {
        aggregator: parties[0].clone(),
    };
    let own = Own {
        agreement: &agreement,
        rows: &houses[0].0,
        entities: None,
        seed: &seed(0),
    };
    let refused = contribute(&mail[1], (&parties[0], &parties[1..]), own, FIRST, &mut sum).await;
    assert!(matches!(refused, Err(ScarcityError::BadRows)));
    assert_eq!(refused.unwrap_err().fault(), Fault::Input);
    let own = Own {
        entities: houses[0].1.as_ref(),
        ..own
    };
    let roster = [&parties[2..], &["other".parse().unwrap()]].concat();
    let refused = contribute(&mail[1], (&parties[0], &roster), own, FIRST, &mut sum).await;
    assert!(matches!(refused, Err(ScarcityError::BadRoster { got: 4 })));
    let other = Agreement::new(Specification {
        columns: specification().columns[..3].to_vec(),
        ..counting(512, 512)
    })
    .unwrap();
    let own = Own {
        agreement: &other,
        ..own
    };
    let refused = contribute(&mail[1], (&parties[0], &parties[1..]), own, FIRST, &mut sum).await;
    assert!(matches!(refused, Err(ScarcityError::BadRows)));
    assert_eq!(mail[1].account().steps().count(), 0);
}
