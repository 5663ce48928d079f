//! Orders of rows that are shared, kept run by run.

use consilium_journal::UnixTime;
use consilium_participant::store::alignments::{self, Alignment};
use consilium_plan::DataVersion;

use crate::{begin, opened};

#[tokio::test]
async fn what_a_later_run_of_a_study_finds_takes_the_place_of_all_that_an_earlier_one_did() {
    let (store, study, _folder) = opened().await;
    let earlier = Alignment {
        study: study.clone(),
        data_set: "members".to_owned(),
        version: DataVersion([1; 32]),
        peers: vec!["b".parse().unwrap()],
        rows: 40,
        digest: [2; 32],
        made: UnixTime(200),
    };
    let later = Alignment {
        study: study.clone(),
        data_set: "insured".to_owned(),
        version: DataVersion([3; 32]),
        peers: vec!["b".parse().unwrap(), "c".parse().unwrap()],
        rows: 41,
        digest: [4; 32],
        made: UnixTime(300),
    };
    for found in [&earlier, &later] {
        let mut change = begin(&store).await;
        alignments::keep(&mut change, found).await.unwrap();
        change.commit().await.unwrap();
    }
    assert_eq!(alignments::all(&store).await.unwrap(), []);
    let mut change = begin(&store).await;
    let ended = (false, UnixTime(400));
    assert!(
        alignments::settle(&mut change, &study, ended)
            .await
            .unwrap()
    );
    change.commit().await.unwrap();
    assert_eq!(alignments::all(&store).await.unwrap(), [later]);
}
