//! A relay that changes, repeats, moves, forges or drops frames.

use consilium_mailbox::{Content, Fault, Frame, TransportError};

use super::*;
use crate::relay::Way;

type Change = fn(&mut Frame);

fn on_body(frame: &mut Frame, change: impl FnOnce(&mut Vec<u8>)) {
    if let Content::Body(body) = &frame.content {
        let mut body = body.to_vec();
        change(&mut body);
        frame.content = Content::Body(body.into());
    }
}

/// Everything that can be changed in a frame.
const CHANGES: [(&str, Change); 16] = [
    ("first bit", |frame| on_body(frame, |body| body[0] ^= 1)),
    ("a middle bit", |frame| {
        on_body(frame, |body| {
            let middle = body.len() / 2;
            body[middle] ^= 0x10;
        });
    }),
    ("last bit", |frame| {
        on_body(frame, |body| *body.last_mut().unwrap() ^= 0x80);
    }),
    ("a byte less", |frame| {
        on_body(frame, |body| body.truncate(body.len() - 1));
    }),
    ("a byte more", |frame| on_body(frame, |body| body.push(0))),
    ("no body", |frame| on_body(frame, Vec::clear)),
    ("a long body", |frame| {
        on_body(frame, |body| body.resize(1 << 16, 7));
    }),
    ("aborted", |frame| {
        frame.content = Content::Aborted("me".into());
    }),
    ("step", |frame| frame.step = "test.1.other".into()),
    ("scope", |frame| frame.scope = "elsewhere".into()),
    ("next number", |frame| frame.number += 1),
    ("far number", |frame| frame.number = u64::MAX),
    ("number before", |frame| {
        frame.number = frame.number.wrapping_sub(1);
    }),
    ("run", |frame| frame.run.0[15] ^= 1),
    ("sender", |frame| frame.sender = frame.receiver.clone()),
    ("receiver", |frame| frame.receiver = frame.sender.clone()),
];

/// Frames of two parties that meet and converse.
const FRAMES: usize = 7;

/// How it ended for one party.
#[derive(Debug)]
enum End {
    Heard,
    NoSeal(SealError),
    Failed(MailboxError, Option<SealError>),
}

/// Lets two parties meet and converse over a relay; each hears the truth or an error.
async fn converse_over(relay: Relay) -> [End; 2] {
    let parties = parties(["a", "b"]);
    let members = members(&parties);
    let part = |me: usize| {
        let (relay, members, parties) = (&relay, &members, &parties);
        async move {
            let sealed = match open(relay, &members[me]).await {
                Ok(sealed) => Arc::new(sealed),
                Err(error) => return End::NoSeal(error),
            };
            let mail = Mailbox::new(sealed.clone(), RUN, Patience::default());
            match converse(mail, [b"from a", b"from b"][me]).await {
                Ok(heard) => {
                    let truth: &[u8] = [b"from b", b"from a"][me];
                    assert_eq!(heard, [truth, truth]);
                    End::Heard
                }
                Err(error) => End::Failed(error, sealed.broken(&parties[1 - me])),
            }
        }
    };
    tokio::join!(part(0), part(1)).into()
}

/// Gives a relay that does `act` with the `at`-th frame that it is given.
fn acting_on(
    at: usize,
    mut act: impl FnMut(Way, Frame) -> Vec<(Way, Frame)> + Send + 'static,
) -> Relay {
    let mut given = 0;
    Relay::meddling(&parties(["a", "b"]), move |way, frame| {
        given += 1;
        if given == at + 1 {
            act(way, frame)
        } else {
            vec![(way, frame)]
        }
    })
}

/// Gives who would have read the `at`-th frame.
async fn reader(at: usize) -> usize {
    let relay = acting_on(usize::MAX - 1, |_, _| Vec::new());
    let ends = converse_over(relay.clone()).await;
    assert!(matches!(ends, [End::Heard, End::Heard]));
    let frames = relay.given();
    assert_eq!(frames.len(), FRAMES);
    usize::from(frames[at].receiver.as_str() == "b")
}

/// Checks that a party noticed, and blames nobody but the network.
fn noticed(end: &End, case: &str) {
    let fault = match end {
        End::Heard => panic!("{case}: unnoticed"),
        End::NoSeal(error) => error.fault(),
        End::Failed(error, broken) => {
            assert!(
                matches!(error, MailboxError::Transport(TransportError::Closed(_))),
                "{case}"
            );
            assert!(matches!(broken, Some(SealError::Forged { .. })), "{case}");
            error.fault()
        }
    };
    assert_eq!(fault, Fault::Network, "{case}: {end:?}");
}

#[tokio::test(start_paused = true)]
async fn a_change_anywhere_in_any_frame_is_noticed_by_its_reader_and_blamed_on_the_network() {
    for at in 0..FRAMES {
        let reader = reader(at).await;
        for (name, change) in CHANGES {
            let relay = acting_on(at, move |way, mut frame| {
                change(&mut frame);
                vec![(way, frame)]
            });
            let ends = converse_over(relay).await;
            // What a hello says is first authenticated by the answer: its author notices.
            let notices = match ends[reader] {
                End::NoSeal(SealError::Silent { .. }) if at == 0 => 1 - reader,
                _ => reader,
            };
            noticed(&ends[notices], &format!("{name} of frame {at}"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_frame_sent_back_to_its_sender_is_noticed() {
    for at in 0..FRAMES {
        let author = 1 - reader(at).await;
        for renamed in [false, true] {
            let relay = acting_on(at, move |(from, to), frame| {
                let mut back = frame.clone();
                if renamed {
                    (back.sender, back.receiver) = (to.clone(), from.clone());
                }
                vec![((to.clone(), from.clone()), back), ((from, to), frame)]
            });
            let ends = converse_over(relay).await;
            // Whoever has read all that it awaits reads no more.
            if !matches!(ends[author], End::Heard) || at < 5 {
                noticed(&ends[author], &format!("frame {at}, renamed: {renamed}"));
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_repeated_frame_is_noticed_before_the_next_one_is_read() {
    for at in 0..FRAMES - 2 {
        let reader = reader(at).await;
        let relay = acting_on(at, |way, frame| {
            vec![(way.clone(), frame.clone()), (way, frame)]
        });
        let ends = converse_over(relay).await;
        noticed(&ends[reader], &format!("frame {at} twice"));
    }
}

#[tokio::test(start_paused = true)]
async fn two_frames_that_changed_places_are_noticed() {
    for (at, reader) in [(3, 1), (5, 0)] {
        let mut kept = None;
        let mut given = 0;
        let relay = Relay::meddling(&parties(["a", "b"]), move |way, frame| {
            given += 1;
            if given == at + 1 {
                kept = Some((way, frame));
                return Vec::new();
            }
            match &kept {
                Some((kept_way, _)) if *kept_way == way => {
                    let later = kept.take();
                    [(way, frame)].into_iter().chain(later).collect()
                }
                _ => vec![(way, frame)],
            }
        });
        // The author says both notes at once, so that there is something to change places with.
        let ends = two_notes_over(relay).await;
        noticed(&ends[reader], &format!("frames {at} and after it"));
    }
}

/// As `converse_over`, but both say two notes before they listen.
async fn two_notes_over(relay: Relay) -> [End; 2] {
    let parties = parties(["a", "b"]);
    let members = members(&parties);
    let part = |me: usize| {
        let (relay, members, peer) = (&relay, &members, &parties[1 - me]);
        async move {
            let sealed = Arc::new(open(relay, &members[me]).await.unwrap());
            let mail = Mailbox::new(sealed.clone(), RUN, Patience::default());
            for text in ["one", "two"] {
                mail.send(peer, &Note(text.into())).await.unwrap();
            }
            for text in ["one", "two"] {
                match mail.recv::<Note>(peer).await {
                    Ok(note) => assert_eq!(note, Note(text.into())),
                    Err(error) => return End::Failed(error, sealed.broken(peer)),
                }
            }
            mail.finish();
            End::Heard
        }
    };
    tokio::join!(part(0), part(1)).into()
}

#[tokio::test(start_paused = true)]
async fn a_dropped_frame_is_missed_and_its_sender_named() {
    for at in 0..FRAMES {
        let reader = reader(at).await;
        let ends = converse_over(acting_on(at, |_, _| Vec::new())).await;
        match &ends[reader] {
            End::NoSeal(SealError::Silent { .. } | SealError::Unexpected { .. })
            | End::Failed(MailboxError::Silent { .. } | MailboxError::Aborted { .. }, None)
            | End::Failed(_, Some(SealError::Forged { .. })) => {}
            end => panic!("frame {at}: {end:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_farewell_that_the_relay_forged_is_not_believed() {
    let relay = acting_on(3, |way, mut frame| {
        frame.content = Content::Aborted("we give up".into());
        vec![(way, frame)]
    });
    let ends = converse_over(relay).await;
    let aborted = |end: &End| matches!(end, End::Failed(MailboxError::Aborted { why, .. }, _) if why == "we give up");
    assert!(!ends.iter().any(aborted));
}

#[tokio::test(start_paused = true)]
async fn a_true_farewell_arrives_sealed_and_in_its_senders_words() {
    let parties = parties(["a", "b"]);
    let relay = Relay::honest(&parties);
    let mut opened = open_all(&relay, &members(&parties)).await;
    let b = mailbox(opened.pop().unwrap().unwrap());
    drop(mailbox(opened.pop().unwrap().unwrap()));

    let error = b.recv::<Note>(&parties[0]).await.unwrap_err();

    assert!(matches!(error, MailboxError::Aborted { why, .. } if why.contains("left the run")));
    let last = relay.given().pop().unwrap();
    assert!(matches!(last.content, Content::Body(_)));
}

#[tokio::test(start_paused = true)]
async fn after_a_forged_frame_the_genuine_one_comes_too_late() {
    use consilium_mailbox::Transport as _;

    let parties = parties(["a", "b"]);
    let relay = acting_on(3, |way, frame| {
        let mut forged = frame.clone();
        on_body(&mut forged, |body| body[0] ^= 1);
        vec![(way.clone(), forged), (way, frame)]
    });
    let mut opened = open_all(&relay, &members(&parties)).await;
    let b = opened.pop().unwrap().unwrap();
    let a = mailbox(opened.pop().unwrap().unwrap());
    a.send(&parties[1], &Note("word".into())).await.unwrap();

    let closed = Err(TransportError::Closed(parties[0].clone()));
    assert_eq!(b.recv(&parties[0]).await, closed);
    assert_eq!(b.recv(&parties[0]).await, closed);
    let peer = parties[0].clone();
    assert_eq!(b.broken(&peer), Some(SealError::Forged { peer, due: 0 }));
}
