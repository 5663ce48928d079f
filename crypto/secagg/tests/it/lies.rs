//! Lying aggregators: whatever they claim, they get no share that an honest one would not get.

use bytes::Bytes;
use consilium_mailbox::{Fault, PartyId, RunId, sim::World};
use consilium_secagg::{Breach, MemoryBook, Refusal, SumError, Thresholds};

use crate::{
    federation::{Federation, shape},
    liar::{Liar, listed},
    wire::{Anew, Answered, Cohort, Masked, Received, Signatures, read},
};

fn quiet(n: usize) -> Federation {
    let mut federation = Federation::of(n);
    federation.terms.carry_over = false;
    federation
}

fn breach(error: &Result<(), SumError>) -> Option<Breach> {
    match error {
        Err(SumError::Breach { breach, .. }) => Some(*breach),
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn the_liar_that_does_not_lie_gets_its_answers() {
    let liar = Liar::over(quiet(4), shape(0, 10, 32));
    assert_eq!(liar.set_up().await.len(), 4);
    for to in 0..4 {
        liar.survivors(to, &liar.all()).await;
    }
    liar.signatures(&liar.all()).await;
    let _: Vec<Answered> = liar.gather(&liar.mail).await;
    let (_, ended, answers) = liar.end().await;
    assert!(ended.iter().all(Result::is_ok));
    assert_eq!(answers, 4);
}

#[tokio::test(start_paused = true)]
async fn two_survivor_sets_get_no_answer_from_anybody() {
    let liar = Liar::over(quiet(5), shape(0, 10, 32));
    liar.set_up().await;
    for to in 0..5 {
        let members = if to < 4 { vec![0, 1, 2, 3] } else { liar.all() };
        liar.survivors(to, &members).await;
    }
    // The fifth signed another set: its signature is worth nothing under the first four's.
    liar.signatures(&[1, 2, 3, 4]).await;
    let (_, ended, answers) = liar.end().await;
    assert_eq!(answers, 0);
    assert!(
        ended
            .iter()
            .all(|it| breach(it) == Some(Breach::BadSignature))
    );
}

#[tokio::test(start_paused = true)]
async fn a_signature_shown_twice_counts_once() {
    let liar = Liar::over(quiet(4), shape(0, 10, 32));
    liar.set_up().await;
    for to in 0..4 {
        liar.survivors(to, &liar.all()).await;
    }
    liar.signatures(&[0, 0, 1, 2]).await;
    let (_, ended, answers) = liar.end().await;
    assert_eq!(answers, 0);
    assert!(ended.iter().all(|it| breach(it) == Some(Breach::BadList)));
}

#[tokio::test(start_paused = true)]
async fn fewer_survivors_than_the_threshold_are_not_signed() {
    let liar = Liar::over(quiet(5), shape(0, 10, 32));
    liar.set_up().await;
    for to in 0..5 {
        liar.survivors(to, &[0, 1, 2]).await;
    }
    let (_, ended, answers) = liar.end().await;
    assert_eq!(answers, 0);
    assert!(
        ended
            .iter()
            .all(|it| breach(it) == Some(Breach::ListTooShort))
    );
}

#[tokio::test(start_paused = true)]
async fn fewer_signatures_than_the_threshold_get_no_answer() {
    let liar = Liar::over(quiet(5), shape(0, 10, 32));
    liar.set_up().await;
    for to in 0..5 {
        liar.survivors(to, &liar.all()).await;
    }
    liar.signatures(&[0, 1, 2]).await;
    let (_, ended, answers) = liar.end().await;
    assert_eq!(answers, 0);
    assert!(
        ended
            .iter()
            .all(|it| breach(it) == Some(Breach::BadSignature))
    );
}

#[tokio::test(start_paused = true)]
async fn a_set_that_names_a_party_twice_is_refused() {
    let liar = Liar::over(quiet(4), shape(0, 10, 32));
    liar.set_up().await;
    for to in 0..4 {
        liar.survivors(to, &[0, 1, 1, 2, 3]).await;
    }
    let (_, ended, answers) = liar.end().await;
    assert_eq!(answers, 0);
    assert!(ended.iter().all(|it| breach(it) == Some(Breach::BadList)));
}

#[tokio::test(start_paused = true)]
async fn after_an_opened_sum_a_false_dropout_gets_no_second_one() {
    let (federation, world) = (quiet(5), World::new(1));
    let (mut aggregator, mut members) = (federation.aggregator(), federation.members());
    let first = shape(0, 10, 32);
    federation
        .run(&world, 1, first, &mut aggregator, &mut members)
        .await
        .opened
        .unwrap();

    let second = RunId([2; 16]);
    let liar = Liar::over_members(federation, world.clone(), second, shape(1, 10, 32), members);
    liar.set_up().await;
    for to in 0..4 {
        liar.survivors(to, &[0, 1, 2, 3]).await;
    }
    liar.survivors(4, &[0, 1, 2, 3]).await;
    let (_, ended, answers) = liar.end().await;
    assert_eq!(answers, 5, "those of the first sum");
    for ended in &ended[..4] {
        let Err(SumError::Refused(Refusal::Derivable { exposed, .. })) = ended else {
            panic!("{ended:?}")
        };
        assert_eq!(
            exposed.iter().map(PartyId::as_str).collect::<Vec<_>>(),
            ["hospital-4"]
        );
    }
    assert!(matches!(ended[4], Err(SumError::LeftOut)));
}

#[tokio::test(start_paused = true)]
async fn an_opened_sum_run_again_with_other_survivors_is_refused() {
    let (federation, world) = (quiet(7), World::new(1));
    let (mut aggregator, mut members) = (federation.aggregator(), federation.members());
    let again = shape(0, 10, 32);
    federation
        .run(&world, 1, again, &mut aggregator, &mut members)
        .await
        .opened
        .unwrap();

    let liar = Liar::over_members(federation, world, RunId([2; 16]), again, members);
    liar.set_up().await;
    for to in 0..5 {
        liar.survivors(to, &[0, 1, 2, 3, 4]).await;
    }
    let (_, ended, answers) = liar.end().await;
    assert_eq!(answers, 7, "those of the first time");
    for ended in &ended[..5] {
        let Err(SumError::Refused(Refusal::OpenedOtherwise { differing, .. })) = ended else {
            panic!("{ended:?}")
        };
        assert_eq!(differing.len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn keys_swapped_for_one_contributor_alone_are_noticed_by_all_it_meets() {
    let liar = Liar::over(quiet(4), shape(0, 10, 32));
    let shown = liar.advertised().await;
    let mut swapped = shown.clone();
    swapped[1].keys = shown[2].keys.clone();
    let setup = liar.mail.scope("setup");
    for (to, party) in liar.roster().iter().enumerate() {
        let shown = if to == 0 { &swapped } else { &shown };
        setup.send(party, &listed(shown)).await.unwrap();
    }
    let world = liar.world.clone();
    let (_, ended, answers) = liar.end().await;
    let masked = world.transcript().iter().filter_map(read::<Masked>).count();
    assert_eq!(answers, 0);
    for ended in ended {
        let Err(error) = ended else {
            panic!("nobody may go on")
        };
        let said = matches!(error, SumError::Equivocation { .. } | SumError::Mailbox(_));
        assert!(said, "{error}");
    }
    assert_eq!(masked, 0);
}

#[tokio::test(start_paused = true)]
async fn keys_that_are_not_the_listed_ones_are_refused() {
    let liar = Liar::over(quiet(4), shape(0, 10, 32));
    let shown = liar.advertised().await;
    let mut lie = listed(&shown);
    lie.neighbours[1].1.keys = lie.neighbours[2].1.keys.clone();
    let setup = liar.mail.scope("setup");
    setup.send(&liar.roster()[0], &lie).await.unwrap();
    let (_, ended, _) = liar.end().await;
    assert_eq!(breach(&ended[0]), Some(Breach::ForeignKeys));
}

#[tokio::test(start_paused = true)]
async fn a_party_listed_twice_or_with_changed_keys_does_not_go_on() {
    let liar = Liar::over(quiet(4), shape(0, 10, 32));
    let shown = liar.advertised().await;
    let setup = liar.mail.scope("setup");
    let mut twice = listed(&shown);
    twice.fingerprints.insert(1, twice.fingerprints[1].clone());
    setup.send(&liar.roster()[0], &twice).await.unwrap();
    let mut changed = listed(&shown);
    changed.fingerprints[1].secrets = [0; 32];
    setup.send(&liar.roster()[1], &changed).await.unwrap();
    let mut short = listed(&shown);
    short.fingerprints.truncate(2);
    setup.send(&liar.roster()[2], &short).await.unwrap();
    let (_, ended, _) = liar.end().await;
    assert_eq!(breach(&ended[0]), Some(Breach::BadList));
    assert_eq!(breach(&ended[1]), Some(Breach::OwnEntry));
    assert_eq!(breach(&ended[2]), Some(Breach::ListTooShort));
}

#[tokio::test(start_paused = true)]
async fn a_contributor_told_of_a_lower_threshold_meets_nobody() {
    let federation = quiet(5);
    let mut members = federation.members();
    let mut lowered = federation.clone();
    lowered.terms.thresholds = Thresholds::without_proof_of_safety(5, 5, 2).unwrap();
    members[0] = lowered.member(0, MemoryBook::default());
    let run = RunId([1; 16]);
    let liar = Liar::over_members(federation, World::new(1), run, shape(0, 10, 32), members);
    let shown = liar.advertised().await;
    liar.list(&shown).await;
    let (_, ended, answers) = liar.end().await;
    assert_eq!(answers, 0);
    let Err(error @ SumError::Equivocation { .. }) = &ended[0] else {
        panic!("{:?}", ended[0])
    };
    // Neither it nor its witness can be shown to lie.
    assert_eq!(error.fault(), Fault::Network);
}

#[tokio::test(start_paused = true)]
async fn a_contributor_told_of_another_roster_meets_nobody() {
    let federation = quiet(5);
    let mut members = federation.members();
    let mut other = federation.clone();
    other.terms.roster[4] = "intruder".parse().unwrap();
    members[0] = other.member(0, MemoryBook::default());
    let run = RunId([1; 16]);
    let liar = Liar::over_members(federation, World::new(1), run, shape(0, 10, 32), members);
    let shown = liar.advertised().await;
    liar.list(&shown).await;
    let (_, ended, answers) = liar.end().await;
    assert_eq!(answers, 0);
    assert!(ended.iter().all(Result::is_err));
}

#[tokio::test(start_paused = true)]
async fn who_answered_once_answers_no_second_set() {
    let liar = Liar::over(quiet(5), shape(0, 10, 32));
    liar.set_up().await;
    for to in 0..5 {
        liar.survivors(to, &liar.all()).await;
    }
    liar.signatures(&liar.all()).await;
    let _: Vec<Answered> = liar.gather(&liar.mail).await;
    for to in 0..5 {
        liar.survivors(to, &[0, 1, 2, 3]).await;
    }
    let (_, ended, answers) = liar.end().await;
    assert!(ended.iter().all(Result::is_ok));
    assert_eq!(answers, 5);
}

#[tokio::test(start_paused = true)]
async fn a_second_set_shown_before_the_answer_is_not_read() {
    let liar = Liar::over(quiet(5), shape(0, 10, 32));
    liar.set_up().await;
    for to in 0..5 {
        liar.survivors(to, &liar.all()).await;
        liar.survivors(to, &[0, 1, 2, 3]).await;
    }
    liar.signatures(&liar.all()).await;
    let (_, _, answers) = liar.end().await;
    assert_eq!(answers, 5);
}

#[tokio::test(start_paused = true)]
async fn material_is_used_up_by_the_first_masked_vector() {
    let liar = Liar::over(quiet(4), shape(0, 10, 32));
    liar.set_up().await;
    liar.mail.broadcast(liar.roster(), &Anew).await.unwrap();
    let (_, ended, answers) = liar.end().await;
    assert_eq!(answers, 0);
    assert!(
        ended
            .iter()
            .all(|it| breach(it) == Some(Breach::SecondSetup))
    );
}

#[tokio::test(start_paused = true)]
async fn a_cohort_with_parties_that_sent_no_shares_is_refused() {
    let liar = Liar::over(quiet(4), shape(0, 10, 32));
    let shown = liar.advertised().await;
    liar.list(&shown).await;
    let mail = liar.mail.scope("setup");
    let _: Vec<Received> = liar.gather(&mail).await;
    for (party, members) in liar
        .roster()
        .iter()
        .zip([vec![0, 1], vec![0, 2, 3], vec![0, 9]])
    {
        mail.send(party, &Cohort { members }).await.unwrap();
    }
    let (_, ended, _) = liar.end().await;
    assert_eq!(breach(&ended[0]), Some(Breach::BadCohort));
    assert_eq!(breach(&ended[1]), Some(Breach::BadCohort));
    assert_eq!(breach(&ended[2]), Some(Breach::BadList));
}

#[tokio::test(start_paused = true)]
async fn a_forged_signature_is_refused() {
    let liar = Liar::over(quiet(4), shape(0, 10, 32));
    liar.set_up().await;
    for to in 0..4 {
        liar.survivors(to, &liar.all()).await;
    }
    let forged = Signatures {
        signers: liar.all(),
        signatures: Bytes::from(vec![7; 4 * 64]),
    };
    liar.mail.broadcast(liar.roster(), &forged).await.unwrap();
    let (_, ended, answers) = liar.end().await;
    assert_eq!(answers, 0);
    assert!(
        ended
            .iter()
            .all(|it| breach(it) == Some(Breach::BadSignature))
    );
}

/// Sums at a lying aggregator, each over some of the contributors; gives how each ended, and how many
/// answers it got in all.
async fn series(
    federation: Federation,
    sets: &[&[u32]],
    hide: bool,
) -> (Vec<Vec<Result<(), SumError>>>, usize) {
    let world = World::new(1);
    let mut members = federation.members();
    let (mut sums, mut answered) = (Vec::new(), 0);
    for (number, set) in (0_u8..).zip(sets) {
        let (run, shape) = (RunId([number; 16]), shape(number.into(), 10, 32));
        let liar = Liar::over_members(federation.clone(), world.clone(), run, shape, members);
        if hide {
            liar.opened.set(Bytes::new()).unwrap();
        }
        liar.set_up().await;
        for to in 0..federation.terms.roster.len() {
            liar.survivors(to, set).await;
        }
        liar.signatures_of(set).await;
        let (again, ended, answers) = liar.end().await;
        (members, answered) = (again, answers);
        sums.push(ended);
    }
    (sums, answered)
}

/// Names those that would be singled out, where all of some contributors refused for that.
fn exposed(ended: &[Result<(), SumError>], set: &[u32]) -> Vec<String> {
    let mut all = Vec::new();
    for place in set {
        let Err(SumError::Refused(Refusal::Derivable { exposed, .. })) = &ended[*place as usize]
        else {
            panic!("{ended:?}")
        };
        all = exposed.iter().map(ToString::to_string).collect();
    }
    all
}

#[tokio::test(start_paused = true)]
async fn a_colluder_and_two_false_dropouts_don_t_single_a_hospital_out() {
    // The difference of both sums is hospital 3's part less that of hospital 0, who colludes.
    let sets: [&[u32]; 2] = [&[0, 1, 2], &[1, 2, 3]];
    let (sums, answers) = series(quiet(4), &sets, false).await;
    assert_eq!(answers, 3, "those of the first sum");
    assert_eq!(exposed(&sums[1], sets[1]), ["hospital-0", "hospital-3"]);
}

#[tokio::test(start_paused = true)]
async fn no_series_of_false_dropouts_singles_a_hospital_out() {
    // Any three of the sets are harmless where nobody colludes, and nobody is in all four of them.
    let sets: [&[u32]; 4] = [&[1, 2, 3], &[0, 2, 3], &[0, 1, 3], &[0, 1, 2]];
    let (sums, answers) = series(quiet(4), &sets, false).await;
    assert_eq!(answers, 3, "those of the first sum");
    for (ended, set) in sums.iter().zip(sets).skip(1) {
        assert_eq!(exposed(ended, set).len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_sum_over_fewer_is_signed_if_two_more_than_collude_have_gone() {
    let sets: [&[u32]; 4] = [
        &[0, 1, 2, 3, 4, 5, 6, 7, 8],
        &[0, 1, 2, 3, 4, 5, 6],
        &[0, 1, 2, 3, 4, 5],
        &[0, 1, 2, 3, 4, 6],
    ];
    let (sums, answers) = series(quiet(9), &sets, false).await;
    assert_eq!(answers, 9 + 6, "of all, and then of six");
    assert_eq!(exposed(&sums[1], sets[1]), ["hospital-7", "hospital-8"]);
    assert!(sums[2][..6].iter().all(Result::is_ok));
    assert_eq!(exposed(&sums[3], sets[3]), ["hospital-5", "hospital-6"]);
}

#[tokio::test(start_paused = true)]
async fn waivers_of_some_don_t_single_the_others_out() {
    let waive = |federation: &mut Federation, who: &[usize]| {
        let roster = &federation.terms.roster;
        federation.terms.waivers = who.iter().map(|place| roster[*place].clone()).collect();
    };
    let sets: [&[u32]; 3] = [&[0, 1, 2, 3, 4], &[0, 1, 2, 3], &[0, 1, 2, 4]];
    let mut federation = quiet(5);
    waive(&mut federation, &[3, 4]);
    let (_, answers) = series(federation, &sets, false).await;
    assert_eq!(answers, 5 + 4 + 4, "three are in all the sets");

    // Of four, all but two could be taken away: the third sum would tell one colluder the other.
    let sets: [&[u32]; 3] = [&[0, 1, 2, 3], &[0, 1, 2], &[0, 1, 3]];
    let mut federation = quiet(4);
    waive(&mut federation, &[2, 3]);
    let (sums, answers) = series(federation, &sets, false).await;
    assert_eq!(answers, 4 + 3);
    assert_eq!(exposed(&sums[2], sets[2]), ["hospital-0", "hospital-1"]);
}

#[tokio::test(start_paused = true)]
async fn an_aggregator_that_hides_what_was_signed_before_gets_no_second_signature() {
    let sets: [&[u32]; 2] = [&[1, 2, 3], &[0, 2, 3]];
    let (sums, answers) = series(quiet(4), &sets, true).await;
    assert_eq!(answers, 3, "those of the first sum");
    let hidden = sums[1]
        .iter()
        .filter(|it| breach(it) == Some(Breach::OpeningHidden));
    assert_eq!(hidden.count(), 3, "all that signed the first");
}
