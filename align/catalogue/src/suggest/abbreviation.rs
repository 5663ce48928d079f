//! How well the letters of a word of a column's name stand for words of a phrase.

use super::words::{same_stem, stands_for};

/// The most letters of a word that are looked at.
const MOST_LETTERS: usize = 40;

/// How a word of a name stands for words of a phrase.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Cover {
    /// How well, from 0 to 1, by letters.
    pub(super) quality: f64,
    /// The words of the phrase with the quality of what stands for each.
    pub(super) words: Vec<(usize, f64)>,
}

/// Finds the words of a phrase that a word of a name stands for: one of them, or several in their order,
/// run together (`birthdate`) and shortened (`strketia` for stroke, TIA).
pub(super) fn cover(word: &str, phrase: &[String]) -> Cover {
    let single = phrase
        .iter()
        .enumerate()
        .map(|(place, other)| (place, piece(word, other)))
        .fold(
            (0, 0.0),
            |best, one| if one.1 > best.1 { one } else { best },
        );
    let alone = Cover {
        quality: single.1,
        words: if single.1 > 0.0 {
            vec![single]
        } else {
            Vec::new()
        },
    };
    let begins = |other: &&String| other.as_bytes().first() == word.as_bytes().first();
    let within = |other: &&String| {
        other
            .chars()
            .next()
            .is_some_and(|first| word.contains(first))
    };
    let may_run = (4..=MOST_LETTERS).contains(&word.len())
        && word.is_ascii()
        && phrase.iter().any(|other| begins(&other))
        && phrase.iter().filter(within).count() > 1;
    if alone.quality >= 0.9 || !may_run {
        return alone;
    }
    match run_together(word, phrase) {
        Some(several) if several.quality > alone.quality => several,
        _ => alone,
    }
}

/// The best way to cut a word into pieces that stand for words of the phrase, in their order.
fn run_together(word: &str, phrase: &[String]) -> Option<Cover> {
    // best[n]: the best covers of the first n letters, with the last word of the phrase used.
    let mut best: Vec<Vec<Option<Cover>>> = vec![vec![None; phrase.len() + 1]; word.len() + 1];
    best[0][0] = Some(Cover::default());
    for from in 0..word.len() {
        for used in 0..=phrase.len() {
            let Some(so_far) = best[from][used].clone() else {
                continue;
            };
            for (place, other) in phrase.iter().enumerate().skip(used) {
                if other.as_bytes().first() != word.as_bytes().get(from) {
                    continue;
                }
                for to in from + 1..=word.len() {
                    let short = &word[from..to];
                    let quality = if to == from + 1 {
                        0.5
                    } else {
                        piece(short, other)
                    };
                    if quality == 0.0 {
                        continue;
                    }
                    let mut next = so_far.clone();
                    let letters = (to - from) as f64 / word.len() as f64;
                    next.quality += quality * letters;
                    next.words.push((place, quality));
                    let kept = &mut best[to][place + 1];
                    if kept.as_ref().is_none_or(|kept| next.quality > kept.quality) {
                        *kept = Some(next);
                    }
                }
            }
        }
    }
    let ends = best.swap_remove(word.len());
    let mut found: Option<Cover> = None;
    for cover in ends.into_iter().flatten() {
        let more = cover.words.len() > 1;
        if more
            && found
                .as_ref()
                .is_none_or(|found| cover.quality > found.quality)
        {
            found = Some(cover);
        }
    }
    found
}

/// How well a short form stands for one word, from 0 (not at all) to 1 (it is the word).
pub(super) fn piece(short: &str, word: &str) -> f64 {
    if short == word {
        return 1.0;
    }
    if short.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0.0;
    }
    if stands_for(short, word) {
        return 0.95;
    }
    if short.as_bytes().first() != word.as_bytes().first() {
        return 0.0;
    }
    if same_stem(short, word) {
        return 0.97;
    }
    if short.len() < 2 || word.len() <= short.len() || !short.is_ascii() || !word.is_ascii() {
        return 0.0;
    }
    let share = short.len() as f64 / word.len() as f64;
    if word.starts_with(short) && (short.len() >= 3 || share >= 0.5) {
        return 0.8 + 0.15 * share;
    }
    if short.len() < 3 || !is_subsequence(short, word) {
        return 0.0;
    }
    let consonants = |text: &str| -> String {
        let kept = text.chars().filter(|letter| !"aeiou".contains(*letter));
        kept.collect()
    };
    if consonants(short) == consonants(word) {
        return 0.85;
    }
    0.4 + 0.4 * share
}

/// Says whether the letters stand in the word, in their order, beginning with its first.
fn is_subsequence(short: &str, word: &str) -> bool {
    let mut letters = word.bytes();
    short.as_bytes().first() == word.as_bytes().first()
        && short
            .bytes()
            .all(|wanted| letters.any(|letter| letter == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(word: &str, phrase: &str) -> f64 {
        let phrase: Vec<String> = phrase.split(' ').map(str::to_owned).collect();
        cover(word, &phrase).quality
    }

    #[test]
    fn words_run_together_or_shortened_are_found() {
        for (word, phrase, least) in [
            ("birthdate", "birth date", 1.0),
            ("patientid", "patient identifier", 0.95),
            ("dgns", "diagnosis", 0.5),
            ("prvdr", "provider", 0.85),
            ("strketia", "stroke transient ischemic attack", 0.5),
            ("totalcost", "total cost medication", 1.0),
        ] {
            assert!(of(word, phrase) >= least, "{word}: {}", of(word, phrase));
        }
    }

    #[test]
    fn other_words_are_not() {
        for (word, phrase) in [
            ("sex", "diagnosis code"),
            ("cost", "county"),
            ("1", "10"),
            ("x", "x1y"),
        ] {
            assert!(of(word, phrase) < 0.5, "{word}: {}", of(word, phrase));
        }
    }
}
