//! Which federation is meant.

use serde::{Deserialize, Serialize};

use crate::{Digest, written_as_hex};

/// The name of a federation that nobody can take over: a hash of its authority's key.
///
/// It is part of everything that is signed, so that nothing signed for one federation serves in
/// another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FederationId(pub Digest);

written_as_hex!(FederationId);
