//! `psi-unbalanced` from outside: laws, charges, vectors, faults, tampering, leakage, costs.

mod charge;
mod cost;
mod desk;
mod faults;
mod laws;
mod leakage;
mod one_sided;
mod resuming;
mod tampering;
mod vectors;
mod wire;
