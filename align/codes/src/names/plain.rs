use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Greek letters as chemists spell them out.
const GREEK: [(char, &str); 12] = [
    ('α', "alpha"),
    ('β', "beta"),
    ('γ', "gamma"),
    ('δ', "delta"),
    ('ε', "epsilon"),
    ('ζ', "zeta"),
    ('κ', "kappa"),
    ('λ', "lambda"),
    ('μ', "mu"),
    ('π', "pi"),
    ('σ', "sigma"),
    ('ω', "omega"),
];

/// Letters that no decomposition takes apart.
const LETTERS: [(char, &str); 7] = [
    ('ß', "ss"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('ø', "o"),
    ('ł', "l"),
    ('đ', "d"),
    ('ı', "i"),
];

/// Brings a name into the form in which names are compared: small letters without accents, Greek
/// letters spelled out, one blank for all that is neither letter nor digit.
///
/// ```
/// assert_eq!(consilium_codes::plain("Ácido Fólico（α-Form）"), "acido folico alpha form");
/// assert_eq!(consilium_codes::plain("阿莫西林胶囊［０.２５ｇ］"), "阿莫西林胶囊 0 25g");
/// ```
pub fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let letters = name.nfkd().filter(|it| !is_combining_mark(*it));
    for letter in letters.flat_map(char::to_lowercase) {
        let spelled = GREEK.iter().chain(&LETTERS).find(|(it, _)| *it == letter);
        match spelled {
            Some((_, text)) => plain.push_str(text),
            None if letter.is_alphanumeric() => plain.push(letter),
            None if plain.is_empty() || plain.ends_with(' ') => {}
            None => plain.push(' '),
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// Tells the scripts that write without blanks.
pub(crate) fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}
