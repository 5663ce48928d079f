//! Tells which changes to the messages break peers that speak the older ones.

use std::collections::{BTreeMap, BTreeSet};

use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet,
    ServiceDescriptorProto,
};

mod tests;

/// What peers rely on, each fact under the name by which they know it.
#[derive(Default)]
struct Wire {
    facts: BTreeMap<Place, String>,
    reserved: BTreeMap<String, Reserved>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Message(String),
    Field(String, i32),
    Enum(String),
    Value(String, i32),
    Method(String, String),
}

/// Numbers (both ends included) and names that may not come back.
#[derive(Default)]
struct Reserved {
    numbers: Vec<(i32, i32)>,
    names: BTreeSet<String>,
}

/// Names everything of `baseline` that `now` misses or has changed, in a fixed order.
///
/// A field or a value may go where its number and its name are reserved.
pub(crate) fn breaking(baseline: &FileDescriptorSet, now: &FileDescriptorSet) -> Vec<String> {
    let (before, after) = (Wire::of(baseline), Wire::of(now));
    let mut breaks = Vec::new();
    for (place, fact) in &before.facts {
        match after.facts.get(place) {
            Some(same) if same == fact => {}
            Some(other) => breaks.push(format!("{place:?} was {fact}, is {other}")),
            None if after.retired(place, fact) => {}
            None => breaks.push(format!("{place:?} is gone, was {fact}")),
        }
    }
    for (owner, reserved) in &before.reserved {
        for &(first, last) in &reserved.numbers {
            if !after.reserves_numbers(owner, first, last) {
                breaks.push(format!("{owner} no longer reserves {first} to {last}"));
            }
        }
        for name in &reserved.names {
            if !after.reserves_name(owner, name) {
                breaks.push(format!("{owner} no longer reserves {name}"));
            }
        }
    }
    breaks
}

impl Wire {
    fn of(set: &FileDescriptorSet) -> Self {
        let mut wire = Self::default();
        for file in &set.file {
            let package = file.package();
            for message in &file.message_type {
                wire.add_message(package, message);
            }
            for of_file in &file.enum_type {
                wire.add_enum(package, of_file);
            }
            for service in &file.service {
                wire.add_service(package, service);
            }
        }
        wire
    }

    fn add_message(&mut self, parent: &str, message: &DescriptorProto) {
        let name = format!("{parent}.{}", message.name());
        for field in &message.field {
            let place = Place::Field(name.clone(), field.number());
            self.facts.insert(place, describe(message, field));
        }
        for nested in &message.nested_type {
            self.add_message(&name, nested);
        }
        for nested in &message.enum_type {
            self.add_enum(&name, nested);
        }
        let ranges = message.reserved_range.iter();
        let reserved = Reserved {
            numbers: ranges
                .map(|range| (range.start(), range.end() - 1))
                .collect(),
            names: message.reserved_name.iter().cloned().collect(),
        };
        self.reserved.insert(name.clone(), reserved);
        self.facts
            .insert(Place::Message(name), "a message".to_owned());
    }

    fn add_enum(&mut self, parent: &str, of: &EnumDescriptorProto) {
        let name = format!("{parent}.{}", of.name());
        for value in &of.value {
            let place = Place::Value(name.clone(), value.number());
            self.facts.insert(place, value.name().to_owned());
        }
        let ranges = of.reserved_range.iter();
        let reserved = Reserved {
            numbers: ranges.map(|range| (range.start(), range.end())).collect(),
            names: of.reserved_name.iter().cloned().collect(),
        };
        self.reserved.insert(name.clone(), reserved);
        self.facts.insert(Place::Enum(name), "an enum".to_owned());
    }

    fn add_service(&mut self, parent: &str, service: &ServiceDescriptorProto) {
        let name = format!("{parent}.{}", service.name());
        for method in &service.method {
            let stream = |streaming| if streaming { "stream of " } else { "" };
            let fact = format!(
                "from {}{} to {}{}",
                stream(method.client_streaming()),
                method.input_type(),
                stream(method.server_streaming()),
                method.output_type(),
            );
            self.facts
                .insert(Place::Method(name.clone(), method.name().to_owned()), fact);
        }
    }

    /// Tells whether what stood at this place went in the orderly way.
    fn retired(&self, place: &Place, fact: &str) -> bool {
        let (Place::Field(owner, number) | Place::Value(owner, number)) = place else {
            return false;
        };
        let name = fact.split(':').next().unwrap_or_default();
        self.reserves_numbers(owner, *number, *number) && self.reserves_name(owner, name)
    }

    fn reserves_numbers(&self, owner: &str, first: i32, last: i32) -> bool {
        self.reserved.get(owner).is_some_and(|reserved| {
            reserved
                .numbers
                .iter()
                .any(|&(from, to)| from <= first && last <= to)
        })
    }

    fn reserves_name(&self, owner: &str, name: &str) -> bool {
        self.reserved
            .get(owner)
            .is_some_and(|reserved| reserved.names.contains(name))
    }
}

/// Describes a field by its name, label, type, and the oneof to which it belongs.
fn describe(message: &DescriptorProto, field: &FieldDescriptorProto) -> String {
    let named = field
        .oneof_index
        .and_then(|at| message.oneof_decl.get(usize::try_from(at).ok()?));
    let oneof = match named {
        _ if field.proto3_optional() => "optional",
        Some(oneof) => oneof.name(),
        None => "no oneof",
    };
    let (label, kind) = (field.label(), field.r#type());
    format!(
        "{}: {label:?} {kind:?} {} in {oneof}",
        field.name(),
        field.type_name()
    )
}
