//! Which failure an error becomes.

use std::{collections::BTreeSet, time::Duration};

use consilium_mailbox::TransportError;
use consilium_secagg::{Refusal, SumNumber};

use super::*;

#[test]
fn what_others_caused_is_told_apart_from_what_no_repetition_cures() {
    let (me, peer): (PartyId, PartyId) = ("a".parse().unwrap(), "b".parse().unwrap());
    let silent = MailboxError::Silent {
        peer: peer.clone(),
        step: "glm-newton.1.model",
        waited: Duration::from_secs(3),
        held: 0,
    };
    let number = SumNumber(3);
    let exposed = BTreeSet::from([peer.clone()]);
    let closed = MailboxError::Transport(TransportError::Closed(peer.clone()));
    let cases: [(RunError, Code, Option<&PartyId>); 8] = [
        (
            GlmError::from(silent).into(),
            Code::PartySilent,
            Some(&peer),
        ),
        (closed.into(), Code::PartyAborted, Some(&peer)),
        (
            SealError::Forged {
                peer: peer.clone(),
                due: 1,
            }
            .into(),
            Code::FrameTampered,
            Some(&peer),
        ),
        (
            SumError::from(Refusal::QuestionChanged { number }).into(),
            Code::SumRefused,
            Some(&me),
        ),
        (
            SumError::from(Refusal::Derivable { number, exposed }).into(),
            Code::RosterShrinkRefused,
            Some(&me),
        ),
        (
            SumError::Equivocation {
                aggregator: peer.clone(),
                witness: me.clone(),
            }
            .into(),
            Code::AggregatorLied,
            Some(&peer),
        ),
        (StoreError::DiskFull.into(), Code::DiskFull, Some(&me)),
        (
            GlmError::from(consilium_glm::Failure::ConstantLabel).into(),
            Code::DataOneClass,
            None,
        ),
    ];
    for (error, code, party) in cases {
        let failure = error.failure(&me);
        assert_eq!(
            (failure.code, failure.party.as_ref()),
            (code, party),
            "{error}"
        );
        assert!(
            !failure.what(consilium_plan::Lang::En).contains('?'),
            "{failure}"
        );
    }
}

#[test]
fn a_full_disk_under_the_book_of_openings_is_named() {
    let me = "a".parse().unwrap();
    let source = Box::new(StoreError::DiskFull);
    let error = SumError::Book(BookError {
        doing: "written",
        source,
    });
    assert_eq!(RunError::from(error).failure(&me).code, Code::DiskFull);
}
