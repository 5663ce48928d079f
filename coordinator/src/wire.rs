//! What parties say, as this program understands it, and what they are told.

use consilium_journal::StudyName;
use consilium_mailbox::{PartyId, RunId};
use consilium_plan::{Plan, PlanHash, SignedStatement, Statement, Study};
use consilium_proto::v1::{self, to_coordinator::Kind, to_participant::Kind as Said};
use prost::Message as _;
use serde::Serialize;

use crate::{
    store::results::ResultFile,
    study::{self, Command, MODEL, REPORT},
};

/// How much of a result goes into one message, in bytes; the link takes twice that.
const PART: usize = 1 << 20;

/// Writes what is said, journalled or kept as JSON.
pub(crate) fn json(what: &impl Serialize) -> String {
    serde_json::to_string(what).expect("texts, numbers and names always serialise")
}

/// Gives the message that there is a study.
pub(crate) fn offer(plan: &Plan) -> Said {
    Said::Offer(v1::StudyOffer {
        study: plan.hash().as_bytes().to_vec().into(),
        plan: plan.to_string(),
    })
}

/// Gives the message that a study has ended.
pub(crate) fn end(plan: &Plan, study: &Study) -> Said {
    Said::End(v1::StudyEnd {
        study: plan.hash().as_bytes().to_vec().into(),
        state: json(study),
    })
}

/// Gives the part of a result that begins at `offset`; without files the whole is empty.
pub(crate) fn part(hash: &[u8; 32], files: &[ResultFile], offset: u64) -> Said {
    let file = |name: &str| {
        let named = files.iter().find(|file| file.name == name);
        named.and_then(|file| String::from_utf8(file.content.clone()).ok())
    };
    let whole = v1::StudyResult {
        model: file(MODEL).unwrap_or_default(),
        report: file(REPORT).unwrap_or_default(),
    };
    let whole = whole.encode_to_vec();
    let rest = usize::try_from(offset).ok().and_then(|at| whole.get(at..));
    let rest = rest.unwrap_or_default();
    Said::Part(v1::ResultPart {
        study: hash.to_vec().into(),
        offset,
        total: whole.len() as u64,
        content: rest[..rest.len().min(PART)].to_vec().into(),
    })
}

/// Reads what a party says about a study; nothing if it makes no sense.
pub(crate) fn read(from: &PartyId, what: Kind) -> Option<(StudyName, Command)> {
    let from = from.clone();
    match what {
        Kind::Decision(notice) => {
            let statement: Statement = serde_json::from_slice(&notice.statement).ok()?;
            let signature = notice.signature.as_ref().try_into().ok()?;
            let signature = consilium_base::Signature(signature);
            let command = Command::Decision {
                from,
                signed: Box::new(SignedStatement::new(statement, signature)),
                steward: notice.steward.as_ref().try_into().ok()?,
            };
            Some((named(&notice.study)?, command))
        }
        Kind::Preflight(report) => {
            let name = named(&report.study)?;
            let report = Box::new(serde_json::from_str(&report.report).ok()?);
            Some((name, Command::Preflight { from, report }))
        }
        Kind::Run(notice) => {
            let run = RunId(notice.run.as_ref().try_into().ok()?);
            let failure = match notice.failure.as_str() {
                "" => None,
                failure => Some(serde_json::from_str(failure).ok()?),
            };
            Some((
                named(&notice.study)?,
                Command::Notice { from, run, failure },
            ))
        }
        Kind::Offers(_) | Kind::Result(_) | Kind::Scorecards(_) => None,
    }
}

/// Reads the hash by which a study is named.
pub(crate) fn named(hash: &[u8]) -> Option<StudyName> {
    let hash = PlanHash::from_bytes(hash.try_into().ok()?);
    Some(study::name(&hash))
}

#[cfg(test)]
mod tests {
    use consilium_node::link::Limits;

    use super::*;

    fn notice() -> v1::RunNotice {
        v1::RunNotice {
            study: vec![1; 32].into(),
            run: vec![2; 16].into(),
            failure: String::new(),
        }
    }

    fn hears(what: Kind) -> Option<(StudyName, Command)> {
        read(&"a".parse().unwrap(), what)
    }

    #[test]
    fn a_part_that_is_done_is_told_from_one_that_failed() {
        let failure = |said: v1::RunNotice| match hears(Kind::Run(said)) {
            Some((study, Command::Notice { failure, .. })) => {
                assert_eq!(study.as_str(), "01".repeat(32));
                failure
            }
            other => panic!("it is a notice: {other:?}"),
        };
        assert_eq!(failure(notice()), None);
        let lost = consilium_plan::Failure::new(consilium_plan::Code::PartyLost);
        let failed = v1::RunNotice {
            failure: json(&lost),
            ..notice()
        };
        assert_eq!(failure(failed), Some(lost));
    }

    #[test]
    fn what_makes_no_sense_is_not_read() {
        let notices = [
            v1::RunNotice {
                study: vec![1; 31].into(),
                ..notice()
            },
            v1::RunNotice {
                run: vec![2; 17].into(),
                ..notice()
            },
            v1::RunNotice {
                failure: "{}".to_owned(),
                ..notice()
            },
        ];
        for notice in notices {
            assert!(hears(Kind::Run(notice.clone())).is_none(), "{notice:?}");
        }
        assert!(hears(Kind::Preflight(v1::PreflightReport::default())).is_none());
        assert!(hears(Kind::Decision(v1::DecisionNotice::default())).is_none());
        assert!(hears(Kind::Offers(v1::Offers::default())).is_none());
    }

    #[test]
    fn parts_make_the_whole_and_each_fits_into_a_message() {
        let file = |name: &str, bytes: usize| ResultFile {
            study: "01".repeat(32).parse().unwrap(),
            name: name.to_owned(),
            content: vec![b'x'; bytes],
            made: consilium_plan::UnixTime(0),
        };
        let files = [file(MODEL, 3 << 20), file(REPORT, 100)];
        let mut whole = Vec::new();
        loop {
            let Said::Part(part) = part(&[1; 32], &files, whole.len() as u64) else {
                panic!("it is a part");
            };
            assert!(part.encoded_len() < Limits::default().longest_control / 2 + 100);
            if part.content.is_empty() {
                assert_eq!(part.total, whole.len() as u64);
                break;
            }
            whole.extend(part.content);
        }
        let whole = v1::StudyResult::decode(&whole[..]).unwrap();
        assert_eq!([whole.model.len(), whole.report.len()], [3 << 20, 100]);
        for (files, offset) in [(&files[..], u64::MAX), (&[], 0)] {
            let Said::Part(part) = part(&[1; 32], files, offset) else {
                panic!("it is a part");
            };
            assert!(part.content.is_empty());
            assert_eq!(part.total == 0, files.is_empty());
        }
    }
}
