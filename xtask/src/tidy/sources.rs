//! Rules about the text of source files.

use super::{
    layers,
    tree::{File, Tree},
};

/// Lines after which a source file should have been split.
const LONG: usize = 500;

/// What code below the binaries is handed instead of taking it by itself; clocks are for clippy.
const AMBIENT: &[(&str, &str)] = &[
    ("std::fs", FILES),
    ("tokio::fs", FILES),
    ("File::open", FILES),
    ("File::create", FILES),
    ("std::env", "the environment is read by binaries only"),
    ("env::var", "the environment is read by binaries only"),
    ("SysRng", "randomness is an argument"),
    ("OsRng", "randomness is an argument"),
    ("thread_rng", "randomness is an argument"),
    ("rand::rng()", "randomness is an argument"),
    ("getrandom", "randomness is an argument"),
];
/// The line with which a file's tests begin.
const TESTS: &str = "mod tests {";
const FILES: &str = "files are opened by node, data and the binaries only";

/// Finds modules named after their folder.
pub(super) fn no_mod_rs(tree: &Tree) -> Vec<String> {
    let named = |file: &&File| file.path.ends_with("/mod.rs");
    tree.files
        .iter()
        .filter(named)
        .map(|file| format!("{}: name it after its folder", file.path))
        .collect()
}

/// Finds source files that are too long.
pub(super) fn short(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for file in tree.ending(".rs") {
        let lines = file.text.lines().count();
        if lines > LONG {
            findings.push(format!(
                "{}: {lines} lines, {LONG} are the limit",
                file.path
            ));
        }
    }
    findings
}

/// Finds unsafe code outside the modules that may hold it.
pub(super) fn safe(tree: &Tree) -> Vec<String> {
    let may = |path: &str| path.starts_with("crypto/") && path.contains("/simd");
    let starts = ["{", "fn ", "impl ", "extern ", "trait "];
    each_line(
        tree.ending(".rs").filter(|file| !may(&file.path)),
        |_, line| {
            let code = code(line);
            let (_, after) = code.split_once(concat!("un", "safe "))?;
            starts
                .iter()
                .any(|start| after.starts_with(start))
                .then(|| "unsafe code".to_owned())
        },
    )
}

/// Finds files, environment and randomness taken where they should be handed in.
pub(super) fn nothing_ambient(tree: &Tree) -> Vec<String> {
    let held = |file: &&File| {
        let path = file.path.as_str();
        layers::below_the_node(path) && path.contains("/src/") && !path.ends_with("/tests.rs")
    };
    let mut findings = Vec::new();
    for file in tree.ending(".rs").filter(held) {
        let reads_files = file.path.starts_with("platform/data/");
        for (number, line) in file.lines().take_while(|(_, line)| *line != TESTS) {
            let found = AMBIENT.iter().find(|(taken, _)| code(line).contains(taken));
            if let Some((taken, reason)) =
                found.filter(|(_, reason)| !(reads_files && *reason == FILES))
            {
                findings.push(format!("{}:{number}: {taken}: {reason}", file.path));
            }
        }
    }
    findings
}

/// Finds tests that are left out for another reason than their slowness.
pub(super) fn only_slow_is_ignored(tree: &Tree) -> Vec<String> {
    each_line(tree.ending(".rs"), |_, line| {
        let reason = line.trim_start().strip_prefix("#[ignore")?;
        let slow = reason.starts_with(" = \"slow: ");
        (!slow).then(|| "a test is ignored, and not as \"slow: why\"".to_owned())
    })
}

/// Finds tests whose names are too short to say what holds.
pub(super) fn sentences(tree: &Tree) -> Vec<String> {
    each_line(tree.ending(".rs"), |file, line| {
        let attribute = line.trim();
        if attribute != "#[test]" && !attribute.starts_with("#[tokio::test") {
            return None;
        }
        let position = line.as_ptr() as usize - file.text.as_ptr() as usize;
        let (_, signature) = file.text.get(position..)?.split_once("fn ")?;
        let (name, _) = signature.split_once('(')?;
        let words = name.split('_').count();
        (words < 3).then(|| format!("{name} is no sentence"))
    })
}

/// Finds open ends without the number under which they are tracked.
pub(super) fn numbered_open_ends(tree: &Tree) -> Vec<String> {
    each_line(tree.files.iter(), |_, line| {
        for mark in [concat!("TO", "DO"), concat!("FIX", "ME")] {
            let after = line.split_once(mark).map(|(_, after)| after);
            if after.is_some_and(|after| !after.starts_with("(#")) {
                return Some(format!("{mark} without a number"));
            }
        }
        None
    })
}

/// Finds paths that exist on one machine only.
pub(super) fn no_machine_paths(tree: &Tree) -> Vec<String> {
    let folders = [
        concat!("/wo", "rk/"),
        concat!("/t", "mp/"),
        concat!("/ro", "ot/"),
    ];
    let inside = |c: char| c.is_alphanumeric() || "._-*}/".contains(c);
    each_line(tree.files.iter(), |_, line| {
        let absolute = |folder: &&&str| {
            line.match_indices(**folder)
                .any(|(at, _)| !line[..at].ends_with(inside))
        };
        folders
            .iter()
            .find(absolute)
            .map(|folder| format!("{folder} is somebody's machine"))
    })
}

/// Gathers what a rule says about single lines, with their places.
fn each_line<'a>(
    files: impl Iterator<Item = &'a File>,
    rule: impl Fn(&File, &str) -> Option<String>,
) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files {
        for (number, line) in file.lines() {
            if let Some(finding) = rule(file, line) {
                findings.push(format!("{}:{number}: {finding}", file.path));
            }
        }
    }
    findings
}

/// A line without its comment.
fn code(line: &str) -> &str {
    line.split_once("//").map_or(line, |(code, _)| code)
}

#[cfg(test)]
mod tests {
    use super::{super::tree::tree_of, *};

    #[test]
    fn a_module_named_mod_is_found() {
        let findings = no_mod_rs(&tree_of(&[
            ("trust/src/privacy/mod.rs", ""),
            ("lab/src/mood.rs", ""),
        ]));
        assert_eq!(
            findings,
            ["trust/src/privacy/mod.rs: name it after its folder"]
        );
    }

    #[test]
    fn a_long_file_is_found() {
        let tree = tree_of(&[("a.rs", &"\n".repeat(501)), ("b.rs", &"\n".repeat(500))]);
        assert_eq!(short(&tree), ["a.rs: 501 lines, 500 are the limit"]);
    }

    #[test]
    fn unsafe_code_is_found_outside_simd() {
        let text = concat!("// un", "safe fn in a comment\nun", "safe { x() }\n");
        let tree = tree_of(&[
            ("crypto/dp/src/lib.rs", text),
            ("crypto/dp/src/simd/avx.rs", text),
        ]);
        assert_eq!(safe(&tree), ["crypto/dp/src/lib.rs:2: unsafe code"]);
    }

    #[test]
    fn ambient_things_are_found_in_what_ships() {
        let text = "use std::fs;\n#[cfg(test)]\nmod tests {\n    use std::env;\n}\n";
        let random = "let rng = SysRng;\n";
        let tree = tree_of(&[
            ("crypto/psi/src/lib.rs", text),
            ("crypto/psi/tests/it/main.rs", text),
            ("platform/data/src/csv.rs", text),
            ("platform/data/src/lib.rs", random),
            ("cli/src/main.rs", random),
        ]);
        let expected = [
            format!("crypto/psi/src/lib.rs:1: std::fs: {FILES}"),
            "platform/data/src/lib.rs:1: SysRng: randomness is an argument".to_owned(),
        ];
        assert_eq!(nothing_ambient(&tree), expected);
    }

    #[test]
    fn a_test_left_out_for_no_reason_is_found() {
        let text = concat!("#[ig", "nore]\n#[ig", "nore = \"slow: a million rows\"]\n");
        let findings = only_slow_is_ignored(&tree_of(&[("a.rs", text)]));
        assert_eq!(
            findings,
            ["a.rs:1: a test is ignored, and not as \"slow: why\""]
        );
    }

    #[test]
    fn a_test_named_by_a_word_is_found() {
        let text = "#[test]\nfn roundtrip() {}\n\n#[test]\nfn a_dead_peer_is_named() {}\n";
        assert_eq!(
            sentences(&tree_of(&[("a.rs", text)])),
            ["a.rs:1: roundtrip is no sentence"]
        );
    }

    #[test]
    fn an_open_end_without_a_number_is_found() {
        let text = concat!("// TO", "DO: later\n// TO", "DO(#12): later\n");
        let findings = numbered_open_ends(&tree_of(&[("a.rs", text)]));
        assert_eq!(findings, [concat!("a.rs:1: TO", "DO without a number")]);
    }

    #[test]
    fn a_path_of_one_machine_is_found() {
        let text = concat!(
            "see /wo",
            "rk/main\nframe/wo",
            "rk/x, $HOME/t",
            "mp/x\n`/ro",
            "ot/.cache`\n"
        );
        let findings = no_machine_paths(&tree_of(&[("README.md", text)]));
        assert_eq!(findings.len(), 2, "{findings:?}");
        assert!(findings[0].starts_with("README.md:1:") && findings[1].starts_with("README.md:3:"));
    }
}
