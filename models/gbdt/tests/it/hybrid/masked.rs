//! The fit through masked sums, as in production.

use consilium_gbdt::Objective;
use consilium_mailbox::{PartyId, sim::World};
use consilium_secagg::{Aggregator, MemoryBook};

use super::world::{Case, Stores, Sums, coordinator, insurer};
use crate::masks::{Member, aggregator, member, terms};

/// Masked sums; `books` are those of the run before.
pub(crate) fn masked(
    case: &Case,
    books: Vec<(MemoryBook, MemoryBook)>,
) -> Sums<Aggregator, Member> {
    let (roster, assumed) = (case.hospitals(), case.agreement().assumed());
    let of = |study, aggregator: PartyId| terms(study, aggregator, &roster, assumed);
    let (counts, ciphertexts) = (of(5, coordinator()), of(6, insurer()));
    let empty = || (MemoryBook::default(), MemoryBook::default());
    let books = books.into_iter().chain(std::iter::repeat_with(empty));
    let hospitals = books.take(roster.len()).enumerate();
    let hospitals = hospitals.map(|(place, (of_counts, of_sums))| {
        let of_counts = member(&counts, place, of_counts, case.run);
        (of_counts, member(&ciphertexts, place, of_sums, case.run))
    });
    Sums {
        counts: aggregator(&counts),
        ciphertexts: aggregator(&ciphertexts),
        hospitals: hospitals.collect(),
    }
}

async fn masks_change_nothing(case: &Case) {
    let world = World::new(1);
    let sums = masked(case, Vec::new());
    let (ended, _) = case.run_through(&world, &mut Stores::default(), sums).await;
    let (label, hospitals) = ended.all();
    case.check_model(&world, &label, &hospitals);
}

#[tokio::test(start_paused = true)]
async fn masked_sums_over_three_hospitals_give_the_pooled_trees() {
    masks_change_nothing(&Case::new(Objective::Logistic, 1, &[160, 90, 150])).await;
}

#[tokio::test(start_paused = true)]
async fn masked_sums_over_four_hospitals_give_the_pooled_trees() {
    masks_change_nothing(&Case::new(Objective::Gamma, 0, &[60, 90, 150, 100])).await;
}
