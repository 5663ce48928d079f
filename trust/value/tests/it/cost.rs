//! What a valuation costs, by the formulas of docs/protocols/value.md.

use std::collections::BTreeMap;

use consilium_mailbox::sim::World;
use consilium_value::Method;

use crate::world::{Study, body};

#[tokio::test(start_paused = true)]
async fn a_contributor_sends_one_vector_and_by_coalitions_its_own_sums() {
    let world = World::new(1);
    let study = Study::logistic(Method::Shapley);
    study.run(&world).await.aggregator.unwrap();
    let mut bytes = BTreeMap::<String, Vec<usize>>::new();
    for frame in world.transcript() {
        bytes
            .entry(frame.step.to_string())
            .or_default()
            .push(body(&frame).len());
    }
    // Three coefficients: a count, then 6 + 2 · (3 + 6) elements, of which the plain sum takes eight bytes.
    let coefficients = study.model.coefficients.len();
    let sums = coefficients + coefficients * (coefficients + 1) / 2;
    assert_eq!((coefficients, sums), (3, 9));
    let inputs = &bytes["plain-sum.1.input"];
    for elements in [1, 6 + 2 * sums] {
        let are_so_long = |len: &&usize| (elements * 8..elements * 8 + 4).contains(*len);
        assert_eq!(inputs.iter().filter(are_so_long).count(), 5, "{bytes:?}");
    }
    // Each of four judges says one byte to four others and the aggregator.
    assert_eq!(bytes["value.1.judges"], [1; 20]);
    assert_eq!(bytes["value.1.reached"], [1; 5]);
    assert!(
        bytes["value.1.own"]
            .iter()
            .all(|len| (sums * 8..sums * 8 + 8).contains(len)),
        "{bytes:?}"
    );
    assert!(
        bytes["value.1.totals"]
            .iter()
            .all(|len| (3 + coefficients) * 8 + 8 >= *len),
        "{bytes:?}"
    );
    assert_eq!(bytes.values().map(Vec::len).sum::<usize>(), 20 + 5 * 6);
}
