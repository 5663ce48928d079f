//! Figure 3: only the party with the small set learns what is common.

use std::collections::BTreeSet;

use consilium_mailbox::{Fault, PartyId, sim::World};
use consilium_psi::{Breach, Item, PsiError};

use super::desk::Desk;
use crate::pair::{hospital, insurer};

fn one_sided(asks: u64, holds: u64, common: u64) -> Desk {
    Desk {
        one_sided: [true; 2],
        ..Desk::new(asks, holds, common)
    }
}

#[tokio::test(start_paused = true)]
async fn the_asker_finds_the_plain_intersection_and_the_holder_a_size() {
    for (asks, holds, common) in [(0, 0, 0), (0, 9, 0), (9, 0, 0), (40, 50, 20), (129, 17, 17)] {
        let mut desk = one_sided(asks, holds, common);
        let (found, held) = desk.align(&World::new(1)).await.both();
        let items = found.rows.iter().map(|&row| desk.hospital[row as usize]);
        let set = |items: &[Item]| -> BTreeSet<Item> { items.iter().copied().collect() };
        let plain = &set(&desk.hospital) & &set(&desk.insurer);
        assert_eq!(found.rows.len(), plain.len());
        assert!(items.collect::<BTreeSet<_>>() == plain);
        assert_eq!(
            found.sizes[&insurer()],
            u32::try_from(desk.insurer.len()).unwrap()
        );
        assert_eq!(
            held.sizes[&hospital()],
            u32::try_from(desk.hospital.len()).unwrap()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_holder_gets_a_declaration_and_blinded_points_whatever_is_common() {
    let mut lengths = BTreeSet::new();
    for common in [0, 1, 40] {
        let (world, mut desk) = (World::new(1), one_sided(40, 50, common));
        desk.align(&world).await.both();
        let frames = world.transcript();
        let sent = frames.iter().filter(|it| it.sender == hospital());
        let steps: BTreeSet<&str> = sent.map(|it| &*it.step).collect();
        let due = ["psi-unbalanced.1.blinded", "psi-unbalanced.1.declared"];
        assert_eq!(steps, due.into());
        lengths.insert(frames.len());
    }
    assert_eq!(lengths.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_party_that_goes_by_the_other_figure_is_named_before_the_table_leaves() {
    for sides in [[true, false], [false, true]] {
        let (world, mut desk) = (World::new(1), one_sided(40, 50, 20));
        desk.one_sided = sides;
        let ended = desk.align(&world).await;
        for (error, peer) in [
            (ended.hospital.err(), insurer()),
            (ended.insurer.err(), hospital()),
        ] {
            let error = error.unwrap();
            let blamed: Option<PartyId> = match error.fault() {
                Fault::Peer(peer) => Some(peer),
                _ => None,
            };
            assert_eq!(blamed, Some(peer));
            let other = |error: &PsiError| {
                matches!(
                    error,
                    PsiError::Breach {
                        breach: Breach::OtherTerms,
                        ..
                    }
                ) || matches!(error, PsiError::Mailbox(_))
            };
            assert!(other(&error), "{error}");
        }
        let frames = world.transcript();
        assert!(
            frames
                .iter()
                .all(|it| *it.step != *"psi-unbalanced.1.tabled")
        );
    }
}
