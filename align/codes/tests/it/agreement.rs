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
