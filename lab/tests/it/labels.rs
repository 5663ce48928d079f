//! Labels of which nothing can be learnt.

use crate::folder::{FILES, Folder, TABLE, rows};

#[test]
fn labels_of_one_value_are_refused_before_anything_runs() {
    let folder = Folder::new();
    let of_no_one = |line: &str| {
        let mut cells: Vec<&str> = line.split(',').collect();
        if cells[1] == "1" {
            cells[1] = "0";
        }
        cells.join(",") + "\n"
    };
    let constant = |name: &str, count| {
        folder.write(
            name,
            &rows(count).lines().map(of_no_one).collect::<String>(),
        );
    };
    constant("north.csv", 40);
    assert!(folder.read(FILES).is_ok(), "others have both");
    constant("south.csv", 40);
    constant("west.csv", 40);
    assert_eq!(
        folder.refusal(FILES),
        "lab.toml: line 5, column 2: the label has one value in all rows of all institutions: nothing can \
         be learnt, and AUC and D² are undefined"
    );
    constant("all.csv", 200);
    let said = folder.refusal(TABLE);
    assert!(
        said.contains("line 5, column 2: the label has one value in all rows of all.csv"),
        "{said}"
    );
}
