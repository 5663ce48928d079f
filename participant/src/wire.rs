//! What the coordinator says, as this program understands it.

use std::collections::BTreeSet;

use consilium_journal::StudyName;
use consilium_mailbox::{PartyId, RunId};
use consilium_plan::{Phase, PlanHash, SignedStatement, Statement};
use consilium_proto::v1::{self, to_participant::Kind};

use crate::{
    home::study_name,
    study::{Call, Command},
};

/// What a control message to a participant is called.
pub(crate) const TO_PARTICIPANT: &str = "consilium.v1.ToParticipant";
/// What a control message to the coordinator is called.
pub(crate) const TO_COORDINATOR: &str = "consilium.v1.ToCoordinator";

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
            let state = serde_json::from_str(&end.state).ok()?;
            Some((study(&end.study)?, Command::End(Box::new(state))))
        }
        Kind::Offer(_) | Kind::Roster(_) => None,
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
