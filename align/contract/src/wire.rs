//! The bytes of every message, as parties of the last release write and read them.

use std::{collections::BTreeMap, fmt::Write as _};

use bytes::Bytes;
use consilium_base::Seed;
use consilium_mailbox::Message;
use consilium_schema::{Codes, Schema};

use crate::{
    Contract, Table,
    compare::shown,
    protocol::{Items, Keyed, Sealed},
};

fn write<M: Message>(written: &mut BTreeMap<String, String>, message: &M) {
    let bytes = postcard::to_stdvec(message).unwrap();
    let again: M = postcard::from_bytes(&bytes).unwrap();
    assert_eq!(postcard::to_stdvec(&again).unwrap(), bytes);
    let hex = bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    });
    assert_eq!(written.insert(M::STEP.to_owned(), hex), None);
}

const COLUMNS: &str = "
[[column]]
name = \"cost\"
type = \"number\"
unit = \"{CNY}\"

[[column]]
name = \"days\"
type = \"integer\"

[[column]]
name = \"ward\"
type = \"category\"
levels = [\"A\", \"B\"]

[[column]]
name = \"note\"
type = \"text\"

[[column]]
name = \"diagnosis\"
type = \"code\"
codes = { system = \"icd-10-cm\", version = \"2026\" }

[[column]]
name = \"died\"
type = \"boolean\"

[[column]]
name = \"admitted\"
type = \"date\"
";

#[test]
fn every_message_has_the_bytes_it_ever_had() {
    let mut written = BTreeMap::new();
    let key = Bytes::from_static(&[7; 32]);
    write(&mut written, &Keyed { key });
    write(&mut written, &Sealed { seal: [9; 32] });
    let schema = Schema::from_toml(COLUMNS).unwrap();
    let table = Table {
        codes: Codes::new("icd-10-cm", Some("2026")).unwrap(),
        contents: [3; 32],
    };
    let contract = Contract::of(schema.columns()).with_table("diagnosis", table);
    let items = shown(&contract, &Seed::from_bytes([5; 32]));
    write(&mut written, &Items { items });
    let released: BTreeMap<String, String> =
        serde_json::from_str(include_str!("../vectors/messages.json")).unwrap();
    assert_eq!(written, released);
}
