//! Secure aggregation from outside: laws, faults, tampering, leakage.

mod faults;
mod federation;
mod laws;
mod leakage;
mod lies;
mod tampering;
mod vectors;
mod wire;
