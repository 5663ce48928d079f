//! The bytes of every message, as parties of the last release write and read them.

use std::{collections::BTreeMap, fmt::Write as _};

use bytes::Bytes;
use consilium_mailbox::Message;

use crate::{
    Step, Zeros,
    protocol::{Emptied, Keyed, Same, Stepped, Summed},
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

#[test]
fn every_message_has_the_bytes_it_ever_had() {
    let mut written = BTreeMap::new();
    let key = Bytes::from_static(&[7; 32]);
    write(&mut written, &Keyed { key });
    let contributors = || ["hospital-a", "hospital-b"].map(|name| name.parse().unwrap());
    let summed = Summed {
        contributors: contributors().into(),
        elements: Bytes::from_static(&[1, 0, 0, 0, 0, 0, 0, 0x80]),
    };
    write(&mut written, &summed);
    let zeros = Zeros {
        of_all: 300,
        of_others: 4_000,
    };
    let emptied = Emptied {
        contributors: contributors().into(),
        zeros,
    };
    write(&mut written, &emptied);
    write(&mut written, &Same { seal: [9; 32] });
    let step = Some(Step::Rare);
    write(&mut written, &Stepped { step });
    let released: BTreeMap<String, String> =
        serde_json::from_str(include_str!("../vectors/messages.json")).unwrap();
    assert_eq!(written, released);
}
