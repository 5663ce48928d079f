//! One changed frame: the error blames its sender, and repeats nothing of it.

use consilium_dictionary::{Breach, DictionaryError};
use consilium_mailbox::{Content, Fault, sim::World};

use crate::world::{Answered, Check, insurer, lying, party};

/// What the holder says of a hospital's changed answer.
async fn breach(lie: impl Fn(&mut Answered) + Send + 'static) -> Breach {
    let (world, mut check) = (World::new(1), Check::new());
    lying(&world, lie);
    let error = check.run(&world).await.holder.err().unwrap();
    assert_eq!(error.fault(), Fault::Peer(party("hospital")), "{error}");
    let DictionaryError::Breach { breach, .. } = error else {
        panic!("{error}")
    };
    breach
}

#[tokio::test(start_paused = true)]
async fn answers_that_can_t_be_blame_the_respondent() {
    type Lie = fn(&mut Answered);
    let lies: [(Lie, Breach); 9] = [
        (|it| it.missing.reverse(), Breach::NotAscending { index: 1 }),
        (
            |it| it.missing[1] = it.missing[0].clone(),
            Breach::NotAscending { index: 1 },
        ),
        (
            |it| it.missing[0].0 = "王芳".to_owned(),
            Breach::NotACode { index: 0 },
        ),
        (
            |it| it.missing[1].0 = "X".repeat(65),
            Breach::NotACode { index: 1 },
        ),
        (
            |it| it.missing[0].0 = "A01".to_owned(),
            Breach::Listed { index: 0 },
        ),
        (|it| it.missing[0].1 = 9, Breach::NotABand),
        (|it| it.missing[0].1 = 21, Breach::NotABand),
        (|it| it.rare = 7, Breach::NotABand),
        (
            |it| it.missing = vec![("B02".to_owned(), 20); 17],
            Breach::TooMany { told: 17, most: 16 },
        ),
    ];
    for (lie, due) in lies {
        assert_eq!(breach(lie).await, due);
    }
}

#[tokio::test(start_paused = true)]
async fn a_malformed_answer_blames_the_respondent() {
    let (world, mut check) = (World::new(1), Check::new());
    world.tamper(|frame| {
        if *frame.step == *"dictionary.1.answered" {
            frame.content = Content::Body(vec![0xff; 3].into());
        }
    });
    let error = check.run(&world).await.holder.err().unwrap();
    assert_eq!(error.fault(), Fault::Peer(party("hospital")), "{error}");
}

#[tokio::test(start_paused = true)]
async fn points_that_are_none_blame_whoever_sent_them() {
    for (step, liar) in [
        ("psi-unbalanced.1.blinded", party("hospital")),
        ("psi-unbalanced.1.evaluated", insurer()),
    ] {
        let (world, mut check) = (World::new(1), Check::new());
        world.tamper(move |frame| {
            if *frame.step == *step {
                let Content::Body(body) = &frame.content else {
                    return;
                };
                let mut bytes = body.to_vec();
                let last = bytes.len() - 32;
                bytes[last..].fill(0xff);
                frame.content = Content::Body(bytes.into());
            }
        });
        let ended = check.run(&world).await;
        let error = if liar == insurer() {
            ended
                .respondents
                .into_values()
                .next()
                .unwrap()
                .err()
                .unwrap()
        } else {
            ended.holder.err().unwrap()
        };
        assert_eq!(error.fault(), Fault::Peer(liar), "{error}");
    }
}

/// The page says so: nothing proves what a list holds.
#[tokio::test(start_paused = true)]
async fn a_made_up_list_is_told_every_frequent_code_and_no_rare_one() {
    let mut check = Check::new();
    check.list = ["Q00".to_owned()].into();
    let ended = check.run(&World::new(1)).await;
    let told = &ended.holder.unwrap()[&party("hospital")];
    assert!(told.missing.keys().eq(["A01", "B02", "D04"]));
}
