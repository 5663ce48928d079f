//! What a coordinator may offer, and how much of it.

use super::*;
use crate::home::sample;

fn offer(plan: &Plan) -> v1::StudyOffer {
    v1::StudyOffer {
        study: plan.hash().as_bytes().to_vec().into(),
        plan: plan.to_string(),
    }
}

async fn kept(home: &Home) -> usize {
    studies::all(&home.store).await.unwrap().len()
}

#[tokio::test]
async fn a_coordinator_that_offers_without_end_is_taken_at_its_word_a_hundred_times() {
    let folder = tempfile::tempdir().unwrap();
    let (home, _said) = sample::home(folder.path(), Vec::new()).await;
    let all = Studies::start(home.clone()).await.unwrap();
    let plans: Vec<Plan> = (1..=MOST_UNDECIDED + 2)
        .map(|attempt| sample::plan(&["a", "b", "c"], &format!("attempt = {attempt}")))
        .collect();
    for plan in &plans {
        all.offered(&offer(plan)).await.unwrap();
    }
    assert_eq!(kept(&home).await, MOST_UNDECIDED);
    // Those that are known are repeated, not counted again.
    all.offered(&offer(&plans[0])).await.unwrap();
    assert_eq!(kept(&home).await, MOST_UNDECIDED);
}

#[tokio::test]
async fn a_plan_that_is_too_long_or_another_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (home, _said) = sample::home(folder.path(), Vec::new()).await;
    let all = Studies::start(home.clone()).await.unwrap();
    let plan = sample::plan(&["a", "b", "c"], "");
    let long = v1::StudyOffer {
        plan: format!("{plan}# {}", "!".repeat(600 << 10)),
        ..offer(&plan)
    };
    all.offered(&long).await.unwrap();
    let other = v1::StudyOffer {
        plan: sample::plan(&["a", "b", "c"], "attempt = 2").to_string(),
        ..offer(&plan)
    };
    all.offered(&other).await.unwrap();
    assert_eq!(kept(&home).await, 0);
    all.offered(&offer(&plan)).await.unwrap();
    assert_eq!(kept(&home).await, 1);
}
