//! The binary as a user meets it.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, helpers of tests too"
)]

mod aligned;
mod audits;
mod benches;
mod catalogue;
mod codes;
mod commands;
mod costs;
mod demo;
mod deployment;
mod dictionary;
mod doors;
mod estimates;
mod examples;
mod features;
mod full_disk;
mod guide;
mod invitations;
mod killed;
mod lab;
mod lab_processes;
mod local;
mod mapping;
mod models;
mod people;
mod ports;
mod prepared;
mod privacy;
mod quality;
mod renewal;
mod scarcity;
mod scorecards;
mod several;
mod statistics;
mod trees;
mod watching;

use std::{
    path::Path,
    process::{Command, Output},
};

/// Runs `consilium` in a folder, in English, whatever the locale.
pub(crate) fn consilium(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_consilium"))
        .args(args)
        .current_dir(folder)
        .env("LC_ALL", "C")
        .env_remove("CONSILIUM_LOG")
        .output()
        .unwrap()
}

/// Gives what a successful run printed.
pub(crate) fn printed(folder: &Path, args: &[&str]) -> String {
    let output = consilium(folder, args);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{args:?}: {told}");
    String::from_utf8(output.stdout).unwrap()
}
