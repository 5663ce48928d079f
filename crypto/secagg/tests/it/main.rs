//! Secure aggregation from outside: laws, faults, tampering, leakage.

mod faults;
mod federation;
mod lies;
mod wire;
