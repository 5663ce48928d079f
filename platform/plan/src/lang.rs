//! The languages in which people are spoken to.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A language of texts for people. Data, codes and names are the same in both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// 中文.
    Zh,
}

/// A text that is no language we speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the languages are en and zh")]
pub struct BadLang;

impl Lang {
    /// Both.
    pub const ALL: [Lang; 2] = [Lang::En, Lang::Zh];

    /// Takes the language of a locale such as `zh_CN.UTF-8`; English where it is another.
    pub fn of_locale(locale: &str) -> Lang {
        if locale.starts_with("zh") {
            Lang::Zh
        } else {
            Lang::En
        }
    }

    /// Gives what belongs to this language.
    pub fn pick<T>(self, en: T, zh: T) -> T {
        match self {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }
}

impl FromStr for Lang {
    type Err = BadLang;

    fn from_str(name: &str) -> Result<Lang, BadLang> {
        match name {
            "en" => Ok(Lang::En),
            "zh" => Ok(Lang::Zh),
            _ => Err(BadLang),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_of_china_speaks_chinese_and_all_others_english() {
        assert_eq!(Lang::of_locale("zh_CN.UTF-8"), Lang::Zh);
        assert_eq!(Lang::of_locale("de_DE.UTF-8"), Lang::En);
        assert_eq!("zh".parse(), Ok(Lang::Zh));
        assert_eq!("fr".parse::<Lang>(), Err(BadLang));
    }
}
