//! Hospitals with schemas, and worlds to run in.

use consilium_base::Seed;
use consilium_contract::{Contract, ContractError, Seal, Table, prove};
use consilium_mailbox::{Account, Mailbox, PartyId};
use consilium_schema::{Codes, Schema};
use futures_util::future::join_all;

/// Cost in yuan, levels of care, a diagnosis with its version.
pub(crate) const SCHEMA: &str = r#"
[[column]]
name = "cost"
type = "number"
unit = "{CNY}"
min = 0
max = 1000000

[[column]]
name = "care"
type = "category"
levels = ["ward", "intensive"]

[[column]]
name = "diagnosis"
type = "code"
codes = { system = "icd-10-cm", version = "2026" }
"#;

pub(crate) fn contract(schema: &str) -> Contract {
    Contract::of(Schema::from_toml(schema).unwrap().columns())
}

pub(crate) fn table(contents: u8) -> Table {
    Table {
        codes: Codes::new("icd-10-cm", Some("2026")).unwrap(),
        contents: [contents; 32],
    }
}

/// `coordinator` and that many hospitals.
pub(crate) fn parties(contributors: usize) -> Vec<PartyId> {
    let hospitals = (0..contributors).map(|place| format!("hospital-{place}"));
    let names = std::iter::once("coordinator".to_owned()).chain(hospitals);
    names.map(|name| name.parse().unwrap()).collect()
}

pub(crate) struct Ran {
    /// In the order of the hospitals.
    pub(crate) outcomes: Vec<Result<Option<Seal>, ContractError>>,
    pub(crate) accounts: Vec<Account>,
}

/// Runs all contributors' parts; the coordinator, the first mailbox, has none.
pub(crate) async fn run(mails: Vec<Mailbox>, contracts: &[Contract]) -> Ran {
    let roster = &parties(contracts.len())[1..];
    let of_each = mails.iter().skip(1).zip(contracts).zip(1..);
    let running = of_each.map(async |((mail, contract), seed)| {
        let seed = Seed::from_bytes([seed; 32]);
        prove(mail, roster, (contract, &[4; 32]), &seed).await
    });
    let outcomes = join_all(running).await;
    Ran {
        outcomes,
        accounts: mails.into_iter().map(Mailbox::finish).collect(),
    }
}
