use consilium_codes::{Agreement, Edition, Form, Groups, MapHead, Recoded, import};
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;

#[test]
fn kappa_is_that_of_a_worked_example() {
    // 20 yes and yes, 5 yes and no, 10 no and yes, 15 no and no: 0.7 observed, 0.5 by chance.
    let agreement = Agreement {
        both: 20,
        first: 5,
        second: 10,
        neither: 15,
    };
    assert!((agreement.kappa().unwrap() - 0.4).abs() < 1e-12);
    let never = Agreement {
        neither: 9,
        ..Agreement::default()
    };
    assert_eq!(never.kappa(), None);
}

/// What each group reaches at least, where it isn't 0.9: the lists for both systems differ in dementia
/// and diabetes, and agree in tumours almost code by code.
const FLOORS: [(&str, f64); 7] = [
    ("dementia", 0.7),
    ("diabetes-with-complication", 0.85),
    ("diabetes-complicated", 0.78),
    ("coagulopathy", 0.85),
    ("malignancy", 0.99),
    ("metastatic-tumour", 0.99),
    ("solid-tumour", 0.99),
];

#[test]
fn groups_survive_a_random_choice_among_the_ways_of_a_map() {
    let edition = |system: &str| Edition {
        system: system.to_owned(),
        version: "2018".to_owned(),
    };
    let head = MapHead::new(edition("icd-9-cm"), edition("icd-10-cm"), "CMS GEM");
    let imported = import::gem(include_str!("../files/gem.csv"), &head).unwrap();
    assert!(imported.left_out.is_empty());
    let claims = include_str!("../files/claims.txt")
        .lines()
        .filter(|line| !line.starts_with('#'));
    let claims: Vec<Vec<String>> = claims
        .map(|claim| {
            let codes = claim
                .split(' ')
                .map(|code| Form::Icd9Cm.normalise(code).unwrap().code);
            codes.collect()
        })
        .collect();
    for list in [Groups::charlson(), Groups::elixhauser()] {
        let mut rng = ChaCha20Rng::seed_from_u64(7);
        let mut recoded = Recoded::new(&list);
        for claim in &claims {
            let codes: Vec<&str> = claim.iter().map(String::as_str).collect();
            recoded.push(&list, &imported.value, &codes, &mut rng);
        }
        for (id, agreement) in &recoded.groups {
            let floor = FLOORS.iter().find(|(group, _)| group == id);
            let floor = floor.map_or(0.9, |(_, floor)| *floor);
            let kappa = agreement.kappa();
            let is_seen = agreement.neither < claims.len() as u64;
            assert_eq!(kappa.is_some(), is_seen, "{} {id}", list.name());
            assert!(
                kappa.is_none_or(|it| it >= floor),
                "{} {id}: {kappa:?}",
                list.name()
            );
        }
        assert!(
            recoded.chosen > 300,
            "{} codes with a choice",
            recoded.chosen
        );
        assert!(
            recoded.median().unwrap() >= 0.95,
            "{}: {:?}",
            list.name(),
            recoded.median()
        );
        let counted = |agreement: &Agreement| {
            agreement.both + agreement.first + agreement.second + agreement.neither
        };
        assert!(
            recoded
                .groups
                .iter()
                .all(|(_, it)| counted(it) == claims.len() as u64)
        );
    }
}
