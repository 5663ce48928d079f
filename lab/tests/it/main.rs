//! What an experiment's file says, and what it is refused for.

mod cells;
mod estimates;
mod folder;
mod heart_disease;
mod hybrid;
mod labels;
mod learning;
mod processes;
mod refusals;
mod settings;
mod splits;
mod vertical;
