//! What a steward's decision does, and which decisions are not taken.

use std::collections::BTreeSet;

use consilium_base::{BadSignature, Signature, Signer, Tagged, Verifier};
use consilium_plan::{
    Code, DataVersion, Decision, FederationId, Grant, Lang, MOST_DECISIONS, PlanHash, Register,
    Rejected, SignedStatement, Standing, Statement, Steward, UnixTime,
};

use crate::{NOW, full, heart, party};

/// Signs by a keyed hash; whoever knows the name can verify. A stand-in for keys.
struct Seal(String);

impl Signer for Seal {
    fn sign(&self, message: &[u8]) -> Signature {
        let half = Tagged::new("test.1.seal")
            .field(self.0.as_bytes())
            .field(message)
            .digest();
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&half);
        Signature(bytes)
    }
}

/// Knows `INSTITUTION/li` of every institution.
struct Seals;

impl Verifier for Seals {
    fn verify(
        &self,
        name: &str,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), BadSignature> {
        if !name.ends_with("/li") {
            return Err(BadSignature::UnknownParty);
        }
        let same = Seal(name.to_owned()).sign(message) == *signature;
        if same {
            Ok(())
        } else {
            Err(BadSignature::Mismatch)
        }
    }
}

const HERE: FederationId = FederationId([1; 32]);
const DATA: DataVersion = DataVersion([7; 32]);

fn grant() -> Grant {
    Grant {
        data: DATA,
        runs: 50,
        until: UnixTime(NOW.0 + 1_000),
        waiver: false,
        beside: BTreeSet::new(),
    }
}

fn statement(signer: &str, decision: Decision, at: i64) -> Statement {
    Statement {
        federation: HERE,
        signer: signer.parse().unwrap(),
        plan: heart().hash(),
        decision,
        at: UnixTime(NOW.0 + at),
        nonce: [9; 16],
    }
}

fn signed(statement: Statement) -> SignedStatement {
    let signer = Seal(statement.signer.to_string());
    statement.sign(&signer)
}

fn approval(at: i64) -> SignedStatement {
    signed(statement("va/li", Decision::Approve(grant()), at))
}

fn register() -> Register {
    Register::new(HERE, &heart())
}

fn reject(register: &mut Register, signed: &SignedStatement) -> Rejected {
    let before = register.clone();
    let rejected = register.admit(signed, &Seals, NOW).unwrap_err();
    assert_eq!(*register, before, "a rejected decision changes nothing");
    rejected
}

#[test]
fn an_approval_allows_runs_within_its_limits() {
    let mut register = register();
    let va = party("va");
    let missing = register.allows(&va, (0, NOW)).unwrap_err();
    assert_eq!(missing.code, Code::ApprovalMissing);
    register.admit(&approval(0), &Seals, NOW).unwrap();
    assert_eq!(register.allows(&va, (49, NOW)).unwrap(), &grant());
    let code = |runs, now| register.allows(&va, (runs, now)).unwrap_err().code;
    assert_eq!(code(50, NOW), Code::RunsExhausted);
    assert_eq!(code(0, UnixTime(NOW.0 + 1_000)), Code::ApprovalExpired);
    grant().covers(&va, &DATA).unwrap();
    let other = grant().covers(&va, &DataVersion([8; 32])).unwrap_err();
    assert_eq!(other.code, Code::DataChanged);
}

#[test]
fn a_supposed_approval_changes_nothing_that_is_kept() {
    let mut register = register();
    let va = party("va");
    let refusal = signed(statement("va/li", Decision::Refuse, 0));
    register.admit(&refusal, &Seals, NOW).unwrap();
    let kept = register.clone();
    let supposed = register.supposing(&va, grant(), NOW);
    assert_eq!(supposed.allows(&va, (0, NOW)).unwrap(), &grant());
    assert_eq!(register, kept);
}

#[test]
fn an_approval_of_one_attempt_is_worth_nothing_in_the_next() {
    let mut next = Register::new(HERE, &heart().next_attempt().unwrap());
    let rejected = reject(&mut next, &approval(0));
    assert!(
        matches!(rejected, Rejected::Elsewhere { what: "plan", .. }),
        "{rejected}"
    );
}

#[test]
fn an_institution_decides_so_often_and_can_withdraw_after_that() {
    let mut register = register();
    for at in 0..i64::from(MOST_DECISIONS) {
        register.admit(&approval(at), &Seals, NOW).unwrap();
    }
    let refused = reject(&mut register, &approval(200));
    assert!(matches!(refused, Rejected::TooMany { .. }), "{refused}");
    assert_eq!(refused.failure().code, Code::ApprovalTooMany);
    let refusal = |at| signed(statement("va/li", Decision::Refuse, at));
    register.admit(&refusal(201), &Seals, NOW).unwrap();
    let again = reject(&mut register, &refusal(202));
    assert!(matches!(again, Rejected::TooMany { .. }), "{again}");
}

#[test]
fn a_replayed_or_older_decision_is_not_taken() {
    let mut register = register();
    register.admit(&approval(0), &Seals, NOW).unwrap();
    let signer: Steward = "va/li".parse().unwrap();
    assert_eq!(
        reject(&mut register, &approval(0)),
        Rejected::Replayed {
            signer: signer.clone()
        }
    );
    assert_eq!(
        reject(&mut register, &approval(-5)),
        Rejected::Replayed {
            signer: signer.clone()
        }
    );
    let of = approval(0).statement.id();
    register
        .admit(
            &signed(statement("va/li", Decision::Revoke { of }, 1)),
            &Seals,
            NOW,
        )
        .unwrap();
    assert_eq!(register.standing(&party("va")), Some(&Standing::Revoked));
    let replayed = reject(&mut register, &approval(0));
    assert_eq!(replayed.failure().code, Code::ApprovalReplayed);
    let revoked = register.allows(&party("va"), (0, NOW)).unwrap_err();
    assert_eq!(revoked.code, Code::ApprovalRevoked);
}

#[test]
fn a_decision_can_be_made_anew() {
    let mut register = register();
    register
        .admit(
            &signed(statement("va/li", Decision::Refuse, 0)),
            &Seals,
            NOW,
        )
        .unwrap();
    assert_eq!(
        register.allows(&party("va"), (0, NOW)).unwrap_err().code,
        Code::ApprovalRefused
    );
    register.admit(&approval(1), &Seals, NOW).unwrap();
    register.allows(&party("va"), (0, NOW)).unwrap();
}

#[test]
fn a_revocation_names_the_approval_that_stands() {
    let mut register = register();
    let of = approval(0).statement.id();
    let revocation = signed(statement("va/li", Decision::Revoke { of }, 5));
    assert!(matches!(
        reject(&mut register, &revocation),
        Rejected::Elsewhere {
            what: "approval",
            ..
        }
    ));
    register.admit(&approval(1), &Seals, NOW).unwrap();
    reject(&mut register, &revocation);
}

#[test]
fn every_field_is_under_the_signature() {
    let genuine = approval(0);
    let changes: [fn(&mut Statement); 10] = [
        |s| s.federation = FederationId([2; 32]),
        |s| s.signer = "cleveland/li".parse().unwrap(),
        |s| s.plan = full().hash(),
        |s| s.decision = Decision::Refuse,
        |s| {
            s.decision = Decision::Approve(Grant {
                data: DataVersion([8; 32]),
                ..grant()
            });
        },
        |s| {
            s.decision = Decision::Approve(Grant {
                runs: 51,
                ..grant()
            });
        },
        |s| {
            s.decision = Decision::Approve(Grant {
                waiver: true,
                ..grant()
            });
        },
        |s| {
            s.decision = Decision::Approve(Grant {
                beside: BTreeSet::from([PlanHash::from_bytes([4; 32])]),
                ..grant()
            });
        },
        |s| s.at.0 += 1,
        |s| s.nonce[0] ^= 1,
    ];
    for change in changes {
        let mut forged = genuine.clone();
        change(&mut forged.statement);
        assert_ne!(forged.statement.message(), genuine.statement.message());
        let rejected = reject(&mut register(), &forged);
        assert!(matches!(rejected, Rejected::Forged { .. }), "{rejected}");
    }
    let until = Decision::Approve(Grant {
        until: UnixTime(NOW.0 + 9_000),
        ..grant()
    });
    let forged = SignedStatement::new(statement("va/li", until, 0), genuine.signature());
    assert_eq!(
        reject(&mut register(), &forged).failure().code,
        Code::ApprovalForged
    );
}

#[test]
fn a_genuine_decision_about_something_else_is_not_taken() {
    let mut elsewhere = statement("va/li", Decision::Refuse, 0);
    elsewhere.federation = FederationId([2; 32]);
    let rejected = reject(&mut register(), &signed(elsewhere));
    assert!(matches!(
        rejected,
        Rejected::Elsewhere {
            what: "federation",
            ..
        }
    ));
    let mut other = statement("va/li", Decision::Refuse, 0);
    other.plan = full().hash();
    let rejected = reject(&mut register(), &signed(other));
    assert!(matches!(rejected, Rejected::Elsewhere { what: "plan", .. }));
    let stranger = signed(statement("stranger/li", Decision::Refuse, 0));
    assert!(matches!(
        reject(&mut register(), &stranger),
        Rejected::NoContributor { .. }
    ));
    let unknown = signed(statement("va/wang", Decision::Refuse, 0));
    assert!(matches!(
        reject(&mut register(), &unknown),
        Rejected::Forged { .. }
    ));
}

#[test]
fn the_future_and_the_past_are_not_taken() {
    assert!(matches!(
        reject(&mut register(), &approval(301)),
        Rejected::Ahead { seconds: 301, .. }
    ));
    register().admit(&approval(300), &Seals, NOW).unwrap();
    let over = Decision::Approve(Grant {
        until: NOW,
        ..grant()
    });
    let rejected = reject(&mut register(), &signed(statement("va/li", over, -10)));
    assert_eq!(rejected.failure().code, Code::ApprovalExpired);
}

#[test]
fn waivers_are_those_of_standing_approvals() {
    let mut register = register();
    let waiving = Decision::Approve(Grant {
        waiver: true,
        ..grant()
    });
    register
        .admit(
            &signed(statement("cleveland/li", waiving.clone(), 0)),
            &Seals,
            NOW,
        )
        .unwrap();
    register.admit(&approval(0), &Seals, NOW).unwrap();
    assert_eq!(register.waivers(), BTreeSet::from([party("cleveland")]));
    let of = statement("cleveland/li", waiving, 0).id();
    register
        .admit(
            &signed(statement("cleveland/li", Decision::Revoke { of }, 1)),
            &Seals,
            NOW,
        )
        .unwrap();
    assert!(register.waivers().is_empty());
}

#[test]
fn decisions_outlive_storage() {
    let mut register = register();
    register.admit(&approval(0), &Seals, NOW).unwrap();
    let stored = serde_json::to_string(&register).unwrap();
    assert_eq!(serde_json::from_str::<Register>(&stored).unwrap(), register);
    let stored = serde_json::to_string(&approval(0)).unwrap();
    assert_eq!(
        serde_json::from_str::<SignedStatement>(&stored).unwrap(),
        approval(0)
    );
}

#[test]
fn a_decision_is_said_in_words() {
    let said = approval(0).statement.describe(Lang::Zh);
    assert!(
        said.contains("va/li 批准方案") && said.contains("va 不给予豁免"),
        "{said}"
    );
    let of = approval(0).statement.id();
    let said = statement("va/li", Decision::Revoke { of }, 1).describe(Lang::En);
    assert!(
        said.contains(&format!("revokes the approval {of}")),
        "{said}"
    );
    assert!("va".parse::<Steward>().is_err() && "va/Li".parse::<Steward>().is_err());
}

#[test]
fn the_signed_bytes_are_frozen() {
    let mut frozen = statement("va/li", Decision::Approve(grant()), 0);
    frozen.plan = consilium_plan::PlanHash::from_bytes([3; 32]);
    assert_eq!(frozen.message().len(), 260);
    assert_eq!(
        frozen.id().to_string(),
        "0741cd62e6d500a0ed30eab4d40c7fd8ab81b9f4a427f3d56e8f7e70369549e7"
    );
}
