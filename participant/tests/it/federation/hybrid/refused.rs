//! What keeps the rows of several hospitals from being used: told before anything is signed.

use consilium_plan::Plan;

use super::houses::{FUND, LABELS, OPEN, align, aligned, aligning, growing, predicting, register};
use crate::federation::joint::{decided, refuses, run, with};

#[tokio::test(flavor = "multi_thread")]
async fn a_patient_of_two_hospitals_is_refused_by_the_insurer_unless_the_plan_allows_it() {
    let (world, houses, mut alignments) = aligned().await;
    // Somebody of the first one's.
    register(&houses[1], 1, &[50]).await;
    alignments[1] = align(&world, &houses, 1, "people of b again").await;
    let text = growing("repeated", &alignments, (2, OPEN));
    refuses(&world, &houses[LABELS], &text, "VERTICAL-PATIENTS-REPEATED").await;
    for house in &houses[..LABELS] {
        decided(house, &text.parse().unwrap()).await.unwrap();
    }
    let allowed = with(&text, "[hybrid]\n", "[hybrid]\nrepeated_patients = true\n");
    let (study, last) = run(&world, &houses, &allowed).await;
    assert!(last.contains("finished"), "{last}");
    let (_, last) = run(&world, &houses, &predicting(&alignments, &study)).await;
    assert!(last.contains("finished"), "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alignment_of_others_or_of_other_rows_is_none() {
    let (world, houses, alignments) = aligned().await;
    let two = aligning("without the insurer", &["a", "fund"]);
    let (lacking, last) = run(&world, [&houses[0], &houses[FUND]], &two).await;
    assert!(last.contains("finished"), "{last}");
    let mut lacked = alignments.clone();
    lacked[0] = lacking;
    let text = growing("lacking", &lacked, (2, OPEN));
    refuses(&world, &houses[0], &text, "VERTICAL-OTHER-PARTIES").await;
    for (place, code) in [
        (FUND, "VERTICAL-OTHER-PARTIES"),
        (LABELS, "VERTICAL-NO-ALIGNMENT"),
    ] {
        let plan: Plan = text.parse().unwrap();
        let refused = decided(&houses[place], &plan).await.unwrap_err();
        assert!(refused.contains(code), "{code}: {refused}");
    }
    // Another hospital's is not its own.
    let mut exchanged = alignments.clone();
    exchanged.swap(0, 1);
    let text = growing("exchanged", &exchanged, (2, OPEN));
    refuses(&world, &houses[0], &text, "VERTICAL-NO-ALIGNMENT").await;

    let text = growing("range", &alignments, (2, OPEN));
    let narrow = with(&text, "max = 9", "max = 5");
    refuses(&world, &houses[0], &narrow, "DATA-COLUMN-DIFFERS").await;
    let few = with(&text, "\"range\"", "\"few\"");
    let few = with(&few, "[trees]", "limits = { minimum_rows = 421 }\n[trees]");
    refuses(&world, &houses[LABELS], &few, "VERTICAL-ROWS-TOO-FEW").await;

    register(&houses[2], 2, &[999]).await;
    let text = growing("version", &alignments, (2, OPEN));
    refuses(&world, &houses[2], &text, "VERTICAL-OTHER-DATA").await;
    for house in &houses[..2] {
        decided(house, &text.parse().unwrap()).await.unwrap();
    }
}
