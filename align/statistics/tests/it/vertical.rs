//! Weights of evidence between a label holder and a feature holder.

use consilium_mailbox::{Content, Frame, PartyId, RunId, sim::World};
use consilium_statistics::{
    Evidence,
    vertical::{Binned, EvidenceError, alone, offer, weigh},
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

use crate::world::{sendable, uniform};

const MINIMUM: u64 = 10;

type Found = Result<Vec<Option<Evidence>>, EvidenceError>;

/// Age by tens with missing ones at the end, sex, a constant, a column of rare levels.
fn rows(number: usize) -> (Vec<bool>, Vec<Binned>) {
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let mut labels = Vec::new();
    let mut columns: Vec<Binned> = [(11, 10), (2, 0), (1, 1), (40, 0)]
        .map(|(bins, ordered)| Binned {
            of_rows: Vec::new(),
            bins,
            ordered,
        })
        .into();
    for _ in 0..number {
        let age = uniform(&mut rng);
        labels.push(uniform(&mut rng) < age * age);
        let is_missing = uniform(&mut rng) < 0.1;
        let age = if is_missing { 10 } else { (age * 10.0) as u16 };
        let sex = u16::from(uniform(&mut rng) < 0.5);
        let rare = (uniform(&mut rng) * uniform(&mut rng) * 40.0) as u16;
        for (column, bin) in columns.iter_mut().zip([age, sex, 0, rare]) {
            column.of_rows.push(bin);
        }
    }
    (labels, columns)
}

async fn run(world: &World, labels: &[bool], columns: &[Binned]) -> (Found, Found) {
    let parties: [PartyId; 2] = ["insurer", "hospital"].map(|name| name.parse().unwrap());
    let mut mail = world.mailboxes(&parties, RunId([5; 16]));
    let (hospital, insurer) = (mail.pop().unwrap(), mail.pop().unwrap());
    let weighing = async {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let asked = (columns.len(), MINIMUM);
        let found = sendable(weigh(&insurer, &parties[1], labels, asked, &mut rng)).await;
        if found.is_ok() {
            insurer.finish();
        }
        found
    };
    let offering = async {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let found = sendable(offer(&hospital, &parties[0], columns, MINIMUM, &mut rng)).await;
        if found.is_ok() {
            hospital.finish();
        }
        found
    };
    tokio::join!(weighing, offering)
}

#[tokio::test(start_paused = true)]
async fn bins_have_the_weights_that_the_rows_give_them() {
    let (labels, columns) = rows(1_500);
    let (weighed, offered) = run(&World::new(1), &labels, &columns).await;
    let (weighed, offered) = (weighed.unwrap(), offered.unwrap());
    let all = labels.iter().filter(|label| **label).count() as f64;
    let none = labels.len() as f64 - all;
    for (place, (column, found)) in columns.iter().zip(&offered).enumerate() {
        let Some(found) = found else {
            assert_eq!(place, 2, "a constant tells nothing");
            continue;
        };
        let mut value = 0.0;
        let mut seen = 0;
        for bin in &found.bins {
            let count = |class: bool| {
                let rows = column.of_rows.iter().zip(&labels);
                let inside = rows.filter(|(of, label)| {
                    bin.cells.contains(&usize::from(**of)) && **label == class
                });
                inside.count() as u64
            };
            assert_eq!((bin.positives, bin.negatives), (count(true), count(false)));
            assert!(bin.positives >= MINIMUM && bin.negatives >= MINIMUM);
            let (p, q) = (bin.positives as f64 / all, bin.negatives as f64 / none);
            assert!((bin.weight - (p / q).ln()).abs() < 1e-12);
            value += (p - q) * (p / q).ln();
            seen += bin.positives + bin.negatives;
        }
        assert_eq!(seen, 1_500);
        assert!((found.information_value - value).abs() < 1e-12);
        let theirs = weighed[place].as_ref().unwrap();
        assert!((theirs.information_value - value).abs() < 1e-12);
    }
    assert_eq!(alone(&labels, &columns, MINIMUM).unwrap(), offered);
    let value = |place: usize| offered[place].as_ref().unwrap().information_value;
    assert!(
        value(0) > 0.5 && value(1) < 0.1,
        "{} {}",
        value(0),
        value(1)
    );
}

async fn tampered(step: &'static str, change: fn(&mut Vec<u8>)) -> (Found, Found) {
    let (labels, columns) = rows(300);
    let world = World::new(1);
    world.tamper(move |frame: &mut Frame| {
        if let (true, Content::Body(body)) = (&*frame.step == step, &mut frame.content) {
            let mut changed = body.to_vec();
            change(&mut changed);
            *body = changed.into();
        }
    });
    run(&world, &labels, &columns).await
}

#[tokio::test(start_paused = true)]
async fn sums_that_no_rows_have_blame_the_feature_holder() {
    let last = |body: &mut Vec<u8>| *body.last_mut().unwrap() ^= 0x08;
    let (weighed, _) = tampered("statistics-evidence.1.added", last).await;
    let error = weighed.unwrap_err();
    assert!(
        format!("{:?}", error.fault()).contains("hospital"),
        "{error}"
    );
    let (weighed, _) = tampered("statistics-evidence.1.added", |body| body.truncate(1)).await;
    assert!(weighed.is_err());
    let more = |body: &mut Vec<u8>| body[33] = 70;
    let (weighed, _) = tampered("statistics-evidence.1.offered", more).await;
    assert!(
        matches!(weighed, Err(EvidenceError::BadOffer { .. })),
        "{weighed:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_other_bins_blames_the_label_holder() {
    // The number of columns, of the first column's bins, of the first bin's cells, the first of them.
    let cell = |body: &mut Vec<u8>| body[4] = 60;
    let (_, offered) = tampered("statistics-evidence.1.weighed", cell).await;
    assert!(
        matches!(offered, Err(EvidenceError::BadAnswer { .. })),
        "{offered:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_more_rows_than_a_bin_has_blames_the_label_holder() {
    // Behind the first column's bins and the first one's cells: its rows with label yes.
    let rows = |body: &mut Vec<u8>| {
        let yes = 4 + usize::from(body[3]);
        body[yes] += 1;
    };
    let (_, offered) = tampered("statistics-evidence.1.weighed", rows).await;
    assert!(
        matches!(offered, Err(EvidenceError::BadAnswer { .. })),
        "{offered:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn other_bins_give_the_same_lengths_of_what_leaves_for_as_many_of_them() {
    let lengths = |columns: Vec<Binned>| async move {
        let (labels, _) = rows(400);
        let world = World::new(1);
        let (weighed, offered) = run(&world, &labels, &columns).await;
        assert!(weighed.is_ok() && offered.is_ok());
        let frames = world.transcript();
        let body = |frame: &Frame| match &frame.content {
            Content::Body(body) => body.len(),
            Content::Aborted(_) => 0,
        };
        let lengths: Vec<_> = frames
            .iter()
            .map(|frame| (frame.step.clone(), body(frame)))
            .collect();
        lengths[..3].to_vec()
    };
    let column = |turn: usize| Binned {
        of_rows: (0..400).map(|row| ((row / turn) % 4) as u16).collect(),
        bins: 4,
        ordered: 4,
    };
    assert_eq!(
        lengths(vec![column(1)]).await,
        lengths(vec![column(30)]).await
    );
}

#[tokio::test(start_paused = true)]
async fn rows_that_can_t_be_are_refused_before_anything_leaves() {
    let (labels, columns) = rows(100);
    let bad = [
        vec![Binned {
            bins: 5,
            ..columns[0].clone()
        }],
        vec![Binned {
            bins: 65,
            ..columns[0].clone()
        }],
        vec![
            columns[0].clone(),
            Binned {
                of_rows: vec![0; 99],
                ..columns[1].clone()
            },
        ],
        Vec::new(),
    ];
    for columns in bad {
        let world = World::new(1);
        let (_, offered) = run(&world, &labels, &columns).await;
        assert!(
            matches!(offered, Err(EvidenceError::BadRows)),
            "{offered:?}"
        );
    }
}
