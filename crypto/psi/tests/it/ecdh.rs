//! `psi-ecdh` from outside: laws, vectors, faults, tampering, resuming, leakage.

mod faults;
mod laws;
mod leakage;
mod resuming;
mod tampering;
mod vectors;
mod wire;
