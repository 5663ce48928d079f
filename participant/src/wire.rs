//! What the coordinator says, as this program understands it.

use std::collections::BTreeSet;

use consilium_journal::StudyName;
use consilium_mailbox::{PartyId, RunId};
use consilium_plan::{Phase, PlanHash, SignedStatement, Statement};
use consilium_proto::v1::{self, to_participant::Kind};
use serde::Serialize;

use crate::{
    home::study_name,
    study::{Call, Command},
};

/// Writes what is said, journalled or kept as JSON.
pub(crate) fn json(what: &impl Serialize) -> String {
    serde_json::to_string(what).expect("texts, numbers and names always serialise")
}

/// Reads what the coordinator says about one study; nothing if it makes no sense.
pub(crate) fn read(what: Kind) -> Option<(StudyName, Command)> {
    match what {
        Kind::Preflight(v1::PreflightAsk {
            study: hash,
            now_ms,
        }) => Some((study(&hash)?, Command::Preflight { now_ms })),
        Kind::Start(start) => Some((study(&start.study)?, Command::Call(call(&start)?))),
        Kind::Stop(stop) => {
            let run = run(&stop.run)?;
            let failure = match stop.failure.as_str() {
                "" => None,
                failure => Some(serde_json::from_str(failure).ok()?),
            };
            Some((study(&stop.study)?, Command::Stop { run, failure }))
        }
        Kind::End(end) => {
            let state = Box::new(serde_json::from_str(&end.state).ok()?);
            let result = None;
            Some((study(&end.study)?, Command::End { state, result }))
        }
        Kind::Offer(_) | Kind::Roster(_) | Kind::Part(_) => None,
    }
}

/// Reads a decision as it is handed in and passed on.
pub(crate) fn decision(
    statement: &[u8],
    signature: &[u8],
    steward: &[u8],
) -> Option<(SignedStatement, [u8; 32])> {
    let statement: Statement = serde_json::from_slice(statement).ok()?;
    let signature = consilium_base::Signature(signature.try_into().ok()?);
    let signed = SignedStatement::new(statement, signature);
    Some((signed, steward.try_into().ok()?))
}

/// Reads the hash by which a study is named.
pub(crate) fn study(hash: &[u8]) -> Option<StudyName> {
    let hash = PlanHash::from_bytes(hash.try_into().ok()?);
    Some(study_name(&hash))
}

fn call(start: &v1::RunStart) -> Option<Call> {
    let from = match start.step.as_str() {
        "" => None,
        step => Some(step.parse::<Phase>().ok()?),
    };
    Some(Call {
        run: run(&start.run)?,
        attempt: start.attempt,
        from,
        contributors: parties(&start.contributors)?,
        waivers: parties::<BTreeSet<PartyId>>(&start.waivers)?,
    })
}

fn run(bytes: &[u8]) -> Option<RunId> {
    Some(RunId(bytes.try_into().ok()?))
}

fn parties<C: FromIterator<PartyId>>(names: &[String]) -> Option<C> {
    names.iter().map(|name| name.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use prost::Message as _;

    use super::*;

    fn start() -> v1::RunStart {
        v1::RunStart {
            study: vec![1; 32].into(),
            run: vec![2; 16].into(),
            attempt: 3,
            step: "evaluation".to_owned(),
            contributors: vec!["a".to_owned(), "b".to_owned()],
            waivers: vec!["b".to_owned()],
        }
    }

    #[test]
    fn a_call_to_a_run_is_read_as_it_was_meant() {
        let (study, command) = read(Kind::Start(start())).unwrap();
        assert_eq!(study.as_str(), "01".repeat(32));
        let Command::Call(call) = command else {
            panic!("it is a call");
        };
        assert_eq!(call.from, Some(Phase::Evaluation));
        assert_eq!(call.contributors.len(), 2);
        assert!(call.waivers.contains(&call.contributors[1]));
        let announced = v1::RunStart {
            step: String::new(),
            ..start()
        };
        let Some((_, Command::Call(call))) = read(Kind::Start(announced)) else {
            panic!("it is a call");
        };
        assert_eq!(call.from, None);
    }

    #[test]
    fn what_makes_no_sense_is_not_read() {
        let starts = [
            v1::RunStart {
                study: vec![1; 31].into(),
                ..start()
            },
            v1::RunStart {
                run: vec![2; 17].into(),
                ..start()
            },
            v1::RunStart {
                step: "alignment".to_owned(),
                ..start()
            },
            v1::RunStart {
                contributors: vec!["not a party".to_owned()],
                ..start()
            },
            v1::RunStart {
                waivers: vec![String::new()],
                ..start()
            },
        ];
        for start in starts {
            assert!(read(Kind::Start(start.clone())).is_none(), "{start:?}");
        }
        let study = vec![1; 32].into();
        let state = "{}".to_owned();
        assert!(read(Kind::End(v1::StudyEnd { study, state })).is_none());
        assert!(decision(b"{}", &[0; 64], &[0; 32]).is_none());
    }

    proptest! {
        #[test]
        fn nothing_that_comes_makes_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(v1::ToParticipant { kind: Some(kind) }) = v1::ToParticipant::decode(&bytes[..]) {
                read(kind);
            }
            decision(&bytes, &bytes, &bytes);
        }
    }
}
