//! What is shipped beside the binary.

use std::{
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

use crate::{consilium, printed};

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../deploy")
        .join(name)
}

/// Takes the comment off every key, so that defaults that are shown are read too.
fn with_defaults(sample: &str) -> String {
    let key = |line: &&str| {
        line.starts_with('#') && line[1..].starts_with(|c: char| c.is_ascii_lowercase())
    };
    let lines = sample
        .lines()
        .map(|line| if key(&line) { &line[1..] } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_sample_configurations_are_read_as_they_are_and_with_every_default() {
    let coordinator = fs::read_to_string(shipped("coordinator.toml")).unwrap();
    let participant = fs::read_to_string(shipped("participant.toml")).unwrap();
    let plain = consilium_coordinator::Config::from_toml(&coordinator).unwrap();
    let written = consilium_coordinator::Config::from_toml(&with_defaults(&coordinator)).unwrap();
    // The database alone has no default that could be written.
    let written = consilium_coordinator::Config {
        database: None,
        ..written
    };
    assert_eq!(format!("{plain:?}"), format!("{written:?}"));
    let plain = consilium_participant::Config::from_toml(&participant).unwrap();
    let written = consilium_participant::Config::from_toml(&with_defaults(&participant)).unwrap();
    let written = consilium_participant::Config {
        coordinator: None,
        ..written
    };
    assert_eq!(format!("{plain:?}"), format!("{written:?}"));
}

#[test]
fn the_binary_prints_the_samples_that_are_shipped() {
    let folder = tempfile::tempdir().unwrap();
    for (args, name) in [
        (["coordinator", "init", "--sample"], "coordinator.toml"),
        (["participant", "join", "--sample"], "participant.toml"),
    ] {
        let printed = printed(folder.path(), &args);
        assert_eq!(printed, fs::read_to_string(shipped(name)).unwrap());
    }
}

/// Without systemd the test is skipped and says so; on a build server that is a failure.
fn systemd_analyze() -> Option<Command> {
    let is_there = Command::new("systemd-analyze")
        .arg("--version")
        .output()
        .is_ok();
    if is_there {
        return Some(Command::new("systemd-analyze"));
    }
    let strict = env::var_os("CI").is_some_and(|value| value == "true");
    assert!(
        !strict,
        "no systemd-analyze: install Debian's package systemd"
    );
    // The test harness keeps what `eprintln` prints to itself.
    let mut seen = io::stderr();
    writeln!(seen, "skipped: no systemd-analyze").unwrap();
    None
}

#[test]
fn the_systemd_units_are_sound() {
    let Some(mut analyze) = systemd_analyze() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    analyze.args(["verify", "--man=no", "--recursive-errors=no"]);
    for name in [
        "consilium-coordinator.service",
        "consilium-participant.service",
    ] {
        let unit = fs::read_to_string(shipped("systemd").join(name)).unwrap();
        // The binary is looked for where the unit says.
        let unit = unit.replace("/usr/local/bin/consilium", env!("CARGO_BIN_EXE_consilium"));
        let path = folder.path().join(name);
        fs::write(&path, unit).unwrap();
        analyze.arg(path);
    }
    let output = analyze.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
}

#[test]
fn the_units_run_commands_that_there_are() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "consilium-coordinator.service",
        "consilium-participant.service",
    ] {
        let unit = fs::read_to_string(shipped("systemd").join(name)).unwrap();
        let start = unit
            .lines()
            .find_map(|line| line.strip_prefix("ExecStart="))
            .unwrap();
        let mut args: Vec<&str> = start.split(' ').skip(1).collect();
        let usage = format!("Usage: consilium {} run ", args[0]);
        args.push("--help");
        let help = printed(folder.path(), &args);
        assert!(help.contains(&usage), "{name}: {help}");
    }
}

#[test]
fn every_command_of_the_first_study_guide_is_one_of_this_binary() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guide/first-study.md");
    let guide = fs::read_to_string(guide).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut commands = 0;
    for block in guide.split("```sh\n").skip(1) {
        let lines = block.split("```").next().unwrap().lines();
        for line in lines.filter_map(own_command) {
            // Flags that there are not are refused before the help is printed.
            let args: Vec<&str> = line
                .split([' ', '"'])
                .filter(|word| !word.is_empty())
                .collect();
            let output = consilium(folder.path(), &[&args[..], &["--help"]].concat());
            assert!(output.status.success(), "{line}: {output:?}");
            commands += 1;
        }
    }
    assert!(commands > 30, "{commands}");
}

/// Gives what a line hands to this binary.
fn own_command(line: &str) -> Option<&str> {
    let line = line.strip_prefix("sudo ").unwrap_or(line);
    let line = line.strip_prefix("-u consilium ").unwrap_or(line);
    let args = line.strip_prefix("consilium ")?;
    args.split(['<', '>', '|']).next().map(str::trim)
}
