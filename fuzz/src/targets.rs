//! The targets, one for each decoder and each protocol.

mod identity;
mod lattices;
mod meddling;
mod plans;
mod runs;
mod scarcity;
mod scorecards;
mod tables;
mod trees;
mod wire;

/// Something to be fed.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name on the command line and of the folder under `corpus/`.
    pub name: &'static str,
    /// Feeds some bytes; panics where the decoder is wrong about them.
    pub run: fn(&[u8]),
    /// How many mutated inputs it is fed with every test.
    pub smoke: usize,
}

/// Every target.
pub const TARGETS: &[Target] = &[
    quick("approval", plans::approval),
    quick("certificate", identity::certificate),
    quick("control", wire::control),
    quick("draft", tables::draft),
    quick("frame", wire::frame),
    slow("gbdt-histogram", trees::histogram),
    quick("gbdt-model", trees::model),
    slow("gbdt-vertical", trees::vertical),
    quick("invitation", identity::invitation),
    quick("journal", plans::journal),
    quick("link", wire::link),
    slow("lwe", lattices::lwe),
    quick("party-id", wire::party_id),
    quick("plan", plans::plan),
    quick("preflight", plans::preflight),
    slow("scarcity", scarcity::scarcity),
    quick("schema", tables::schema),
    quick("scorecard", scorecards::scorecard),
    slow("sealing", runs::sealing),
    slow("secagg", runs::secagg),
    quick("signing-request", identity::signing_request),
    quick("table", tables::table),
];

const fn quick(name: &'static str, run: fn(&[u8])) -> Target {
    let smoke = 2000;
    Target { name, run, smoke }
}

/// A whole run of a protocol, or much arithmetic, for each input.
const fn slow(name: &'static str, run: fn(&[u8])) -> Target {
    let smoke = 100;
    Target { name, run, smoke }
}

/// Finds a target by its name.
pub fn target(name: &str) -> Option<Target> {
    TARGETS.iter().copied().find(|target| target.name == name)
}
