//! The parameters of the encryption, as benches are asked for them.

use clap::ValueEnum;
use consilium_lwe::Set;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SetArg {
    /// N = 2048, q = 2^64
    A,
    /// N = 4096, q of two primes
    B,
}

impl SetArg {
    pub(super) fn name(self) -> &'static str {
        Set::from(self).name()
    }
}

impl From<SetArg> for Set {
    fn from(set: SetArg) -> Set {
        match set {
            SetArg::A => Set::A,
            SetArg::B => Set::B,
        }
    }
}
