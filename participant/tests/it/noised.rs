//! Studies that told of a data set with noise, kept over all runs.

use consilium_journal::UnixTime;
use consilium_participant::store::noised::{self, Noised};
use consilium_plan::DataVersion;

use crate::{begin, open, opened};

#[tokio::test]
async fn what_was_told_with_noise_counts_for_the_data_set_and_for_other_names_of_its_version() {
    let (store, study, folder) = opened().await;
    let first = Noised {
        study,
        data_set: "visits".to_owned(),
        version: DataVersion([1; 32]),
        answered: UnixTime(200),
        epsilon: 0.1,
        delta: 1e-6,
    };
    let repeated = Noised {
        answered: UnixTime(300),
        ..first.clone()
    };
    let later = Noised {
        version: DataVersion([2; 32]),
        answered: UnixTime(400),
        ..first.clone()
    };
    for (told, is_new) in [(&first, true), (&repeated, false), (&later, true)] {
        let mut change = begin(&store).await;
        assert_eq!(noised::keep(&mut change, told).await.unwrap(), is_new);
        change.commit().await.unwrap();
    }
    store.close().await;
    let store = open(&folder).await;
    let of = async |name: &str, version: u8| {
        let version = DataVersion([version; 32]);
        noised::of(&store, (name, &version)).await.unwrap()
    };
    assert_eq!(of("visits", 3).await, [later.clone(), first.clone()]);
    assert_eq!(of("stays", 2).await, [later]);
    assert_eq!(of("stays", 3).await, []);
}
