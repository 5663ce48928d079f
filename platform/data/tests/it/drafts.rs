use consilium_data::draft::{Draft, Remark, draft_stream};
use consilium_schema::{DateOrder, DuplicateHeaders, Header, Kind, Levels, Rows};

use crate::read;

fn draft(file: &str) -> Draft {
    draft_stream(file.as_bytes()).unwrap()
}

fn kinds(draft: &Draft) -> Vec<&'static str> {
    draft
        .schema
        .columns()
        .iter()
        .map(|column| column.kind().name())
        .collect()
}

#[test]
fn types_are_guessed_from_all_rows() {
    let rows = (0..20).map(|row| {
        let (sex, smokes) = [("f", "yes"), ("m", "no")][row % 2];
        let (age, chol, year) = (30 + row, 200 + row, 10 + row);
        format!(
            "0{}20,{age},{chol}.5,{sex},{smokes},19{year}-03-01,{row},text {row}",
            row % 10
        )
    });
    let header = "zip,age,chol,sex,smokes,born,patient_id,note\n".to_owned();
    let file = header + &rows.collect::<Vec<_>>().join("\n");
    let draft = draft(&file);
    assert_eq!(
        kinds(&draft),
        [
            "code", "integer", "number", "category", "boolean", "date", "code", "text"
        ]
    );
    assert_eq!(
        draft.schema.columns()[0].kind(),
        &Kind::Code { width: Some(4) }
    );
    assert_eq!(
        read(&draft.schema, &file).unwrap().report.counts.rows_read,
        Rows(20)
    );
}

#[test]
fn a_first_row_of_values_is_no_header() {
    let file = "63.0,1.0,?\n67.0,4.0,2.5\n";
    let draft = draft(file);
    assert_eq!(draft.schema.file().header, Header::Absent);
    assert_eq!(draft.report.counts.rows_in_file, Rows(2));
    assert_eq!(kinds(&draft), ["integer", "integer", "number"]);
}

#[test]
fn a_first_row_in_the_shape_of_the_others_is_no_header() {
    let draft = draft("A00.100 1\nA00.900 1\nB01.000 1\nB02.000 2\n");
    assert_eq!(draft.schema.file().header, Header::Absent);
    assert_eq!(draft.report.counts.rows_in_file, Rows(4));
}

#[test]
fn missing_markers_are_taken_among_numbers_and_suspected_otherwise() {
    let draft = draft("a,b,c\n1,NULL,-9\n-,x,4\n3,None,5\n");
    assert_eq!(kinds(&draft), ["integer", "text", "integer"]);
    assert_eq!(draft.schema.columns()[0].missing(), ["-"]);
    assert_eq!(draft.schema.columns()[1].missing(), ["NULL"]);
    assert!(draft.remarks[0].contains(&Remark::TakenAsMissing {
        marker: "-".into(),
        rows: Rows(1)
    }));
    assert!(draft.remarks[2].contains(&Remark::MaybeMissing {
        marker: -9,
        rows: Rows(1)
    }));
}

#[test]
fn numbers_with_an_infinite_one_among_them_are_remarked() {
    let draft = draft("ratio,word\n0.5,inf\ninf,high\n1.5,low\n-Infinity,x\n");
    assert_eq!(kinds(&draft), ["text", "text"]);
    assert_eq!(draft.remarks[0], [Remark::Infinite { rows: Rows(2) }]);
    assert_eq!(draft.remarks[1], []);
}

#[test]
fn few_whole_numbers_are_suspected_to_be_levels() {
    let draft = draft("cp\n1\n2.0\n1\n2\n");
    assert_eq!(kinds(&draft), ["integer"]);
    assert!(draft.remarks[0].contains(&Remark::FewNumbers { levels: vec![1, 2] }));
}

#[test]
fn the_order_of_a_date_is_guessed_only_where_the_file_tells() {
    let order = |file: &str| draft(file).schema.columns()[0].kind().clone();
    assert_eq!(
        order("d\n25/12/2020\n01/02/2021\n"),
        Kind::Date(DateOrder::Dmy)
    );
    assert_eq!(
        order("d\n12/25/2020\n01/02/2021\n"),
        Kind::Date(DateOrder::Mdy)
    );
    let unclear = draft("d\n02/01/2020\n01/02/2021\n");
    assert_eq!(unclear.schema.columns()[0].kind(), &Kind::Text);
    assert_eq!(unclear.remarks[0], [Remark::DayOrMonthFirst]);
}

#[test]
fn long_digits_are_a_code() {
    let draft = draft("card\n622202100112345678\n622202100112345679\n");
    assert_eq!(
        draft.schema.columns()[0].kind(),
        &Kind::Code { width: None }
    );
}

#[test]
fn doubled_headers_are_numbered() {
    let file = "x,x,\n1,2,3\n";
    let draft = draft(file);
    assert_eq!(
        draft.schema.file().duplicate_headers,
        DuplicateHeaders::Number
    );
    let names: Vec<&str> = draft
        .schema
        .columns()
        .iter()
        .map(consilium_schema::Column::name)
        .collect();
    assert_eq!(names, ["x", "x_2", "column_3"]);
    read(&draft.schema, file).unwrap();
}

#[test]
fn nothing_but_texts_become_levels() {
    let draft = draft("c\nlow\nhigh\nlow\nhigh\nlow\n");
    let Kind::Category(Levels::Closed { levels, .. }) = draft.schema.columns()[0].kind() else {
        panic!("{:?}", draft.schema)
    };
    assert_eq!(
        levels
            .iter()
            .map(consilium_schema::Level::name)
            .collect::<Vec<_>>(),
        ["high", "low"]
    );
}

#[test]
fn remarks_stand_as_comments_above_their_column() {
    let text = draft("a\n1\n2\n").annotated(|_| "first\nsecond".into());
    assert!(
        text.contains("\n# first\n# second\n[[column]]\nname = \"a\"\n"),
        "{text}"
    );
}

#[test]
fn values_that_people_cannot_see_all_of_make_no_levels() {
    let file = "wing\n\"north\u{1b}[2J\"\n\"north\u{1b}[2J\"\n\"south\nwest\"\n\"south\nwest\"\n";
    assert_eq!(kinds(&draft(file)), ["text"]);
}
