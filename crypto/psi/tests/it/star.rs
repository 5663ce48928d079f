//! `psi-star` from outside: laws, vectors, faults, tampering, resuming, leakage, costs.

mod cost;
mod faults;
mod institutions;
mod laws;
mod leakage;
mod resuming;
mod tampering;
mod vectors;
mod wire;
