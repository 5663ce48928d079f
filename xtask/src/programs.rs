//! Programs of the operating system that tests need, and how they come here.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context as _;

use crate::run::{Tally, status};

/// A program that tests call where it is there.
#[derive(Debug)]
struct Needed {
    /// What people call it.
    name: &'static str,
    /// A file that is there when it is installed.
    program: &'static str,
    /// The Debian package that brings it.
    package: &'static str,
}

const NEEDED: &[Needed] = &[
    Needed {
        name: "PostgreSQL",
        program: "postgres",
        package: "postgresql",
    },
    Needed {
        name: "systemd",
        program: "systemd-analyze",
        package: "systemd",
    },
];

/// Debian keeps one folder for each version of the server, outside the path.
const POSTGRESQL: &str = "/usr/lib/postgresql";

/// Keeps Debian's package from starting a server of its own: tests start theirs.
const NO_CLUSTER: (&str, &str) = (
    "/etc/postgresql-common/createcluster.d",
    "create_main_cluster = false\n",
);

/// Sees to it that the programs are there, as far as it may; counts those that are not.
///
/// A missing program's tests are skipped, which on a build server, where a run is `strict`, is a
/// failure.
pub(crate) fn provide(install: bool, strict: bool) -> anyhow::Result<Tally> {
    let mut missing = absent();
    if !missing.is_empty() && install {
        match hindrance(&missing, by_apt(), is_root()) {
            None => self::install(&missing)?,
            Some(hindrance) => println!("{hindrance}"),
        }
        missing = absent();
    }
    let mut tally = Tally::default();
    for Needed { name, package, .. } in &missing {
        println!(
            "skipped: no {name}; it is in Debian's package {package}, which \
             `cargo xtask test --install` installs"
        );
        if strict {
            tally.failed += 1;
        } else {
            tally.skipped += 1;
        }
    }
    Ok(tally)
}

fn absent() -> Vec<&'static Needed> {
    let folders = folders();
    NEEDED
        .iter()
        .filter(|needed| !is_in(&folders, needed.program))
        .collect()
}

fn is_in(folders: &[PathBuf], program: &str) -> bool {
    folders.iter().any(|folder| folder.join(program).exists())
}

/// Folders in which programs are looked for: those of the path, and the server's.
fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<_> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
    let versions = Path::new(POSTGRESQL).read_dir().into_iter().flatten();
    folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    folders
}

/// Says why nothing can be installed, and what a person can do instead.
fn hindrance(missing: &[&Needed], apt: bool, root: bool) -> Option<String> {
    let names: Vec<_> = missing.iter().map(|needed| needed.name).collect();
    if !apt {
        let names = names.join(", ");
        return Some(format!("no apt-get here: install by other means: {names}"));
    }
    if !root {
        let packages = packages(missing).join(" ");
        return Some(format!(
            "only root may install; run: sudo apt-get install {packages}"
        ));
    }
    None
}

fn packages(missing: &[&Needed]) -> Vec<&'static str> {
    missing.iter().map(|needed| needed.package).collect()
}

fn by_apt() -> bool {
    is_in(&folders(), "apt-get")
}

fn is_root() -> bool {
    let user = Command::new("id").arg("-u").output();
    user.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn install(missing: &[&Needed]) -> anyhow::Result<()> {
    if missing.iter().any(|needed| needed.package == "postgresql") {
        let (folder, text) = NO_CLUSTER;
        let file = Path::new(folder).join("consilium-tests.conf");
        fs::create_dir_all(folder).with_context(|| format!("making {folder}"))?;
        fs::write(&file, text).with_context(|| format!("writing {}", file.display()))?;
    }
    // Yesterday's lists may name packages that the mirror no longer has.
    let updated = status(Command::new("apt-get").arg("update"))?.success();
    let mut command = Command::new("apt-get");
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(["install", "--yes", "--no-install-recommends"])
        .args(packages(missing));
    if !updated || !status(&mut command)?.success() {
        println!("apt-get could not install: {}", packages(missing).join(" "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_where_its_file_is() {
        let cargo = PathBuf::from(env!("CARGO"));
        let folder = cargo.parent().expect("cargo lies in a folder").to_owned();
        assert!(is_in(&[folder], "cargo"));
        assert!(!is_in(&["/nowhere".into()], "cargo"));
    }

    #[test]
    fn who_may_not_install_is_told_what_to_run() {
        let missing: Vec<_> = NEEDED.iter().collect();
        assert_eq!(
            hindrance(&missing, true, false).as_deref(),
            Some("only root may install; run: sudo apt-get install postgresql systemd")
        );
        assert_eq!(
            hindrance(&missing[..1], false, true).as_deref(),
            Some("no apt-get here: install by other means: PostgreSQL")
        );
        assert_eq!(hindrance(&missing, true, true), None);
    }
}
