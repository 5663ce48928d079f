//! Which language the program speaks.

use consilium_plan::Lang;

/// Takes the language that was asked for, else the one of the locale (`LC_ALL`, `LC_MESSAGES`,
/// `LANG`, in this order).
pub(crate) fn choose(asked: Option<Lang>) -> Lang {
    let locale = || {
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|value| !value.is_empty())
    };
    asked.unwrap_or_else(|| Lang::of_locale(locale().as_deref().unwrap_or_default()))
}
