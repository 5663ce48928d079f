//! How results come together, whatever the coordinator sends.

use consilium_plan::UnixTime;

use super::*;
use crate::wire;

const A: [u8; 32] = [1; 32];
const B: [u8; 32] = [2; 32];

fn begin(fetching: &mut Fetching, hash: [u8; 32]) -> Option<u64> {
    let study = wire::study(&hash).unwrap();
    let end = Box::new(Study::Finished { at: UnixTime(0) });
    asks(fetching.begin(hash, study, end), hash)
}

/// Gives from where on the study's result is asked for, if it is.
fn asks(said: Option<Said>, hash: [u8; 32]) -> Option<u64> {
    said.map(|said| match said {
        Said::Result(ask) => {
            assert_eq!(ask.study, hash.to_vec());
            ask.offset
        }
        other => panic!("it asks for something else: {other:?}"),
    })
}

fn part(hash: [u8; 32], offset: usize, total: usize, content: &[u8]) -> v1::ResultPart {
    v1::ResultPart {
        study: hash.to_vec().into(),
        offset: offset as u64,
        total: total as u64,
        content: content.to_vec().into(),
    }
}

fn result(ended: Option<(StudyName, Command)>) -> Option<Received> {
    match ended {
        Some((_, Command::End { result, .. })) => result,
        other => panic!("it has not ended: {other:?}"),
    }
}

fn whole() -> Vec<u8> {
    let (model, report) = ("{}".to_owned(), "[]".to_owned());
    v1::StudyResult { model, report }.encode_to_vec()
}

#[test]
fn a_result_comes_part_by_part_and_one_after_the_other() {
    let mut fetching = Fetching::default();
    assert_eq!(begin(&mut fetching, A), Some(0));
    assert_eq!(begin(&mut fetching, B), None);
    let whole = whole();
    let (ended, ask) = fetching.take(&part(A, 0, whole.len(), &whole[..3]));
    assert!(ended.is_none());
    assert_eq!(asks(ask, A), Some(3));
    // Told of the end again, it goes on where it is.
    assert_eq!(begin(&mut fetching, A), Some(3));
    for stray in [part(A, 0, whole.len(), &whole), part(B, 0, 1, b"x")] {
        assert!(matches!(fetching.take(&stray), (None, None)), "{stray:?}");
    }
    let (ended, ask) = fetching.take(&part(A, 3, whole.len(), &whole[3..]));
    assert_eq!(result(ended).unwrap().report, "[]");
    assert_eq!(asks(ask, B), Some(0));
    let (ended, ask) = fetching.take(&part(B, 0, 0, b""));
    assert!(result(ended).is_none() && ask.is_none());
    assert!(matches!(fetching.take(&part(B, 0, 0, b"")), (None, None)));
}

#[test]
fn a_report_without_a_model_is_a_result() {
    let mut fetching = Fetching::default();
    begin(&mut fetching, A);
    let (model, report) = (String::new(), "[]".to_owned());
    let whole = v1::StudyResult { model, report }.encode_to_vec();
    let (ended, _) = fetching.take(&part(A, 0, whole.len(), &whole));
    assert_eq!(result(ended).unwrap().report, "[]");
}

#[test]
fn a_study_ends_though_its_result_is_too_long_or_makes_no_sense() {
    let too_long = usize::try_from(LONGEST).unwrap() + 1;
    let bad = [
        part(A, 0, too_long, b"x"),
        part(A, 0, 3, b"long"),
        part(A, 0, 3, b""),
        part(A, 0, 1, b"x"),
    ];
    for part in bad {
        let mut fetching = Fetching::default();
        begin(&mut fetching, A);
        let (ended, ask) = fetching.take(&part);
        assert!(result(ended).is_none() && ask.is_none(), "{part:?}");
        assert!(fetching.whole.is_empty());
    }
}
