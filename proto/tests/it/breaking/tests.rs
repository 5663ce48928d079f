use prost_types::FileDescriptorSet;
use protox::{
    Compiler, Error,
    file::{File, FileResolver},
};

use super::breaking;

const RELEASED: &str = "
    message Frame {
      bytes run = 1;
      uint64 number = 2;
      Colour colour = 3;
      oneof content { bytes body = 4; string aborted = 5; }
      reserved 8 to 9;
      reserved 'hops';
      message Part { bool last = 1; }
    }
    enum Colour { COLOUR_UNKNOWN = 0; COLOUR_RED = 1; }
    service Relay { rpc Carry(stream Frame) returns (stream Frame); }
";

/// A `.proto` file that lies nowhere.
struct Source(String);

impl FileResolver for Source {
    fn open_file(&self, name: &str) -> Result<File, Error> {
        File::from_source(name, &self.0)
    }
}

fn compiled(text: &str) -> FileDescriptorSet {
    let source = Source(format!("syntax = 'proto3'; package p; {text}"));
    let mut compiler = Compiler::with_file_resolver(source);
    compiler
        .open_file("wire.proto")
        .expect("a valid .proto file");
    compiler.file_descriptor_set()
}

/// Breaks found after replacing one part of the released messages.
fn breaks_of(part: &str, replacement: &str) -> Vec<String> {
    assert!(
        RELEASED.contains(part),
        "{part} is not in the released messages"
    );
    breaking(
        &compiled(RELEASED),
        &compiled(&RELEASED.replace(part, replacement)),
    )
}

#[track_caller]
fn assert_breaks(part: &str, replacement: &str, expected: &str) {
    let breaks = breaks_of(part, replacement);
    assert!(
        breaks.iter().any(|line| line.contains(expected)),
        "{expected:?} not in {breaks:?}"
    );
}

#[track_caller]
fn assert_compatible(part: &str, replacement: &str) {
    assert_eq!(breaks_of(part, replacement), Vec::<String>::new());
}

#[test]
fn additions_are_compatible() {
    assert_compatible("bytes run = 1;", "bytes run = 1; string note = 6;");
    assert_compatible("bytes body = 4;", "bytes body = 4; bytes chunk = 7;");
    assert_compatible("COLOUR_RED = 1;", "COLOUR_RED = 1; COLOUR_BLUE = 2;");
    assert_compatible("enum Colour", "message New {} enum Colour");
    assert_compatible("rpc Carry", "rpc Ping(Frame) returns (Frame); rpc Carry");
    assert_compatible("reserved 8 to 9;", "reserved 7 to 11;");
}

#[test]
fn a_removed_field_wants_its_number_and_its_name_reserved() {
    assert_breaks(
        "uint64 number = 2;",
        "",
        "Field(\"p.Frame\", 2) is gone, was number",
    );
    assert_breaks("uint64 number = 2;", "reserved 2;", "is gone");
    assert_breaks("uint64 number = 2;", "reserved 'number';", "is gone");
    assert_compatible("uint64 number = 2;", "reserved 2; reserved 'number';");
}

#[test]
fn a_removed_value_wants_its_number_and_its_name_reserved() {
    assert_breaks("COLOUR_RED = 1;", "", "Value(\"p.Colour\", 1) is gone");
    assert_compatible("COLOUR_RED = 1;", "reserved 1; reserved 'COLOUR_RED';");
}

#[test]
fn a_changed_field_breaks() {
    assert_breaks("number = 2", "number = 6", "Field(\"p.Frame\", 2) is gone");
    assert_breaks("uint64 number", "uint32 number", "Uint64");
    assert_breaks("uint64 number", "uint64 position", "is position");
    assert_breaks("uint64 number", "repeated uint64 number", "Repeated");
    assert_breaks("uint64 number", "optional uint64 number", "in optional");
    assert_breaks("Colour colour", "Part colour", ".p.Frame.Part");
}

#[test]
fn a_field_that_moves_between_oneofs_breaks() {
    assert_breaks(
        "oneof content { bytes body = 4; string aborted = 5; }",
        "oneof content { bytes body = 4; } string aborted = 5;",
        "in content, is aborted",
    );
    assert_breaks("oneof content", "oneof payload", "in content, is body");
}

#[test]
fn a_removed_or_renamed_type_breaks() {
    assert_breaks(
        "message Part { bool last = 1; }",
        "",
        "Message(\"p.Frame.Part\") is gone",
    );
    assert_breaks(
        "COLOUR_RED",
        "COLOUR_CRIMSON",
        "was COLOUR_RED, is COLOUR_CRIMSON",
    );
    let renamed = compiled(&RELEASED.replace("Colour ", "Hue "));
    let breaks = breaking(&compiled(RELEASED), &renamed);
    assert!(
        breaks
            .iter()
            .any(|line| line.contains("Enum(\"p.Colour\") is gone")),
        "{breaks:?}"
    );
}

#[test]
fn a_changed_or_removed_method_breaks() {
    let method = "rpc Carry(stream Frame) returns (stream Frame);";
    assert_breaks(method, "", "Method(\"p.Relay\", \"Carry\") is gone");
    assert_breaks(
        "Carry(stream Frame)",
        "Carry(Frame)",
        "from stream of .p.Frame",
    );
    assert_breaks(
        "returns (stream Frame)",
        "returns (stream Frame.Part)",
        ".p.Frame.Part",
    );
}

#[test]
fn what_is_reserved_stays_reserved() {
    assert_breaks(
        "reserved 8 to 9;",
        "reserved 8;",
        "p.Frame no longer reserves 8 to 9",
    );
    assert_breaks("reserved 'hops';", "", "p.Frame no longer reserves hops");
}
