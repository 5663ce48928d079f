//! What stands on a package: the name of the drug, its form, its strength, how many are in it.

use serde::Serialize;
use unicode_normalization::UnicodeNormalization as _;

/// A drug's text taken apart. What is not recognised stays in the name.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Product {
    /// The name, as it is written.
    pub name: String,
    /// The dosage form, in English: `tablet`, `capsule`, `injection`.
    pub form: Option<&'static str>,
    /// How much of the drug is in one unit.
    pub strength: Option<Amount>,
    /// How many units are in the package.
    pub pack: Option<u32>,
}

/// A number with its unit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Amount {
    /// The number.
    pub number: f64,
    /// The unit, in small letters: `mg`, `g`, `ug`, `ml`, `iu`, `%`, `mg/ml`.
    pub unit: String,
}

/// Forms as they are written at the end of a name or as a word; the longest of a form first.
const FORMS: [(&str, &str); 50] = [
    ("肠溶胶囊", "enteric capsule"),
    ("缓释胶囊", "prolonged-release capsule"),
    ("软胶囊", "soft capsule"),
    ("胶囊剂", "capsule"),
    ("胶囊", "capsule"),
    ("肠溶片", "enteric tablet"),
    ("缓释片", "prolonged-release tablet"),
    ("控释片", "prolonged-release tablet"),
    ("分散片", "dispersible tablet"),
    ("咀嚼片", "chewable tablet"),
    ("泡腾片", "effervescent tablet"),
    ("薄膜衣片", "tablet"),
    ("片剂", "tablet"),
    ("片", "tablet"),
    ("干混悬剂", "powder for suspension"),
    ("混悬液", "suspension"),
    ("口服溶液", "oral solution"),
    ("口服液", "oral solution"),
    ("糖浆", "syrup"),
    ("颗粒剂", "granules"),
    ("颗粒", "granules"),
    ("注射用", "injection"),
    ("注射液", "injection"),
    ("注射剂", "injection"),
    ("滴眼液", "eye drops"),
    ("滴丸", "dripping pills"),
    ("乳膏", "cream"),
    ("软膏", "ointment"),
    ("凝胶", "gel"),
    ("气雾剂", "aerosol"),
    ("喷雾剂", "spray"),
    ("栓剂", "suppository"),
    ("贴剂", "patch"),
    ("栓", "suppository"),
    ("丸", "pills"),
    ("散", "powder"),
    ("tablets", "tablet"),
    ("tablet", "tablet"),
    ("tabs", "tablet"),
    ("tab", "tablet"),
    ("capsules", "capsule"),
    ("capsule", "capsule"),
    ("caps", "capsule"),
    ("cap", "capsule"),
    ("injection", "injection"),
    ("inj", "injection"),
    ("syrup", "syrup"),
    ("cream", "cream"),
    ("ointment", "ointment"),
    ("suppository", "suppository"),
];

/// The form that goes before the name.
const BEFORE: &str = "注射用";

/// Units of strength, and how they are written here.
const UNITS: [(&str, &str); 19] = [
    ("mg/ml", "mg/ml"),
    ("mcg", "ug"),
    ("ug", "ug"),
    ("μg", "ug"),
    ("微克", "ug"),
    ("mg", "mg"),
    ("毫克", "mg"),
    ("kg", "kg"),
    ("g", "g"),
    ("克", "g"),
    ("ml", "ml"),
    ("毫升", "ml"),
    ("iu", "iu"),
    ("万单位", "10000 iu"),
    ("万u", "10000 iu"),
    ("单位", "iu"),
    ("u", "iu"),
    ("l", "l"),
    ("%", "%"),
];

/// What is counted in a package.
const PIECES: [&str; 17] = [
    "粒", "片", "支", "瓶", "袋", "丸", "贴", "枚", "盒", "s", "tablets", "tabs", "tab",
    "capsules", "caps", "cap", "pcs",
];

/// Salts as they are abbreviated.
const SALTS: [(&str, &str); 4] = [
    ("hcl", "hydrochloride"),
    ("hbr", "hydrobromide"),
    ("na", "sodium"),
    ("k", "potassium"),
];

impl Product {
    /// Takes a text apart.
    ///
    /// ```
    /// use consilium_codes::Product;
    ///
    /// let amoxicillin = Product::parse("阿莫西林胶囊 0.25g*24粒");
    /// assert_eq!(amoxicillin.name, "阿莫西林");
    /// assert_eq!(amoxicillin.form, Some("capsule"));
    /// assert_eq!(amoxicillin.strength.map(|it| (it.number, it.unit)), Some((0.25, "g".to_owned())));
    /// assert_eq!(amoxicillin.pack, Some(24));
    ///
    /// let metformin = Product::parse("Metformin HCl 500 mg tab");
    /// assert_eq!(metformin.name, "metformin hydrochloride");
    /// assert_eq!(metformin.form, Some("tablet"));
    /// ```
    pub fn parse(text: &str) -> Product {
        let wide: String = text.nfkc().flat_map(char::to_lowercase).collect();
        let mut product = Product::default();
        let rest = product.take_numbers(&wide);
        let rest = product.take_form(&rest);
        let words = rest.split_whitespace().map(|word| {
            let salt = SALTS.iter().find(|(short, _)| *short == word);
            salt.map_or(word, |(_, long)| long)
        });
        product.name = words.collect::<Vec<_>>().join(" ");
        if product.name.is_empty() {
            wide.trim().clone_into(&mut product.name);
        }
        product
    }

    /// Takes strength and pack out.
    fn take_numbers(&mut self, text: &str) -> String {
        let mut rest = String::new();
        let mut left = text;
        while let Some(letter) = left.chars().next() {
            let follows_letter = rest.ends_with(|it: char| it.is_ascii_alphabetic() || it == '-');
            let counted = left.trim_start_matches(['*', '×', 'x', ' ']);
            let is_times = counted.len() < left.len() && !left.starts_with(' ');
            let begins = if is_times { counted } else { left };
            if !follows_letter && begins.starts_with(|it: char| it.is_ascii_digit()) {
                if let Some(after) = self.take_number(begins, is_times) {
                    rest.push(' ');
                    left = after;
                    continue;
                }
                // A number that is no amount stays whole.
                let digits = begins.len()
                    - begins
                        .trim_start_matches(|it: char| it.is_ascii_digit())
                        .len();
                let taken = left.len() - begins.len() + digits;
                rest.push_str(&left[..taken]);
                left = &left[taken..];
                continue;
            }
            rest.push(letter);
            left = &left[letter.len_utf8()..];
        }
        rest
    }

    fn take_number<'a>(&mut self, text: &'a str, is_times: bool) -> Option<&'a str> {
        let after = text.trim_start_matches(|it: char| it.is_ascii_digit() || it == '.');
        let number: f64 = text[..text.len() - after.len()].parse().ok()?;
        let after = after.trim_start_matches(' ');
        let ends = |rest: &str, unit: &str| {
            !unit.is_ascii()
                || unit == "%"
                || !rest.starts_with(|it: char| it.is_ascii_alphanumeric())
        };
        let unit = |(written, unit): &(&str, &'static str)| {
            let rest = after.strip_prefix(written)?;
            ends(rest, written).then_some((rest, *unit))
        };
        if let Some((rest, unit)) = UNITS.iter().find_map(unit).filter(|_| !is_times) {
            if self.strength.is_none() {
                let unit = unit.to_owned();
                self.strength = Some(Amount { number, unit });
            }
            let per = ["/片", "/粒", "/支", "/瓶", "/袋", ":"];
            return Some(
                per.iter()
                    .find_map(|it| rest.strip_prefix(it))
                    .unwrap_or(rest),
            );
        }
        let piece = |piece: &&str| {
            let rest = after.strip_prefix(piece)?;
            ends(rest, piece).then_some(rest)
        };
        let pieces = PIECES.iter().find_map(piece);
        if is_times || pieces.is_some() {
            if number.fract() != 0.0 || !(1.0..1e6).contains(&number) {
                return None;
            }
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "1 to 10⁶"
            )]
            let number = number as u32;
            self.pack = Some(self.pack.map_or(number, |pack| pack.saturating_mul(number)));
            let rest = pieces.unwrap_or(after);
            let per = ["/盒", "/瓶", "/袋", "/板"];
            return Some(
                per.iter()
                    .find_map(|it| rest.strip_prefix(it))
                    .unwrap_or(rest),
            );
        }
        None
    }

    /// Takes the dosage form out, where something is left.
    fn take_form(&mut self, text: &str) -> String {
        let open = |it: char| matches!(it, '(' | ')' | '[' | ']' | ',' | ';' | '/' | '*');
        let text = text.replace(open, " ");
        let mut words: Vec<&str> = text.split_whitespace().collect();
        for (written, form) in FORMS {
            let goes_before = written == BEFORE;
            let is_there = |word: &&str| {
                if written.is_ascii() {
                    return word.trim_end_matches('.') == written;
                }
                word.ends_with(written) || goes_before && word.starts_with(written)
            };
            let Some(place) = words.iter().position(is_there) else {
                continue;
            };
            let word = words[place];
            let left = word
                .strip_suffix(written)
                .or(word.strip_prefix(written))
                .unwrap_or("");
            let left = if written.is_ascii() { "" } else { left };
            let is_all = left.is_empty() && words.len() == 1;
            if is_all || left.chars().count() == 1 && words.len() == 1 {
                continue;
            }
            self.form = Some(form);
            if left.is_empty() {
                words.remove(place);
            } else {
                words[place] = left;
            }
            break;
        }
        words.join(" ")
    }
}
