//! The one table of all texts that people see: a key, English, Chinese, named places.

pub mod approval;
pub mod disclosure;
pub mod failure;
pub mod preflight;
pub mod preparation;
pub mod study;
pub mod summary;

use std::fmt::Display;

use crate::Lang;

/// A text in both languages. `{name}` is a place to be filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// What the text is found by, unique in the table.
    pub key: &'static str,
    en: &'static str,
    zh: &'static str,
}

impl Text {
    /// Gives the text with its places still open.
    pub fn open(&self, lang: Lang) -> &'static str {
        lang.pick(self.en, self.zh)
    }

    /// Gives the text with its places filled; one that is not given stays as it is written.
    pub fn say(&self, lang: Lang, places: &[(&str, &dyn Display)]) -> String {
        let mut said = String::new();
        let mut rest = self.open(lang);
        // One pass: what is filled in is never searched for places.
        while let Some((before, after)) = rest.split_once('{') {
            said.push_str(before);
            let Some((name, behind)) = after.split_once('}') else {
                said.push('{');
                rest = after;
                continue;
            };
            match places.iter().find(|(place, _)| *place == name) {
                Some((_, value)) => said.push_str(&value.to_string()),
                None => said.extend(["{", name, "}"]),
            }
            rest = behind;
        }
        said + rest
    }

    /// Gives the names of the places, in the order of the language.
    pub fn places(&self, lang: Lang) -> impl Iterator<Item = &'static str> {
        self.open(lang)
            .split('{')
            .skip(1)
            .filter_map(|after| Some(after.split_once('}')?.0))
    }
}

/// Declares texts of one topic, and their part of the table.
macro_rules! texts {
    ($topic:literal: $($name:ident: $en:literal, $zh:literal;)+) => {
        $(
            #[doc = $en]
            pub const $name: $crate::texts::Text = $crate::texts::Text {
                key: concat!($topic, ".", stringify!($name)),
                en: $en,
                zh: $zh,
            };
        )+
        /// All texts of the topic.
        pub const ALL: &[$crate::texts::Text] = &[$($name),+];
    };
}
pub(crate) use texts;

/// Gives every text of the table.
pub fn all() -> impl Iterator<Item = &'static Text> {
    [
        approval::ALL,
        disclosure::ALL,
        preflight::ALL,
        preparation::ALL,
        failure::once_ended::ALL,
        study::ALL,
        summary::ALL,
    ]
    .into_iter()
    .flatten()
    .chain(
        failure::ALL
            .iter()
            .flat_map(|entry| [&entry.what, &entry.remedy]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const GREETING: Text = Text {
        key: "t.GREETING",
        en: "{who} has {n} rows",
        zh: "{who}有{n}行",
    };

    #[test]
    fn places_are_filled_in_one_pass() {
        let said = GREETING.say(Lang::Zh, &[("who", &"{n}"), ("n", &7)]);
        assert_eq!(said, "{n}有7行");
        assert_eq!(GREETING.say(Lang::En, &[("n", &7)]), "{who} has 7 rows");
        assert_eq!(GREETING.places(Lang::En).collect::<Vec<_>>(), ["who", "n"]);
    }
}
