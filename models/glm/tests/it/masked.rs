//! The fit through masked sums, as in production.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use consilium_base::Seed;
use consilium_glm::{Family, Regression, Table, surrogate::Order};
use consilium_identity::{Directory, IdentityKey};
use consilium_mailbox::{
    PartyId, RunId,
    sim::{Crash, Moment, World},
};
use consilium_secagg::{
    Aggregator, Assumed, Contributor, Credentials, MemoryBook, StudyId, Terms, Thresholds,
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

use crate::{
    surrogate,
    world::{Outcome, distance, fit, fit_through, parties, party, study},
};

fn key(place: usize) -> IdentityKey {
    IdentityKey::from_seed(&Seed::from_bytes([u8::try_from(place).unwrap(); 32]))
}

fn terms(hospitals: usize, waivers: BTreeSet<PartyId>) -> Terms {
    let assumed = Assumed {
        contributors: hospitals,
        colluding: Some(1),
        dropouts: 1,
    };
    Terms {
        study: StudyId([5; 32]),
        aggregator: party("aggregator"),
        roster: parties(hospitals)[1..].to_vec(),
        thresholds: Thresholds::safe(assumed).unwrap(),
        waivers,
        relaxed_from_twenty: false,
        patience: Duration::from_secs(5),
        carry_over: true,
    }
}

async fn masked(
    world: &World,
    terms: &Terms,
    regression: &Regression,
    tables: &[Table],
) -> Outcome {
    let (sum, members) = federation(terms);
    let mail = world.mailboxes(&parties(terms.roster.len()), RunId([7; 16]));
    fit_through(mail, (sum, members), regression, tables).await
}

/// All sides of the masked sum.
fn federation(terms: &Terms) -> (Aggregator, Vec<Contributor<MemoryBook, ChaCha20Rng>>) {
    let roster = &terms.roster;
    let keys = roster.iter().enumerate();
    let keys = keys.map(|(place, party)| (party.to_string(), key(place).public()));
    let directory: Arc<Directory> = Arc::new(keys.collect());
    let member = |(place, me): (usize, &PartyId)| {
        let credentials = Credentials {
            signer: Arc::new(key(place)),
            verifier: directory.clone(),
        };
        let secret = Seed::from_bytes([100 + u8::try_from(place).unwrap(); 32]);
        let rng = ChaCha20Rng::seed_from_u64(place as u64);
        let book = MemoryBook::default();
        Contributor::new(me, terms.clone(), credentials, &secret, book, rng).unwrap()
    };
    let members = roster.iter().enumerate().map(member).collect();
    let sum = Aggregator::new(terms.clone(), directory.clone(), []).unwrap();
    (sum, members)
}

#[tokio::test(start_paused = true)]
async fn masks_change_nothing() {
    let (regression, tables) = study(Family::Logistic, &[160, 170, 180, 90], 4);
    let outcome = masked(
        &World::new(1),
        &terms(4, BTreeSet::new()),
        &regression,
        &tables,
    )
    .await;
    let plain = fit(&regression, &tables).await;
    let masked = outcome.aggregator.unwrap();
    assert_eq!(masked, plain.aggregator.unwrap());
    for contributor in outcome.contributors {
        assert_eq!(contributor.unwrap(), masked.publish());
    }
}

#[tokio::test(start_paused = true)]
async fn a_hospital_that_allowed_it_may_die_and_the_others_go_on() {
    let (regression, tables) = study(Family::Logistic, &[160, 170, 180, 90], 4);
    let world = World::new(1);
    world.crash(Crash {
        party: party("hospital-1"),
        step: "glm-newton.1.model".into(),
        nth: 3,
        moment: Moment::OnReceive,
    });
    let waivers = BTreeSet::from([party("hospital-1")]);
    let outcome = masked(&world, &terms(4, waivers), &regression, &tables).await;
    let left = outcome.aggregator.unwrap();
    let others = [&tables[0], &tables[2], &tables[3]];
    let pooled = consilium_glm::local::fit(&regression, &others).unwrap();
    assert!(distance(&left, &pooled) < 1e-6);
    assert_eq!(left.contributors.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_hospital_that_did_not_allow_it_stops_the_fit_when_it_dies() {
    let (regression, tables) = study(Family::Logistic, &[160, 170, 180, 90], 4);
    let world = World::new(1);
    world.crash(Crash {
        party: party("hospital-1"),
        step: "glm-newton.1.model".into(),
        nth: 3,
        moment: Moment::OnReceive,
    });
    let outcome = masked(&world, &terms(4, BTreeSet::new()), &regression, &tables).await;
    let error = outcome.aggregator.unwrap_err();
    assert!(error.to_string().contains("hospital-1"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn masks_change_nothing_where_one_hospital_leads() {
    let (regression, tables) = study(Family::Logistic, &[160, 170, 180, 90], 4);
    let agreed = surrogate::agreed(2, 2, Order::Second);
    let (world, what) = (World::new(1), (&regression, &tables[..]));
    let (sum, members) = federation(&terms(4, BTreeSet::new()));
    let mail = world.mailboxes(&parties(4), RunId([7; 16]));
    let masked = surrogate::fit_through(mail, (sum, members), what, &agreed).await;
    let mail = world.mailboxes(&parties(4), RunId([8; 16]));
    let plain = surrogate::fit_with(mail, what, &agreed).await;
    let masked = masked.aggregator.unwrap();
    assert_eq!(masked, plain.aggregator.unwrap());
}
