//! Why an alignment came to nothing, as far as the files tell.

use consilium_plan::{Failure, Lang, Plan, Task};
use consilium_schema::Schema;

use super::{found::Found, print_keys};
use crate::{
    data::keys,
    hint::said,
    local::inputs::PartyData,
    terminal::{printable, tell},
};

/// Says on stderr how many rows of each file gave a key, where keys may be why an alignment came to
/// nothing: at home this is no secret.
pub(crate) fn explain(failures: &[Failure], plan: &Plan, data: &[PartyData], lang: Lang) {
    let Task::Align(task) = plan.task() else {
        return;
    };
    if !failures.iter().any(is_of_keys) {
        return;
    }
    let found = |set: &PartyData| {
        let schema = Schema::from_toml(&set.schema)?;
        let found = keys::read(&set.file, (&schema, task), 0, lang)?;
        let counts = keys::report(&found).map(|report| serde_json::to_value(&report.counts));
        anyhow::Ok(counts.transpose()?)
    };
    let mut of_all: Vec<Found<'_>> = Vec::new();
    let is_compared = |set: &&PartyData| {
        let mut compared = plan.contributors();
        compared.any(|(party, of)| *party == set.party && of.name.as_str() == set.name)
    };
    // Those that a query makes are the daemon's to look at.
    let is_a_file = |set: &&PartyData| !set.is_mapping();
    for set in data.iter().filter(is_compared).filter(is_a_file) {
        match found(set) {
            Ok(counts) => of_all.extend(counts.map(|counts| (&set.party, counts))),
            Err(error) => {
                let colon = lang.pick(": ", "：");
                tell(&printable(&format!(
                    "{}{colon}{}",
                    set.party,
                    said(error, lang)
                )));
            }
        }
    }
    let mut page = Vec::new();
    if print_keys(&of_all, &mut page, lang).is_ok() {
        tell(String::from_utf8_lossy(&page).trim_end());
    }
}

/// Says whether keys may be why a study came to nothing.
fn is_of_keys(failure: &Failure) -> bool {
    let code = failure.code.entry().id;
    code.starts_with("KEYS-") || code.starts_with("ALIGN-")
}

#[cfg(test)]
mod tests {
    use consilium_plan::Code;

    use super::*;

    #[test]
    fn files_are_read_again_only_where_their_keys_may_be_why() {
        for (code, may_be) in [
            (Code::KeysRepeated, true),
            (Code::AlignTooFew, true),
            (Code::LinkDown, false),
        ] {
            assert_eq!(is_of_keys(&Failure::new(code)), may_be, "{code}");
        }
    }
}
