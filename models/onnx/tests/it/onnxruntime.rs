//! The same files in onnxruntime, installed from the Python package index.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use consilium_onnx::InverseLink;

use crate::{ROWS, by_hand, columns, model};

fn succeed(command: &mut Command) {
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?}");
}

fn python(folder: &Path) -> Command {
    let environment = folder.join("environment");
    succeed(
        Command::new("python3")
            .args(["-m", "venv"])
            .arg(&environment),
    );
    let python = environment.join("bin/python");
    succeed(Command::new(&python).args(["-m", "pip", "install", "--quiet", "onnx", "onnxruntime"]));
    Command::new(python)
}

#[test]
#[ignore = "slow: installs onnxruntime"]
fn onnxruntime_gives_the_same_scores_and_finds_the_files_well_formed() {
    let folder = tempfile::tempdir().unwrap();
    let mut python = python(folder.path());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/score.py");
    let cell = |value: &f64| {
        if value.is_nan() {
            "null".to_owned()
        } else {
            value.to_string()
        }
    };
    let row = |row: &[f64; 3]| format!("[{}]", row.each_ref().map(cell).join(","));
    let rows = format!("[{}]", ROWS.each_ref().map(row).join(","));
    let file = folder.path().join("model.onnx");
    python
        .arg(script)
        .arg(&file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());

    for link in [
        InverseLink::Identity,
        InverseLink::Sigmoid,
        InverseLink::Exp,
    ] {
        fs::write(&file, model(&columns(), link).to_onnx().unwrap()).unwrap();
        let mut running = python.spawn().unwrap();
        running
            .stdin
            .take()
            .unwrap()
            .write_all(rows.as_bytes())
            .unwrap();
        let output = running.wait_with_output().unwrap();
        assert!(output.status.success());
        let printed = String::from_utf8(output.stdout).unwrap();
        let means: Vec<f64> = printed.lines().map(|line| line.parse().unwrap()).collect();
        assert_eq!(means.len(), ROWS.len());
        for (row, mean) in ROWS.iter().zip(means) {
            assert!(
                (mean / by_hand(*row, link) - 1.0).abs() < 1e-12,
                "{link:?} {row:?}"
            );
        }
    }
}
