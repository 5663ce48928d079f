//! Scorecards: kept by houses, asked for by plans, seen by operators; and rows that count less.

use std::fs;

use consilium_evaluation::Weight;
use consilium_glm::{Regression, Table, local};
use consilium_node::status::in_chinese;
use consilium_plan::{Decision, Learner, Plan, Task};
use consilium_proto::v1;
use consilium_scorecard::{About, Band, Dimension, EvidenceKind, Signed, SignedPublic};
use tokio::time::timeout;
use tonic::Code;

use super::{
    house::{House, rows},
    world::{PATIENCE, World, plan},
};

const NAMES: [&str; 3] = ["a", "b", "c"];
/// Of cards with quality alone, which counts three of eight for training, 60 are asked for.
const TRUST: &str =
    "[trust]\npurpose = \"training\"\nmin_score = 22.5\n[trust.least]\nquality = 50\n";

/// Gives what members show once that is so.
async fn shown(world: &World, is_so: impl Fn(&[SignedPublic]) -> bool) -> Vec<SignedPublic> {
    let mut operator = world.operator().await;
    let asked = async {
        loop {
            let list = operator.scorecards(v1::ScorecardsRequest {}).await.unwrap();
            let cards = list.into_inner().cards.into_iter();
            let cards: Vec<SignedPublic> = cards
                .map(|kept| SignedPublic::from_json(&kept.card).unwrap())
                .collect();
            if is_so(&cards) {
                return cards;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, asked).await.unwrap()
}

async fn refusal(house: &House, plan: &Plan, nonce: u8) -> tonic::Status {
    let approval = Decision::Approve(house.grant(plan).await);
    let approval = house.sign(plan, approval, nonce).await;
    let refused = house.client().await.decide(approval).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    refused
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_asks_for_scores_is_approved_only_where_a_card_has_them() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    let text = plan(&NAMES, TRUST);
    let plan: Plan = text.parse().unwrap();
    let (_, mut watch) = world.submit(&text).await;
    let house = &houses[0];
    let refused = refusal(house, &plan, 1).await;
    assert!(refused.message().contains("SCORE-MISSING"), "{refused}");
    assert!(in_chinese(&refused).unwrap().contains("评分卡"));

    house.add_card(&house.card(59.99).await).await.unwrap();
    let refused = refusal(house, &plan, 2).await;
    assert!(refused.message().contains("SCORE-BELOW"), "{refused}");
    // Not even its own people hear a score in a message that others are sent.
    assert!(!refused.message().contains("59"), "{refused}");

    house.add_card(&house.card(60.0).await).await.unwrap();
    assert_eq!(house.obstacles(&plan, true).await, [""; 0]);
    fs::write(house.file("patients.csv"), rows(9)).unwrap();
    house.register().await.unwrap();
    let refused = refusal(house, &plan, 3).await;
    assert!(refused.message().contains("SCORE-OUTDATED"), "{refused}");

    for house in &houses {
        house.add_card(&house.card(75.0).await).await.unwrap();
    }
    let grant = Decision::Approve(house.grant(&plan).await);
    let approval = house.sign(&plan, grant, 4).await;
    house.client().await.decide(approval).await.unwrap();
    for house in &houses[1..] {
        assert_eq!(house.approve(&plan).await.state, "approved");
    }
    assert!(watch.last().await.contains("finished"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_gets_worse_after_its_approval_keeps_the_study_from_running() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    let text = plan(&NAMES, TRUST);
    let plan: Plan = text.parse().unwrap();
    let (_, mut watch) = world.submit(&text).await;
    for house in &houses {
        house.add_card(&house.card(75.0).await).await.unwrap();
    }
    houses[0].approve(&plan).await;
    houses[0]
        .add_card(&houses[0].card(41.5).await)
        .await
        .unwrap();
    for house in &houses[1..] {
        house.approve(&plan).await;
    }
    let end = watch.last().await;
    assert!(
        end.contains("SCORE-BELOW") && end.contains("\"a\""),
        "{end}"
    );
    assert!(!end.contains("41"), "{end}");
}

type Change = fn(&mut About);

#[tokio::test(flavor = "multi_thread")]
async fn only_cards_of_registered_rows_that_an_own_steward_signed_are_kept() {
    let world = World::new().await;
    let houses = world.houses(&["a", "b"]).await;
    let [house, other] = &houses[..] else {
        panic!("there are two");
    };
    let told = async |card: &Signed| house.add_card(card).await.unwrap_err();
    let theirs = other.card(80.0).await;
    let refused = told(&theirs).await;
    assert!(
        refused.message().contains("another institution's"),
        "{refused}"
    );

    let changes: [(&str, Change); 2] = [
        ("of none", |about| about.federation = None),
        ("in the future", |about| about.made.0 += 100_000),
    ];
    for (said, change) in changes {
        let card = house.card_with(80.0, |about, _| change(about)).await;
        let refused = told(&card).await;
        assert!(refused.message().contains(said), "{refused}");
        assert!(in_chinese(&refused).is_some());
    }
    // Of no study that was run here.
    let studied = house.card_with(80.0, |_, found| {
        let (_, mut value) = found[0].clone();
        value.subscores[0].id = "leave-one-out".to_owned();
        value.evidence.kind = EvidenceKind::Study;
        found.push((Dimension::Value, value));
    });
    let refused = told(&studied.await).await;
    assert!(refused.message().contains("does not have so"), "{refused}");
    house.add_card(&house.card(80.0).await).await.unwrap();
    let earlier = house.card_with(95.0, |about, _| about.made.0 -= 100);
    let refused = told(&earlier.await).await;
    assert!(refused.message().contains("a later card"), "{refused}");

    // Not even where the data set, and its card with it, went in between.
    let name = "patients".to_owned();
    let removed = v1::RemoveDataRequest { name };
    house.client().await.remove_data(removed).await.unwrap();
    let earlier = house.card_with(95.0, |about, _| about.made.0 -= 100);
    let refused = told(&earlier.await).await;
    assert!(refused.message().contains("or was kept"), "{refused}");

    let good = house.card(80.0).await;
    let text = serde_json::to_string(&good).unwrap();
    let forged = text.replacen("80.0", "90.0", 3);
    assert_ne!(text, forged);
    let request = v1::AddScorecardRequest { card: forged };
    let refused = house.client().await.add_scorecard(request).await;
    assert_eq!(refused.unwrap_err().code(), Code::InvalidArgument);

    fs::write(house.file("patients.csv"), rows(9)).unwrap();
    house.register().await.unwrap();
    let refused = told(&good).await;
    assert!(refused.message().contains("another version"), "{refused}");
    assert!(in_chinese(&refused).unwrap().contains("目前登记的版本"));

    let kept = house.add_card(&house.card(80.0).await).await.unwrap();
    assert_eq!((&*kept.data, &*kept.purpose), ("patients", "training"));
    assert!(house.journal().await.contains("scorecard"));
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_see_bands_of_what_is_registered_and_no_score() {
    let mut world = World::new().await;
    let mut houses = world.houses(&["a", "b"]).await;
    for (house, score) in houses.iter().zip([87.65, 43.21]) {
        house.add_card(&house.card(score).await).await.unwrap();
    }
    let cards = shown(&world, |cards| cards.len() == 2).await;
    let bands = cards
        .iter()
        .map(|card| card.public.composite.map(Band::from));
    assert_eq!(bands.collect::<Vec<_>>(), [Some(80.0), Some(40.0)]);
    for (name, contents) in world.files() {
        let text = String::from_utf8_lossy(&contents);
        assert!(
            !text.contains("87.65") && !text.contains("43.21"),
            "{}",
            name.display()
        );
    }

    // Rows that changed have no card, and what is as it was has its card again.
    let first = fs::read(houses[0].file("patients.csv")).unwrap();
    fs::write(houses[0].file("patients.csv"), rows(9)).unwrap();
    houses[0].register().await.unwrap();
    let is_of = |name: &'static str| {
        move |cards: &[SignedPublic]| {
            cards
                .iter()
                .map(|card| card.public.institution.as_str())
                .eq([name])
        }
    };
    shown(&world, is_of("b")).await;
    fs::write(houses[0].file("patients.csv"), first).unwrap();
    houses[0].register().await.unwrap();
    shown(&world, |cards| cards.len() == 2).await;

    // What went while the coordinator was away is gone when it is back.
    world.stop().await;
    let name = "patients".to_owned();
    let removed = v1::RemoveDataRequest { name };
    houses[1].client().await.remove_data(removed).await.unwrap();
    world.start().await;
    shown(&world, is_of("a")).await;
    houses[0].stop().await;
    let revoked = v1::RevokeRequest {
        name: "a".to_owned(),
    };
    world.operator().await.revoke(revoked).await.unwrap();
    shown(&world, <[SignedPublic]>::is_empty).await;
}

fn table(regression: &Regression, house: &House) -> Table {
    let text = fs::read_to_string(house.file("patients.csv")).unwrap();
    let (mut features, mut labels) = (Vec::new(), Vec::new());
    for (row, line) in (1..).zip(text.lines().skip(1)) {
        let values: Vec<f64> = line
            .split(',')
            .map(|value| value.parse().unwrap())
            .collect();
        // Every third row is for testing.
        if row % 3 != 0 {
            features.extend(&values[..2]);
            labels.push(values[2]);
        }
    }
    Table::new(regression, features, labels).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn weighted_houses_fit_what_their_pooled_rows_give_with_these_weights() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    let text = plan(&NAMES, "").replace("name = \"b\"\n", "name = \"b\"\nweight = 0.25\n");
    let plan: Plan = text.parse().unwrap();
    let (study, mut watch) = world.submit(&text).await;
    for house in &houses {
        house.approve(&plan).await;
    }
    assert!(watch.last().await.contains("finished"));

    let Task::Train(task) = plan.task() else {
        panic!("it trains a model");
    };
    let Learner::Glm(glm) = &task.learner else {
        panic!("it is a regression");
    };
    let weights = [1.0, 0.25, 1.0].map(|weight| Weight::try_from(weight).unwrap());
    let tables: Vec<Table> = houses
        .iter()
        .zip(weights)
        .map(|(house, weight)| table(&glm.regression, house).weighted(weight))
        .collect();
    let pooled = local::fit(&glm.regression, &tables.iter().collect::<Vec<_>>()).unwrap();
    let model = world.model(&study).await;
    for (told, pooled) in model.as_array().unwrap().iter().zip(&pooled.estimates) {
        let coefficient = told["coefficient"].as_f64().unwrap();
        let apart = (coefficient / pooled.coefficient - 1.0).abs();
        assert!(apart < 1e-5, "{}: {apart:e}", pooled.name);
    }
}
