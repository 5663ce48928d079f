//! Schemas: what is accepted, what is refused and where, and that the canonical text is canonical.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod laws;
mod meaning;
mod refusals;
