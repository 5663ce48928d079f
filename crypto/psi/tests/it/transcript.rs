//! What the frames of a run are, and what they must not be.

use std::collections::{BTreeMap, BTreeSet};

use consilium_base::Tagged;
use consilium_mailbox::{Content, Frame, PartyId, sim::World};
use data_encoding::HEXLOWER;

/// The frame's body.
pub(crate) fn body(frame: &Frame) -> &[u8] {
    let Content::Body(body) = &frame.content else {
        panic!("nobody gives up")
    };
    body
}

/// Sender, receiver, step and length of each frame.
pub(crate) fn outline(frames: &[Frame]) -> Vec<(PartyId, PartyId, String, usize)> {
    let line = |it: &Frame| {
        let ends = (it.sender.clone(), it.receiver.clone());
        (ends.0, ends.1, it.step.to_string(), body(it).len())
    };
    frames.iter().map(line).collect()
}

/// Bytes of all bodies by step.
pub(crate) fn bytes_by_step(world: &World) -> BTreeMap<String, usize> {
    let mut bytes = BTreeMap::new();
    for frame in world.transcript() {
        *bytes.entry(frame.step.to_string()).or_default() += body(&frame).len();
    }
    bytes
}

/// Checks that the number of frames and the hash of all are those of a vector.
pub(crate) fn check_frozen(world: &World, vector: &str) {
    let mut frames = world.transcript();
    let key = |it: &Frame| (it.sender.clone(), it.receiver.clone(), it.number);
    frames.sort_by_key(key);
    let senders: BTreeSet<&PartyId> = frames.iter().map(|it| &it.sender).collect();
    let mut hash = Tagged::new("test.1.transcript");
    for frame in &frames {
        hash = hash.field(frame.sender.as_str().as_bytes());
        // Of two, the sender tells the receiver.
        if senders.len() > 2 {
            hash = hash.field(frame.receiver.as_str().as_bytes());
        }
        hash = hash.field(frame.step.as_bytes()).field(body(frame));
    }
    let now = (frames.len() as u64, HEXLOWER.encode(&hash.digest()));
    let frozen: serde_json::Value = serde_json::from_str(vector).unwrap();
    let hash = frozen["hash"].as_str().unwrap().to_owned();
    assert_eq!(now, (frozen["frames"].as_u64().unwrap(), hash));
}

/// Checks that no eight bytes in a row of what is to be hidden are in any of these.
pub(crate) fn check_hidden<'a>(
    needles: impl IntoIterator<Item = [u8; 32]>,
    places: impl IntoIterator<Item = &'a [u8]>,
) {
    let needles: Vec<[u8; 32]> = needles.into_iter().collect();
    let windows: BTreeSet<&[u8]> = needles.iter().flat_map(|it| it.windows(8)).collect();
    for place in places {
        assert!(!place.windows(8).any(|it| windows.contains(it)));
    }
}

/// Checks that a protocol's page names all of these.
pub(crate) fn check_page(page: &str, names: &[&[&str]]) {
    for name in names.iter().copied().flatten() {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}

/// Runs a future under a clock that stands still unless all wait, for properties of whole runs.
pub(crate) fn paused<T>(future: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_time().start_paused(true).build();
    runtime.unwrap().block_on(future)
}
