//! Who differs stops all, and is named with what both say.

use consilium_contract::{Contract, ContractError, Difference, Part, Seal};
use consilium_mailbox::mem;
use consilium_schema::Differing;

use crate::world::{SCHEMA, contract, parties, run, table};

/// What each hospital ends with.
async fn ended(contracts: &[Contract]) -> Vec<Vec<Difference>> {
    let mail = mem::mailboxes(&parties(contracts.len()));
    let ran = run(mail, contracts).await;
    let differences = |outcome| match outcome {
        Ok(_) => Vec::new(),
        Err(ContractError::Differs(differences)) => differences,
        Err(other) => panic!("{other}"),
    };
    ran.outcomes.into_iter().map(differences).collect()
}

/// Column, who, from whom, of each difference.
fn said(differences: &[Difference]) -> Vec<(&str, &str, &str)> {
    let said = differences.iter();
    said.map(|it| (it.column.as_str(), it.of.as_str(), it.from.as_str()))
        .collect()
}

#[tokio::test]
async fn who_means_the_same_goes_on() {
    let described = SCHEMA.replace("type = \"code\"", "type = \"code\"\nmissing = [\"-\"]");
    for contracts in [
        vec![contract(SCHEMA); 4],
        vec![contract(SCHEMA), contract(&described), contract(SCHEMA)],
        vec![contract(SCHEMA)],
    ] {
        assert!(ended(&contracts).await.iter().all(Vec::is_empty));
    }
}

#[tokio::test]
async fn who_has_the_same_contract_has_the_same_seal() {
    let seals = async |contracts: &[Contract]| -> Vec<Option<Seal>> {
        let ran = run(mem::mailboxes(&parties(contracts.len())), contracts).await;
        ran.outcomes.into_iter().map(Result::unwrap).collect()
    };
    let held = contract(SCHEMA).with_table("diagnosis", table(1));
    let found = seals(&[contract(SCHEMA), held, contract(SCHEMA)]).await;
    assert_eq!(found[0], found[2]);
    assert_ne!(found[0], found[1], "a table is one's own");
    assert!(found.iter().all(Option::is_some));
    assert_eq!(
        seals(&[contract(SCHEMA)]).await,
        [None],
        "nobody is shown one"
    );
}

#[tokio::test]
async fn a_changed_unit_stops_all_and_both_units_are_named() {
    let other = contract(&SCHEMA.replace("{CNY}", "{USD}"));
    let contracts = [contract(SCHEMA), contract(SCHEMA), other];
    let ended = ended(&contracts).await;
    // Each holds what it is told against itself first.
    assert_eq!(said(&ended[0]), [("cost", "hospital-2", "hospital-0")]);
    assert_eq!(said(&ended[1]), [("cost", "hospital-2", "hospital-1")]);
    assert_eq!(said(&ended[2]).len(), 2);
    let Part::Column { differing, other } = &ended[0][0].part else {
        panic!("it is the column");
    };
    assert_eq!(
        differing,
        &[Differing::Unit(Some("{USD}".parse().unwrap()))]
    );
    assert_eq!(other.unit.as_ref().unwrap().as_str(), "{CNY}");
}

#[tokio::test]
async fn a_changed_version_and_changed_levels_are_named_and_no_level_is() {
    let other = SCHEMA.replace("2026", "2025").replace("\"ward\", ", "");
    let ended = ended(&[contract(SCHEMA), contract(&other)]).await;
    let parts: Vec<&Part> = ended[0].iter().map(|it| &it.part).collect();
    let [
        Part::Column {
            differing: levels, ..
        },
        Part::Column {
            differing: codes, ..
        },
    ] = parts[..]
    else {
        panic!("{parts:?}");
    };
    assert_eq!(levels, &[Differing::Levels]);
    assert!(
        matches!(&codes[..], [Differing::Codes(Some(codes))] if codes.version() == Some("2025"))
    );
    assert!(!format!("{:?}", ended[0]).contains("intensive"));
}

#[tokio::test]
async fn tables_of_other_contents_stop_those_too_who_have_none() {
    let with = |contents| contract(SCHEMA).with_table("diagnosis", table(contents));
    assert!(
        ended(&[with(1), contract(SCHEMA), with(1)])
            .await
            .iter()
            .all(Vec::is_empty)
    );
    let ended = ended(&[with(1), contract(SCHEMA), with(2)]).await;
    for differences in &ended {
        assert_eq!(differences.len(), 1);
        assert_eq!(differences[0].column, "diagnosis");
        assert!(matches!(differences[0].part, Part::Table { .. }));
    }
    assert_eq!(said(&ended[1]), [("diagnosis", "hospital-2", "hospital-0")]);
}
