//! Who takes part in a run, and whose waiver counts.

use std::collections::BTreeSet;

use consilium_mailbox::RunId;
use consilium_plan::FederationId;

use super::*;

const PARTIES: [&str; 4] = ["a", "b", "c", "d"];

fn plan(protection: &str) -> Plan {
    let party = |name: &&str| format!("[[party]]\nname = \"{name}\"\ndata = \"rows\"\n");
    let parties: Vec<String> = PARTIES.iter().map(party).collect();
    let text = format!(
        "title = \"t\"\npurpose = \"p\"\nkind = \"train-glm\"\nfeatures = [\"x\"]\n\
         label = {{ column = \"y\" }}\n[protection]\n{protection}\n{}\
         [[column]]\nname = \"x\"\ntype = \"boolean\"\n\
         [[column]]\nname = \"y\"\ntype = \"boolean\"\n",
        parties.concat()
    );
    text.parse().unwrap()
}

fn checked(plan: &Plan, present: &[&str], waivers: &[&str], heard: &[&str]) -> Option<Code> {
    let parse = |names: &[&str]| -> Vec<PartyId> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    };
    let call = Call {
        run: RunId([1; 16]),
        attempt: 1,
        from: None,
        contributors: parse(present),
        waivers: parse(waivers).into_iter().collect(),
    };
    let mut own = Own::new(FederationId([1; 32]), plan);
    own.waivers = parse(heard).into_iter().collect::<BTreeSet<_>>();
    let me = "a".parse().unwrap();
    check_company(plan, &own, &call, &me)
        .err()
        .map(|failure| failure.code)
}

#[test]
fn a_run_without_somebody_is_refused_where_the_plan_waits() {
    let plan = plan("on_dropout = \"pause\"");
    assert_eq!(checked(&plan, &PARTIES, &[], &[]), None);
    for present in [
        &["a", "b", "c"][..],
        &["a"],
        &[],
        &["a", "b", "c", "e"],
        &["b", "a", "c", "d"],
    ] {
        assert_eq!(
            checked(&plan, present, &[], &[]),
            Some(Code::PlanDiffers),
            "{present:?}"
        );
    }
}

#[test]
fn a_run_goes_on_with_the_quorum_where_the_plan_says_so() {
    let plan = plan("on_dropout = \"continue\"\ndropouts = 1");
    assert_eq!(checked(&plan, &["a", "b", "d"], &[], &[]), None);
    assert_eq!(
        checked(&plan, &["a", "d"], &[], &[]),
        Some(Code::PlanDiffers)
    );
    assert_eq!(
        checked(&plan, &["b", "c", "d"], &[], &[]),
        Some(Code::PlanDiffers)
    );
}

#[test]
fn the_waiver_of_an_absent_party_counts_only_if_it_said_so_itself() {
    let plan = plan("on_dropout = \"continue\"\ndropouts = 1\nask_waiver = true");
    let refused = Some(Code::RosterShrinkRefused);
    assert_eq!(checked(&plan, &["a", "b", "d"], &["c"], &[]), refused);
    assert_eq!(checked(&plan, &["a", "b", "d"], &["c"], &["c"]), None);
    assert_eq!(checked(&plan, &["a", "b", "d"], &["b"], &[]), None);
}
