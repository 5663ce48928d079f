//! What is rare is called rare, and what is common isn't.

use consilium_base::Seed;
use consilium_scarcity::{Agreement, Bins, Column, Rows, Specification, Step, Values};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

use crate::world::{
    House, counting, houses, people, plain, plain_with, rows, seed, specification, uniform,
};

/// Secrets of that many hospitals in one of several worlds.
fn seeds(hospitals: usize, world: u64) -> Vec<Seed> {
    (0..hospitals)
        .map(|place| seed(place).derive("test.world", &[&world.to_le_bytes()]))
        .collect()
}

/// 95 % of intervals hold 0; 18 of 25 or fewer would once in 10^5 times.
#[tokio::test(start_paused = true)]
async fn rows_like_the_others_have_no_excess() {
    let agreement = Agreement::new(specification()).unwrap();
    let (mut holding, mut largest) = (0, 0.0_f64);
    for world in 0..5 {
        let houses = houses(&agreement, 5, world * 20);
        let ran = plain_with(&agreement, &houses, &seeds(5, world)).await;
        for place in 0..5 {
            let found = ran.outcome(place).surprisal.as_ref().unwrap();
            holding += usize::from(found.interval.contains(0.0));
            largest = largest.max(found.excess);
            let of_columns: f64 = found.columns.iter().map(|column| column.excess).sum();
            assert!((of_columns - found.excess).abs() < 1e-9);
            assert!((found.bits - found.entropy - found.excess).abs() < 1e-9);
        }
    }
    assert!(holding > 18, "{holding}");
    assert!(Step::of(largest) <= Step::Usual, "{largest}");
}

/// Of many columns some pairs seem to depend on each other by chance; 95 % of intervals hold 0, and 11 of 16 or fewer
/// would once in a thousand times.
#[tokio::test(start_paused = true)]
async fn rows_of_many_columns_like_the_others_have_no_excess() {
    let levels = || (0..6).map(|at| format!("l{at}")).collect();
    let column = |place| Column {
        name: format!("c{place}"),
        bins: Bins::Levels(levels()),
    };
    let agreement = Agreement::new(Specification {
        columns: (0..10).map(column).collect(),
        ..specification()
    })
    .unwrap();
    let house = |place: u64| {
        let mut rng = ChaCha20Rng::seed_from_u64(place);
        let mut columns = vec![Vec::new(); 10];
        for _ in 0..2_000 {
            let mut before = 0;
            for column in &mut columns {
                // Half of all follow the column before.
                if uniform(&mut rng) < 0.5 {
                    before = (6.0 * uniform(&mut rng).powi(2)) as u32;
                }
                column.push(Some(before));
            }
        }
        let columns: Vec<_> = columns.into_iter().map(Values::Levels).collect();
        (Rows::new(&agreement, &columns).unwrap(), None)
    };
    let (mut holding, mut sum) = (0, 0.0);
    for world in 0..4 {
        let houses: Vec<House> = (0..4).map(|place| house(10 * world + place)).collect();
        let ran = plain_with(&agreement, &houses, &seeds(4, world)).await;
        for place in 0..4 {
            let found = ran.outcome(place).surprisal.as_ref().unwrap();
            holding += usize::from(found.interval.contains(0.0));
            sum += found.excess;
        }
    }
    assert!(holding > 11, "{holding}");
    assert!((sum / 16.0).abs() < 0.4, "{sum}");
}

/// A bin that nobody is in seems to hold some by noise, so that intervals lie a little low: without what is added at
/// their upper ends 15 of 20 hold 0.
#[tokio::test(start_paused = true)]
async fn rows_of_columns_that_stand_alone_have_no_excess() {
    let levels = || (0..6).map(|at| format!("l{at}")).collect();
    let column = |place| Column {
        name: format!("c{place}"),
        bins: Bins::Levels(levels()),
    };
    let agreement = Agreement::new(Specification {
        columns: (0..10).map(column).collect(),
        ..specification()
    })
    .unwrap();
    let house = |place: u64| {
        let mut rng = ChaCha20Rng::seed_from_u64(place);
        let mut columns = vec![Vec::new(); 10];
        for _ in 0..2_000 {
            for column in &mut columns {
                column.push(Some((6.0 * uniform(&mut rng).powi(2)) as u32));
            }
        }
        let columns: Vec<_> = columns.into_iter().map(Values::Levels).collect();
        (Rows::new(&agreement, &columns).unwrap(), None)
    };
    let (mut holding, mut sum) = (0, 0.0);
    for world in 0..5 {
        let houses: Vec<House> = (0..4).map(|place| house(10 * world + place)).collect();
        let ran = plain_with(&agreement, &houses, &seeds(4, world)).await;
        for place in 0..4 {
            let found = ran.outcome(place).surprisal.as_ref().unwrap();
            assert!(found.columns.iter().all(|column| column.given.is_none()));
            holding += usize::from(found.interval.contains(0.0));
            sum += found.excess;
        }
    }
    assert!(holding > 15, "{holding}");
    assert!((sum / 20.0).abs() < 0.2, "{sum}");
}

#[tokio::test(start_paused = true)]
async fn the_rarer_a_hospitals_patients_the_higher_its_excess() {
    let agreement = Agreement::new(specification()).unwrap();
    let mut before = 0.2;
    for share in [0.1, 0.3, 0.9] {
        let mut houses = houses(&agreement, 5, 7);
        houses[2].0 = rows(&agreement, (4_000, share), 90);
        let ran = plain(&agreement, &houses).await;
        let excess = ran.excess(2);
        assert!(excess > before + 0.2, "{share}: {excess}");
        before = excess;
        let found = ran.outcome(2).surprisal.as_ref().unwrap();
        assert!(found.interval.low > 0.0 && found.score() > 10.0);
        // Its rare patients are told by diagnosis and cost; the others don't become rare by them.
        let diagnosis = &found.columns[4];
        assert!(diagnosis.excess > 0.15 * excess, "{:?}", found.columns);
        // To them its uniform patients make up much of the others, by whom theirs are a little more varied.
        assert!((0..5).all(|place| place == 2 || ran.excess(place) < 0.1 * excess));
    }
    assert!(Step::of(before) == Step::Singular, "{before}");
}

#[tokio::test(start_paused = true)]
async fn copies_of_a_common_row_score_nothing() {
    let agreement = Agreement::new(specification()).unwrap();
    let mut houses = houses(&agreement, 4, 3);
    let copies = [
        Values::Numbers(vec![50.0; 2_000]),
        Values::Booleans(vec![Some(false); 2_000]),
        Values::Levels(vec![Some(2); 2_000]),
        Values::Numbers(vec![3_000.0; 2_000]),
        Values::Levels(vec![Some(0); 2_000]),
    ];
    houses[1].0 = Rows::new(&agreement, &copies).unwrap();
    let ran = plain(&agreement, &houses).await;
    let found = ran.outcome(1).surprisal.as_ref().unwrap();
    assert!(found.excess < -1.0, "{}", found.excess);
    assert_eq!((found.score(), found.step), (0.0, Step::Common));
}

#[tokio::test(start_paused = true)]
async fn the_rows_that_surprise_most_are_named() {
    let agreement = Agreement::new(specification()).unwrap();
    let mut houses = houses(&agreement, 4, 3);
    // One odd row in place 17: old, of the first ward, cheap, with the last diagnosis.
    let mut ages = vec![30.0; 100];
    let (mut costs, mut diagnoses) = (vec![200.0; 100], vec![Some(0); 100]);
    (ages[17], costs[17], diagnoses[17]) = (95.0, 1e6, Some(11));
    let values = [
        Values::Numbers(ages),
        Values::Booleans(vec![Some(false); 100]),
        Values::Levels(vec![Some(1); 100]),
        Values::Numbers(costs),
        Values::Levels(diagnoses),
    ];
    houses[3].0 = Rows::new(&agreement, &values).unwrap();
    let ran = plain(&agreement, &houses).await;
    let rarest = &ran.outcome(3).surprisal.as_ref().unwrap().rarest;
    assert_eq!((rarest.len(), rarest[0].row), (20, 17));
    assert!(rarest[0].bits > 2.0 * rarest[1].bits);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_said_of_others_who_drown_in_noise() {
    let agreement = Agreement::new(specification()).unwrap();
    let few = |place: u64| (rows(&agreement, (30, 0.0), place), None);
    let houses: Vec<House> = (0..4).map(few).collect();
    let ran = plain(&agreement, &houses).await;
    assert!((0..4).all(|place| ran.outcome(place).surprisal.is_none()));
    let steps = ran.aggregated.unwrap().steps;
    assert!(steps.len() == 4 && steps.values().all(Option::is_none));
}

/// An agreement in which entities are what matters, with rows for it.
fn counted(buckets: u32, entities: u64) -> (Agreement, Rows) {
    let spec = counting(buckets, entities);
    let columns = spec.columns[1..2].to_vec();
    let agreement = Agreement::new(Specification { columns, ..spec }).unwrap();
    let rows = Rows::new(&agreement, &[Values::Booleans(vec![Some(true); 10])]).unwrap();
    (agreement, rows)
}

/// People of a hospital: those that it shares with all, with its next one, and its own.
fn shared(place: u64, (all, next, own): (u64, u64, u64)) -> impl Iterator<Item = u64> {
    let next_place = (place + 1) % 5;
    (0..all)
        .chain((0..next).map(move |at| 100_000 * (place + 1) + at))
        .chain((0..next).map(move |at| 100_000 * (next_place + 1) + at))
        .chain((0..own).map(move |at| 1_000_000 * (place + 1) + at))
}

/// 95 % of intervals hold the truth; 459 of 500 or fewer would once in a thousand times, were they independent.
#[tokio::test(start_paused = true)]
async fn the_exclusive_share_is_what_it_is() {
    let (agreement, rows) = counted(1_024, 2_000);
    let mut holding = 0;
    let (mut errors, mut widths) = (0.0, 0.0);
    for world in 0..100 {
        let person =
            |place: u64| shared(place, (100, 60, 40 * place)).map(move |at| at + (world << 32));
        let house = |place| (rows.clone(), Some(people(person(place))));
        let houses: Vec<House> = (0..5).map(house).collect();
        let ran = plain_with(&agreement, &houses, &seeds(5, world)).await;
        for place in 0..5 {
            let truth = 40.0 * place as f64 / (220.0 + 40.0 * place as f64);
            let found = ran.outcome(place).exclusive.as_ref().unwrap();
            assert_eq!(found.entities, 220 + 40 * place);
            holding += usize::from(found.interval.contains(truth));
            errors += (found.share - truth) / 500.0;
            widths += (found.interval.high - found.interval.low) / 500.0;
        }
    }
    assert!(holding > 459, "{holding}");
    assert!(errors.abs() < 0.02, "{errors}");
    assert!(widths < 0.5, "{widths}");
}

/// Sampled at a quarter, so that the union's load stays at one.
#[tokio::test(start_paused = true)]
async fn many_entities_are_sampled() {
    let (agreement, rows) = counted(2_048, 8_192);
    let house = |place| {
        let own = if place == 2 { 2_000 } else { 100 };
        (rows.clone(), Some(people(shared(place, (1_000, 200, own)))))
    };
    let houses: Vec<House> = (0..4).map(house).collect();
    let ran = plain(&agreement, &houses).await;
    let found = ran.outcome(2).exclusive.as_ref().unwrap();
    let truth = 2_000.0 / 3_400.0;
    assert!(found.interval.contains(truth), "{found:?}");
    assert!(found.interval.high - found.interval.low < 0.3, "{found:?}");
    let other = ran.outcome(1).exclusive.as_ref().unwrap();
    assert!(other.share < 0.2, "{other:?}");
    let told = ran.aggregated.as_ref().unwrap();
    assert_eq!(told.zeros.values().nth(2), Some(&found.zeros));
}

/// A hospital that hides its people makes those others' that only it shares; one that makes people up
/// moves nobody else, as they are in everybody's others.
#[tokio::test(start_paused = true)]
async fn a_hospitals_lie_moves_others_by_what_they_share_alone() {
    let (agreement, rows) = counted(8_192, 8_192);
    let share = |liar: Option<Vec<u64>>| {
        let (agreement, rows) = (&agreement, &rows);
        async move {
            let truth = |place| shared(place, (500, 100, 300)).collect::<Vec<_>>();
            let mut all: Vec<_> = (0..5).map(truth).collect();
            if let Some(liar) = liar {
                all[3] = liar;
            }
            let house = |person: Vec<u64>| (rows.clone(), Some(people(person)));
            let houses: Vec<House> = all.into_iter().map(house).collect();
            let ran = plain(agreement, &houses).await;
            [0, 4].map(|place| ran.outcome(place).exclusive.unwrap().share)
        }
    };
    let truth = share(None).await;
    let hidden = share(Some((0..500).collect())).await;
    let made_up = share(Some(shared(3, (500, 100, 2_000)).collect())).await;
    // Of 1,000 people hospital 4 shares 100 with hospital 3 alone; five standard deviations of noise besides.
    assert!(
        (hidden[1] - truth[1] - 0.1).abs() < 0.1,
        "{truth:?} {hidden:?}"
    );
    assert!((hidden[0] - truth[0]).abs() < 0.1, "{truth:?} {hidden:?}");
    for (made_up, truth) in made_up.iter().zip(truth) {
        assert!((made_up - truth).abs() < 0.1, "{made_up} {truth}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sketch_that_is_far_too_small_gives_no_share() {
    let agreement = Agreement::new(counting(256, 128)).unwrap();
    let mut houses = houses(&agreement, 4, 1);
    for (place, house) in houses.iter_mut().enumerate() {
        let at = place as u64 * 10_000;
        house.1 = Some(people(at..at + 5_000));
    }
    let ran = plain(&agreement, &houses).await;
    assert!((0..4).all(|place| ran.outcome(place).exclusive.is_none()));
}
