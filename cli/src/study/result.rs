//! What a finished study gave, as files.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use consilium_base::hex;
use consilium_plan::Lang;
use consilium_proto::v1;
use consilium_statistics::Findings;
use serde_json::{Value, json};

use super::decide;
use crate::{
    client::{Answer as _, Daemon, Door},
    findings, missing_codes, new_file, scarcity,
    terminal::tell,
    value,
};

/// Ends of the names of files that no other institution may see: their owner alone reads them.
const STAYING: [&str; 8] = [
    "-report.json",
    "findings.json",
    "missing-codes.csv",
    "scarcity.json",
    "value.json",
    "marginal.json",
    "aligned.csv",
    "scores.csv",
];

pub(super) async fn run(
    (study, folder): (&str, &Path),
    door: &Door,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let (files, scores) = match door.either(lang).await? {
        Daemon::Coordinator(mut coordinator) => {
            let request = v1::StudyRequest {
                study: study.to_owned(),
            };
            let plan = coordinator.show(request.clone()).await.answer(lang)?.plan;
            let result = coordinator.result(request).await.answer(lang)?;
            let files = [("model.json", result.model), ("report.json", result.report)];
            (write(folder, &plan, files, lang)?, None)
        }
        Daemon::Participant(mut participant) => {
            let own = decide::find(&mut participant, study, lang).await?;
            let request = v1::OwnStudyRequest {
                study: hex::encode(&own.study),
            };
            let result = participant.own_result(request).await.answer(lang)?;
            if own.end.is_empty() {
                tell(lang.pick(
                    "the study has not ended here: receivers of the result find report.json in it then",
                    "研究在此尚未结束：结束后，结果接收方的结果中会有 report.json",
                ));
            }
            let files = [
                ("model.json", result.model),
                ("findings.json", result.findings.clone()),
                (
                    "missing-codes.csv",
                    missing_codes::table(&result.own_report)?,
                ),
                ("scarcity.json", scarcity::file(&result.own_report)?),
                ("value.json", value(&result.own_report, "value")?),
                ("marginal.json", value(&result.own_report, "marginal")?),
                ("own-report.json", result.own_report.clone()),
                ("report.json", result.report),
            ];
            let mut written = write(folder, &own.plan, files, lang)?;
            let rows = Path::new(&result.aligned_path);
            // Where this person may not read the daemon's file, its place is told.
            if let Ok(table) = fs::read(rows) {
                let copy = folder.join("aligned.csv");
                let copied = new_file::create_private(&copy, lang)?.write_all(&table);
                copied.with_context(|| copy.display().to_string())?;
                written.push(copy);
            } else if rows != Path::new("") {
                written.push(rows.to_owned());
            }
            if !json && !result.findings.is_empty() {
                let found: Findings = serde_json::from_str(&result.findings)?;
                writeln!(out, "{}", findings::page(&found, lang))?;
            }
            if !json {
                let page = missing_codes::page(&result.own_report, lang)?;
                write!(out, "{page}")?;
                let page = scarcity::page(&result.own_report, lang)?;
                write!(out, "{page}")?;
                let page = value::page(&result.own_report, lang)?;
                write!(out, "{page}")?;
            }
            (written, Some(result.scores_path))
        }
    };
    let scores = scores.filter(|path| !path.is_empty());
    for file in files
        .iter()
        .map(|file| file.display().to_string())
        .chain(scores)
    {
        if json {
            writeln!(out, "{}", json!({ "file": file }))?;
        } else {
            writeln!(out, "{file}")?;
        }
    }
    Ok(())
}

/// Gives what the own rows are worth ("value"), or others' columns ("marginal"), if that was asked and found.
pub(crate) fn value(own_report: &str, part: &str) -> anyhow::Result<String> {
    if own_report.is_empty() {
        return Ok(String::new());
    }
    let report: Value = serde_json::from_str(own_report).context("the own report")?;
    let value = report.get(part).map(serde_json::to_string_pretty);
    Ok(value
        .transpose()?
        .map_or_else(String::new, |text| text + "\n"))
}

/// Writes a result to a folder; a model, or a part of one, gets its plan, so that it can be read
/// alone.
pub(crate) fn write<'a>(
    folder: &Path,
    plan: &str,
    files: impl IntoIterator<Item = (&'a str, String)>,
    lang: Lang,
) -> anyhow::Result<Vec<PathBuf>> {
    let making = || {
        format!(
            "{} {}",
            lang.pick("making the folder", "创建文件夹"),
            folder.display()
        )
    };
    fs::create_dir_all(folder).with_context(making)?;
    let mut written = Vec::new();
    let plan_file = [("plan.toml", plan.to_owned())];
    for (name, text) in files.into_iter().chain(plan_file) {
        if text.is_empty() {
            continue;
        }
        let text = if name.ends_with("model.json") {
            with_plan(&text, plan)?
        } else {
            text
        };
        let path = folder.join(name);
        let mut made = if STAYING.iter().any(|part| name.ends_with(part)) {
            new_file::create_private(&path, lang)?
        } else {
            new_file::create(&path, lang)?
        };
        let written_to = made.write_all(text.as_bytes());
        written_to.with_context(|| path.display().to_string())?;
        written.push(path);
    }
    Ok(written)
}

fn with_plan(model: &str, plan: &str) -> anyhow::Result<String> {
    let mut model: Value = serde_json::from_str(model).context("the study's model")?;
    let Value::Object(fields) = &mut model else {
        bail!("the study's model is no JSON object");
    };
    // What was signed wins over what a file says of itself.
    fields.insert("plan".to_owned(), plan.into());
    Ok(serde_json::to_string_pretty(&model)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rows_are_worth_is_a_file_of_its_own_where_it_was_found() {
        assert_eq!(value("", "value").unwrap(), "");
        assert_eq!(value(r#"{"own": null}"#, "value").unwrap(), "");
        let text = value(r#"{"own": null, "value": {"score": 97.5}}"#, "value").unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["score"], 97.5);
    }

    #[test]
    fn the_plan_that_was_signed_takes_the_place_of_the_one_that_a_model_names() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let model = r#"{"fit": {}, "plan": "title = \"Another\""}"#.to_owned();
        write(
            &out,
            "title = \"Signed\"",
            [("model.json", model)],
            Lang::En,
        )
        .unwrap();
        let written: Value =
            serde_json::from_slice(&fs::read(out.join("model.json")).unwrap()).unwrap();
        assert_eq!(written["plan"], "title = \"Signed\"");
    }
}
