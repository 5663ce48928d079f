//! The table of roles and calls.

use std::{collections::BTreeSet, fs, path::Path};

use consilium_identity::{BadRole, Forbidden, Role, rpcs};

/// Every call and who may make it, in the order of the table.
const DECIDED: &str = "\
Enrolment/Enrol: newcomer
Enrolment/Renew: participant operator supervisor
Link/Connect: participant
Operator/Submit: operator
Operator/List: operator supervisor
Operator/Show: operator supervisor
Operator/Cancel: operator
Operator/Watch: operator supervisor
Operator/Result: operator
Operator/Invite: operator
Operator/Invitations: operator supervisor
Operator/Withdraw: operator
Operator/Members: operator supervisor
Operator/Revoke: operator
Operator/ExportLog: operator supervisor
Operator/Scorecards: operator supervisor
Steward/Status: steward
Steward/AddData: steward
Steward/ListData: steward
Steward/RemoveData: steward
Steward/Alignments: steward
Steward/Queries: steward
Steward/Studies: steward
Steward/AwaitStudy: steward
Steward/Examine: steward
Steward/Decide: steward
Steward/OwnResult: steward
Steward/Peers: steward
Steward/Verify: steward
Steward/AddVouch: steward
Steward/AddSteward: steward
Steward/ExportOwnLog: steward
Steward/AddScorecard: steward
";

#[test]
fn every_combination_of_role_and_call_is_decided_as_written_here() {
    let mut decided = String::new();
    for rpc in rpcs() {
        decided.push_str(rpc.strip_prefix("/consilium.v1.").unwrap());
        decided.push(':');
        for role in Role::ALL {
            match role.authorise(rpc) {
                Ok(()) => decided.extend([" ", role.as_str()]),
                Err(error) => assert_eq!(error, Forbidden::Role { role, rpc }),
            }
        }
        decided.push('\n');
    }
    assert_eq!(decided, DECIDED);
}

#[test]
fn every_call_of_the_wire_stands_in_the_table_once() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto/consilium/v1");
    let mut on_the_wire = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut service = String::new();
        for line in text.lines().map(str::trim) {
            let first = |rest: &str| rest.split([' ', '(', '{']).next().unwrap().to_owned();
            if let Some(rest) = line.strip_prefix("service ") {
                service = first(rest);
            } else if let Some(rest) = line.strip_prefix("rpc ") {
                on_the_wire.insert(format!("/consilium.v1.{service}/{}", first(rest)));
            }
        }
    }
    let listed: Vec<String> = rpcs().map(str::to_owned).collect();
    assert_eq!(listed.len(), listed.iter().collect::<BTreeSet<_>>().len());
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), on_the_wire);
}

#[test]
fn a_call_that_is_not_in_the_table_is_nobodys() {
    for role in Role::ALL {
        for rpc in [
            "",
            "/consilium.v1.Operator",
            "/consilium.v1.Operator/submit",
        ] {
            assert_eq!(role.authorise(rpc), Err(Forbidden::Unknown));
        }
    }
}

#[test]
fn a_supervisor_calls_nothing_that_writes() {
    for writing in ["Submit", "Cancel", "Invite", "Revoke"] {
        let rpc = format!("/consilium.v1.Operator/{writing}");
        assert!(Role::Supervisor.authorise(&rpc).is_err());
    }
}

#[test]
fn a_refusal_says_for_whom_the_call_is() {
    let error = Role::Supervisor.authorise("/consilium.v1.Enrolment/Enrol");
    let text = error.unwrap_err().to_string();
    assert_eq!(text, "this call is for newcomer, not for supervisor");
}

#[test]
fn roles_are_read_back_from_their_names() {
    for role in Role::ALL {
        assert_eq!(role.to_string().parse(), Ok(role));
    }
    assert_eq!("admin".parse::<Role>(), Err(BadRole));
}
