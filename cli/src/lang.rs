//! The languages in which the program speaks.

use clap::ValueEnum;

/// A language of texts for people. Data, codes and names are the same in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// English
    En,
    /// 中文
    Zh,
}

impl Lang {
    /// Takes the language that was asked for, else the one of the locale (`LC_ALL`,
    /// `LC_MESSAGES`, `LANG`, in this order).
    pub(crate) fn choose(asked: Option<Lang>) -> Lang {
        let locale = || {
            ["LC_ALL", "LC_MESSAGES", "LANG"]
                .iter()
                .filter_map(|name| std::env::var(name).ok())
                .find(|value| !value.is_empty())
        };
        asked.unwrap_or_else(|| Lang::of_locale(locale().as_deref().unwrap_or_default()))
    }

    /// Gives the text in this language.
    pub(crate) fn pick(self, en: &'static str, zh: &'static str) -> &'static str {
        match self {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }

    fn of_locale(locale: &str) -> Lang {
        if locale.starts_with("zh") {
            Lang::Zh
        } else {
            Lang::En
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_decides_where_nothing_is_asked() {
        assert_eq!(Lang::of_locale("zh_CN.UTF-8"), Lang::Zh);
        assert_eq!(Lang::of_locale("de_DE.UTF-8"), Lang::En);
        assert_eq!(Lang::choose(Some(Lang::Zh)).pick("yes", "是"), "是");
    }
}
