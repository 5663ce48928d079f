//! The same files in onnxruntime, installed from the Python package index.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use consilium_onnx::InverseLink;
use tempfile::TempDir;

use crate::{boosted, linear, prepared, trees};

const LINKS: [InverseLink; 3] = [
    InverseLink::Identity,
    InverseLink::Sigmoid,
    InverseLink::Exp,
];

/// An installation of onnxruntime, and the folder it goes away with.
struct Runtime {
    folder: TempDir,
    python: PathBuf,
}

impl Runtime {
    fn install() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let environment = folder.path().join("environment");
        succeed(
            Command::new("python3")
                .args(["-m", "venv"])
                .arg(&environment),
        );
        let python = environment.join("bin/python");
        succeed(Command::new(&python).args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "onnx",
            "onnxruntime",
        ]));
        Self { folder, python }
    }

    /// Checks the form of a file and gives its scores of `rows`.
    fn score(&self, model: &[u8], rows: &[impl AsRef<[f64]>]) -> Vec<f64> {
        let file = self.folder.path().join("model.onnx");
        fs::write(&file, model).unwrap();
        let mut running = Command::new(&self.python)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/score.py"))
            .arg(&file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = running.stdin.take().unwrap();
        input.write_all(json(rows).as_bytes()).unwrap();
        drop(input);
        let output = running.wait_with_output().unwrap();
        assert!(output.status.success());
        let printed = String::from_utf8(output.stdout).unwrap();
        let means: Vec<f64> = printed.lines().map(|line| line.parse().unwrap()).collect();
        assert_eq!(means.len(), rows.len());
        means
    }
}

fn succeed(command: &mut Command) {
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?}");
}

/// JSON has no NaN: a missing value is null.
fn json(rows: &[impl AsRef<[f64]>]) -> String {
    let cell = |value: &f64| {
        if value.is_nan() {
            "null".to_owned()
        } else {
            value.to_string()
        }
    };
    let row = |row: &[f64]| {
        let cells: Vec<String> = row.iter().map(cell).collect();
        format!("[{}]", cells.join(","))
    };
    let rows: Vec<_> = rows.iter().map(|it| row(it.as_ref())).collect();
    format!("[{}]", rows.join(","))
}

#[test]
#[ignore = "slow: installs onnxruntime"]
fn onnxruntime_gives_the_same_scores_and_finds_the_files_well_formed() {
    let runtime = Runtime::install();
    for link in LINKS {
        let model = linear::model(&linear::columns(), link).to_onnx().unwrap();
        for (row, mean) in linear::ROWS
            .iter()
            .zip(runtime.score(&model, &linear::ROWS))
        {
            let expected = linear::by_hand(*row, link);
            assert!((mean / expected - 1.0).abs() < 1e-12, "{link:?} {row:?}");
        }
        for trees in [trees::trees(), vec![]] {
            let (columns, rows) = (trees::columns(), trees::rows());
            let model = trees::model(&columns, &trees, link).to_onnx().unwrap();
            for (row, mean) in rows.iter().zip(runtime.score(&model, &rows)) {
                let expected = trees::by_hand(&trees, *row, link);
                assert!((mean - expected).abs() < 1e-6, "{link:?} {row:?}");
            }
        }
    }
    for objective in boosted::OBJECTIVES {
        let boosted = boosted::Boosted::fit(objective);
        boosted.compare(&runtime.score(&boosted.file, &boosted.rows));
    }
    let example = prepared::Example::new();
    for (term, model, expected) in &example.terms {
        prepared::compare(term, &runtime.score(model, &example.raw), expected);
    }
}
