//! Schemas: what is accepted, what is refused and where, and that the canonical text is canonical.

mod laws;
mod meaning;
mod refusals;
