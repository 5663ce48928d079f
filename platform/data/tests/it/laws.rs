use std::io::{Read, Write};

use consilium_data::{Note, ReadError, Reading, draft};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::{column, read, schema, texts};

/// Gives a file in pieces of any size, as pipes and sockets do.
struct Pieces<'a> {
    rest: &'a [u8],
    sizes: Vec<usize>,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let wanted = self.sizes.pop().unwrap_or(usize::MAX);
        let taken = wanted.min(buffer.len()).min(self.rest.len());
        buffer[..taken].copy_from_slice(&self.rest[..taken]);
        self.rest = &self.rest[taken..];
        Ok(taken)
    }
}

fn csv_like() -> impl Strategy<Value = Vec<u8>> {
    let bytes = prop_oneof![
        8 => prop::sample::select(&b"ab1,\";\n\r\t\0 .-9"[..]),
        1 => any::<u8>(),
    ];
    vec(bytes, 0..200)
}

fn cell() -> impl Strategy<Value = String> {
    "[a-z0-9 ,\"\n\r是\t;|]{0,8}"
}

proptest! {
    #[test]
    fn what_is_written_as_csv_is_read_back(rows in vec((cell(), cell()), 1..20)) {
        let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
        writer.write_record(["a", "b"]).unwrap();
        for (a, b) in &rows {
            writer.write_record([a, b]).unwrap();
        }
        let file = writer.into_inner().unwrap();
        let schema = texts("delimiter = \",\"\nmissing = []", &["a", "b"]);
        let loaded = read(&schema, &file).unwrap();
        let (first, second): (Vec<String>, Vec<String>) = rows.into_iter().unzip();
        prop_assert_eq!(column(&loaded, "a"), first);
        prop_assert_eq!(column(&loaded, "b"), second);
    }

    #[test]
    fn both_counts_agree_on_any_bytes(file in csv_like()) {
        let schema = texts("delimiter = \",\"\nheader = false", &["a", "b"]);
        let counts = match read(&schema, &file) {
            Ok(loaded) => loaded.report.counts,
            Err(ReadError::Refused(refusal)) => refusal.report.counts,
            Err(ReadError::CountMismatch { .. }) => panic!("the counts differ"),
            Err(_) => return Ok(()),
        };
        prop_assert_eq!(counts.rows_in_file, counts.rows_read + counts.rows_refused);
    }

    #[test]
    fn reading_any_bytes_never_panics(file in vec(any::<u8>(), 0..400), encoding in 0usize..5) {
        let encoding = ["auto", "utf-8", "gbk", "utf-16le", "utf-16be"][encoding];
        let schema = texts(&format!("encoding = {encoding:?}\nheader = false"), &["a"]);
        let _ = read(&schema, &file);
        let _ = draft::draft_stream(&file[..]);
    }

    #[test]
    fn the_pieces_in_which_a_file_comes_make_no_difference(
        file in csv_like(),
        sizes in vec(1usize..7, 0..100),
    ) {
        let schema = texts("", &["a", "b"]);
        let whole = read(&schema, &file);
        let pieces = Reading::new(&schema).stream(Pieces { rest: &file, sizes });
        match (whole, pieces) {
            (Ok(whole), Ok(pieces)) => prop_assert!(whole == pieces),
            (whole, pieces) => prop_assert_eq!(format!("{whole:?}"), format!("{pieces:?}")),
        }
    }

    #[test]
    fn a_draft_reads_the_file_that_it_was_drafted_from(file in csv_like()) {
        if let Ok(draft) = draft::draft_stream(&file[..]) {
            let text = draft.annotated(|remark| format!("{remark:?}"));
            prop_assert_eq!(&schema(&text), &draft.schema);
            match read(&draft.schema, &file) {
                Ok(loaded) => {
                    prop_assert_eq!(loaded.report.counts, draft.report.counts);
                }
                // What isn't a matter of types stays what it is.
                Err(ReadError::HeaderOnly) => {}
                Err(ReadError::Refused(refusal)) => {
                    let told = refusal.issues.iter().all(|issue| {
                        !matches!(issue.fault, consilium_data::RowFault::Cell { .. })
                    });
                    prop_assert!(told, "{:?}", refusal.issues);
                }
                Err(other) => prop_assert!(false, "{other}"),
            }
        }
    }

    #[test]
    fn a_cut_file_is_refused_or_noted_unless_it_is_cut_between_lines(
        rows in vec((cell(), cell()), 1..10),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["a", "b"]).unwrap();
        for (a, b) in &rows {
            writer.write_record([a, b]).unwrap();
        }
        let file = writer.into_inner().unwrap();
        let file = &file[..cut.index(file.len())];
        let schema = texts("delimiter = \",\"\nencoding = \"utf-8\"", &["a", "b"]);
        if let Ok(loaded) = read(&schema, file) {
            let noted = loaded.report.notes.contains(&Note::NoFinalLineBreak);
            prop_assert!(noted || file.ends_with(b"\n") || file.ends_with(b"\r"));
        }
    }

    #[test]
    fn a_cut_gzip_is_always_refused(text in "[a-z,\n]{1,300}", cut in any::<prop::sample::Index>()) {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(text.as_bytes()).unwrap();
        let packed = packer.finish().unwrap();
        // Fewer than two bytes are no gzip file yet.
        let cut = 2 + cut.index(packed.len() - 2);
        let error = draft::draft_stream(&packed[..cut]).unwrap_err();
        prop_assert!(matches!(error, ReadError::CutGzip { .. }), "{error}");
    }
}
