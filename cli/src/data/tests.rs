use clap::Parser;

use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    data: DataArgs,
}

/// What `consilium data ARGS` prints and how it ends; `FILE` stands for a file with this content.
fn data(args: &str, content: &[u8], lang: Lang) -> (String, anyhow::Result<()>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    fs::write(&path, content).unwrap();
    fs::write(folder.path().join("schema.toml"), SCHEMA).unwrap();
    let words = args.split(' ').map(|word| match word {
        "FILE" => path.clone(),
        "SCHEMA" => folder.path().join("schema.toml"),
        other => PathBuf::from(other),
    });
    let line = Line::try_parse_from(std::iter::once(PathBuf::from("data")).chain(words)).unwrap();
    let mut out = Vec::new();
    let ended = run(&line.data, &mut out, lang);
    (String::from_utf8(out).unwrap(), ended)
}

const SCHEMA: &str = "[[column]]\nname = \"age\"\ntype = \"integer\"\nmin = 0\nmax = 120\n";

#[test]
fn rows_read_and_rows_in_the_file_are_always_said() {
    for (lang, said) in [
        (Lang::En, "rows: 2 in the file = 2 read + 0 refused"),
        (Lang::Zh, "行数：文件 2 = 读入 2 + 拒绝 0"),
    ] {
        for command in ["check FILE", "check FILE --schema SCHEMA", "profile FILE"] {
            let (out, ended) = data(command, b"age,sex\n1,f\n2,m\n", lang);
            ended.unwrap();
            assert!(out.contains(said), "{out}");
        }
    }
}

#[test]
fn a_faulty_file_is_an_error_after_its_report() {
    let file = b"age\n130\n7\nx\n";
    let (out, ended) = data("check FILE --schema SCHEMA --issues 1", file, Lang::En);
    assert!(
        out.contains("line 2, row 1, column 1 (age): outside the declared range"),
        "{out}"
    );
    assert!(out.contains("and 1 more faults"), "{out}");
    let ended = ended.unwrap_err().to_string();
    assert!(
        ended.starts_with("2 of 3 rows refused, the first at line 2,"),
        "{ended}"
    );
    let (out, ended) = data("check FILE --schema SCHEMA", file, Lang::Zh);
    assert!(
        out.contains("第 2 行（数据第 1 行），第 1 列（age）：超出声明的范围 0 至 120"),
        "{out}"
    );
    let ended = ended.unwrap_err().to_string();
    assert!(
        ended.starts_with("3 行中有 2 行被拒绝，首处：第 2 行"),
        "{ended}"
    );
}

#[test]
fn json_is_one_line_in_success_and_failure() {
    for (content, ok) in [
        (&b"age\n1\n"[..], true),
        (b"age\nx\n", false),
        (b"PK\x03\x04", false),
    ] {
        let (out, ended) = data("check FILE --schema SCHEMA --json", content, Lang::Zh);
        let line: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(
            (line["ok"].as_bool(), ended.is_ok()),
            (Some(ok), ok),
            "{out}"
        );
        assert_eq!(out.lines().count(), 1);
    }
    let (out, _) = data("check FILE --json", b"", Lang::En);
    assert!(out.contains("\"ok\":false"), "{out}");
    let (out, _) = data("profile FILE --json", b"age\n1\n2\n", Lang::En);
    let line: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(line["profile"]["columns"][0]["mean"], 1.5);
}

#[test]
fn a_spreadsheet_is_met_with_the_way_out() {
    for (lang, way_out) in [
        (Lang::En, "save the sheet as CSV"),
        (Lang::Zh, "另存为 CSV"),
    ] {
        let error = data("check FILE", b"PK\x03\x04", lang).1.unwrap_err();
        let hinted: &Hinted = error.downcast_ref().unwrap();
        assert!(hinted.hint.contains(way_out), "{}", hinted.hint);
    }
}

#[test]
fn a_draft_is_a_schema_and_leaves_existing_files_alone() {
    for lang in [Lang::En, Lang::Zh] {
        let (out, ended) = data("schema FILE", b"age,d\n1,01/02/2020\n-9,03/04/2020\n", lang);
        ended.unwrap();
        assert_eq!(Schema::from_toml(&out).unwrap().columns().len(), 2);
    }
    let error = data("schema FILE -o SCHEMA", b"age\n1\n", Lang::En)
        .1
        .unwrap_err();
    assert!(error.downcast_ref::<Hinted>().is_some(), "{error:#}");
}
