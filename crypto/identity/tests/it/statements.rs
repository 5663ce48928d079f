//! Signed statements hold for their kind and federation alone.

use consilium_base::{BadSignature, Seed, Signer as _};
use consilium_identity::{
    Directory, FederationId, IdentityKey, StatementKind, sign_statement, verify_statement,
    verify_statement_by,
};
use proptest::prelude::*;

fn key() -> IdentityKey {
    IdentityKey::from_seed(&Seed::from_bytes([5; 32]))
}

proptest! {
    #[test]
    fn a_statement_verifies_for_its_own_kind_federation_and_body(body: Vec<u8>, other: Vec<u8>) {
        let (here, there) = (FederationId([1; 32]), FederationId([2; 32]));
        for kind in StatementKind::ALL {
            let signature = sign_statement(kind, &here, &body, &key());
            for claimed in StatementKind::ALL {
                let verified = verify_statement(claimed, &here, &body, &signature, &key().public());
                prop_assert_eq!(verified.is_ok(), claimed == kind);
            }
            let elsewhere = verify_statement(kind, &there, &body, &signature, &key().public());
            prop_assert_eq!(elsewhere, Err(BadSignature::Mismatch));
            let changed = verify_statement(kind, &here, &other, &signature, &key().public());
            prop_assert_eq!(changed.is_ok(), body == other);
        }
    }

    #[test]
    fn a_bare_signature_over_the_same_body_is_no_statement(body: Vec<u8>) {
        let signature = key().sign(&body);
        let federation = FederationId([1; 32]);
        for kind in StatementKind::ALL {
            prop_assert!(verify_statement(kind, &federation, &body, &signature, &key().public()).is_err());
        }
    }
}

#[test]
fn a_statement_is_checked_against_the_signer_that_the_directory_knows() {
    let directory: Directory = [("steward-li".to_owned(), key().public())].into();
    let federation = FederationId([1; 32]);
    let signature = sign_statement(StatementKind::Approval, &federation, b"plan", &key());
    let check = |signer| {
        let kind = StatementKind::Approval;
        verify_statement_by(signer, kind, &federation, b"plan", &signature, &directory)
    };
    assert_eq!(check("steward-li"), Ok(()));
    assert_eq!(check("steward-wang"), Err(BadSignature::UnknownParty));
}
