//! Some columns' texts, shown row by row.

use consilium_data::{Counts, ReadError, Reading, Values};
use consilium_schema::{Rows, Schema};

use crate::{schema, texts};

type Shown = Vec<Vec<Option<String>>>;

fn shown(schema: &Schema, columns: &[&str], file: &str) -> Result<(Shown, Counts), ReadError> {
    let mut rows = Shown::new();
    let mut show = |cells: &[Option<&str>]| {
        let cells = cells.iter().map(|cell| cell.map(str::to_owned));
        rows.push(cells.collect());
    };
    let reading = Reading::new(schema);
    let counts = reading.stream_texts(file.as_bytes(), columns, &mut show)?;
    Ok((rows, counts))
}

#[test]
fn the_cells_are_those_of_the_table() {
    let columns = "[[column]]\nname = \"age\"\ntype = \"integer\"\n\
                   [[column]]\nname = \"id\"\ntype = \"code\"\nmissing = [\"-\"]\n\
                   [[column]]\nname = \"name\"\ntype = \"text\"\n";
    for (head, schema) in [
        ("age,extra,id,name\n", schema(columns)),
        (
            "",
            schema(&format!(
                "[file]\nheader = false\nnames = [\"age\", \"extra\", \"id\", \"name\"]\n{columns}"
            )),
        ),
    ] {
        let file = format!("{head}63,x, 007 ,王芳\n,y,-,\"a,\nb\"\n5,z,12345678901234567X,\n");
        let table = Reading::new(&schema).stream(file.as_bytes()).unwrap().table;
        let of = |name: &str, row| match &table.column(name).unwrap().values {
            Values::Texts(texts) => texts.get(row).map(str::to_owned),
            other => panic!("{other:?}"),
        };
        let (rows, counts) = shown(&schema, &["name", "id"], &file).unwrap();
        assert_eq!((rows.len(), counts.rows_read), (3, Rows(3)));
        for (row, cells) in rows.iter().enumerate() {
            assert_eq!(*cells, [of("name", row), of("id", row)]);
        }
        assert_eq!(rows[0][1].as_deref(), Some("007"));
        assert_eq!(rows[1][1], None);
    }
}

#[test]
fn the_tap_sees_every_byte_and_broken_files_are_refused() {
    let schema = texts("", &["a", "b"]);
    let mut seen = Vec::new();
    let mut tap = |bytes: &[u8]| seen.extend_from_slice(bytes);
    let file = "a,b\n1,2\n3,4\n";
    let reading = Reading::new(&schema).tap(&mut tap);
    reading
        .stream_texts(file.as_bytes(), &["b"], |_| {})
        .unwrap();
    assert_eq!(seen, file.as_bytes());

    let refused = |columns: &[&str], file| shown(&schema, columns, file).map(drop).unwrap_err();
    assert!(matches!(
        refused(&["a"], "a,b\n1,2\n3\n4,5\n"),
        ReadError::Refused(_)
    ));
    assert!(matches!(
        refused(&["a", "c"], file),
        ReadError::MissingColumns { columns } if columns == ["c"]
    ));
    let numbers = crate::one("type = \"number\"");
    let of_numbers = shown(&numbers, &["x"], "x\n1\n").map(drop).unwrap_err();
    assert!(matches!(of_numbers, ReadError::MissingColumns { .. }));
}
