//! Runs and the seeds that make them repeatable.

use consilium_base::Seed;
use consilium_journal::UnixTime;
use consilium_mailbox::RunId;
use consilium_participant::store::{
    runs::{self, RunError},
    secrets::{self, Purpose},
};

use crate::{begin, open, opened};

const NOW: UnixTime = UnixTime(900);

#[tokio::test]
async fn runs_end_where_the_steward_said() {
    let (store, study, folder) = opened().await;
    for number in 1..=2 {
        let mut change = begin(&store).await;
        let run = RunId([u8::try_from(number).unwrap(); 16]);
        assert_eq!(
            runs::count(&mut change, &study, run, 2, NOW).await.unwrap(),
            number
        );
        change.commit().await.unwrap();
    }
    store.close().await;

    let store = open(&folder).await;
    let mut change = begin(&store).await;
    let error = runs::count(&mut change, &study, RunId([3; 16]), 2, NOW)
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "study heart-disease has had its 2 runs");
    drop(change);
    assert_eq!(runs::counted(&store, &study).await.unwrap(), 2);
}

#[tokio::test]
async fn a_run_id_serves_once() {
    let (store, study, _folder) = opened().await;
    let mut change = begin(&store).await;
    runs::count(&mut change, &study, RunId([1; 16]), 9, NOW)
        .await
        .unwrap();
    let error = runs::count(&mut change, &study, RunId([1; 16]), 9, NOW)
        .await
        .unwrap_err();
    assert!(matches!(error, RunError::Repeated { .. }), "{error}");
}

#[tokio::test]
async fn a_seed_is_drawn_once_for_each_study_and_purpose() {
    let (store, study, folder) = opened().await;
    let mut rng = Seed::from_bytes([5; 32]).generator();
    let rounding = Purpose("rounding");
    let mut change = begin(&store).await;
    let first = secrets::of_study(&mut change, &study, rounding, &mut rng)
        .await
        .unwrap();
    let own = secrets::of_institution(&mut change, rounding, &mut rng)
        .await
        .unwrap();
    let other = secrets::of_study(&mut change, &study, Purpose("split"), &mut rng)
        .await
        .unwrap();
    change.commit().await.unwrap();
    assert!(first.expose() != own.expose() && first.expose() != other.expose());
    store.close().await;

    let store = open(&folder).await;
    let mut change = begin(&store).await;
    let again = secrets::of_study(&mut change, &study, rounding, &mut rng)
        .await
        .unwrap();
    assert_eq!(first.expose(), again.expose());
    secrets::forget(&mut change, &study).await.unwrap();
    let fresh = secrets::of_study(&mut change, &study, rounding, &mut rng)
        .await
        .unwrap();
    assert_ne!(first.expose(), fresh.expose());
    let kept = secrets::of_institution(&mut change, rounding, &mut rng)
        .await
        .unwrap();
    assert_eq!(own.expose(), kept.expose());
}
