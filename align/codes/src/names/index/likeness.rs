//! How like a name is to another, of those that share much.

use super::{Reason, Subject};

/// A query and a name of the library: their letters, and their grams with their shares.
pub(super) struct Pair<'a> {
    pub(super) subject: Subject,
    pub(super) query: (&'a [char], &'a [(u32, f32)]),
    pub(super) name: (&'a [char], &'a [(u32, f32)]),
    /// The codes that stand beside both.
    pub(super) codes: Option<(&'a str, &'a str)>,
    pub(super) rarity: &'a [f32],
    /// How well each is a wording of the other, where pairs of names have taught that.
    pub(super) wording: Option<f64>,
}

pub(super) struct Likeness {
    pub(super) score: f64,
    pub(super) reasons: Vec<Reason>,
}

/// What counts beside the cosine, which counts once: how much of the library's name stands in the query;
/// and what counts beside the names, which count once: how far both codes begin alike.
///
/// Of diagnoses, the name with an extended code often says a part of what the code above it says, so a
/// name that is covered is preferred. Edit distance and common beginnings made drugs no better, and are
/// left out.
struct Shares {
    covered: f64,
    code: f64,
    /// What a name may reach that isn't the same: of diagnoses, `伴有` and `不伴有` are all that differs.
    other: f64,
}

impl Shares {
    fn of(subject: Subject) -> Shares {
        match subject {
            Subject::Drug => Shares {
                covered: 0.0,
                code: 0.5,
                other: 1.0,
            },
            Subject::Diagnosis => Shares {
                covered: 0.5,
                code: 2.0 / 3.0,
                other: 0.9,
            },
        }
    }
}

pub(super) fn of(pair: &Pair<'_>) -> Likeness {
    let (query, grams) = pair.query;
    let (name, others) = pair.name;
    let is_same = query == name;
    let shares = Shares::of(pair.subject);
    let alike = || {
        let (cosine, covered) = overlap(grams, others, pair.rarity);
        (cosine + shares.covered * covered) / (1.0 + shares.covered)
    };
    let like = match pair.wording {
        Some(_) if is_same => 1.0,
        Some(wording) => wording,
        None => alike(),
    };
    let mut score = if is_same { like } else { shares.other * like };
    let code = pair.codes.map(|(ours, theirs)| same_code(ours, theirs));
    if let Some(code) = code {
        score = (score + shares.code * code) / (1.0 + shares.code);
    }

    let alike = query.iter().zip(name).take_while(|(a, b)| a == b).count();
    let is_within = |small: &[char], large: &[char]| {
        !small.is_empty() && large.windows(small.len()).any(|part| part == small)
    };
    let holding = [
        (Reason::SameName, is_same),
        (
            Reason::Contained,
            !is_same && (is_within(name, query) || is_within(query, name)),
        ),
        (
            Reason::SameBeginning,
            !is_same && 2 * alike >= query.len().max(name.len()),
        ),
        (Reason::SameCategory, code.is_some_and(|code| code > 0.0)),
    ];
    let mut reasons: Vec<Reason> = holding
        .into_iter()
        .filter_map(|(reason, holds)| holds.then_some(reason))
        .collect();
    if reasons.is_empty() {
        reasons.push(match pair.wording {
            Some(_) => Reason::LearnedWords,
            None => Reason::SharedRuns,
        });
    }
    Likeness {
        score: score.clamp(0.0, 1.0),
        reasons,
    }
}

/// The cosine of both, and how much of the name, weighed by rarity, stands in the query.
fn overlap(query: &[(u32, f32)], name: &[(u32, f32)], rarity: &[f32]) -> (f64, f64) {
    let (mut cosine, mut shared, mut all) = (0.0, 0.0, 0.0);
    let mut rest = query;
    for (id, share) in name {
        let weight = f64::from(rarity.get(*id as usize).copied().unwrap_or(1.0));
        all += weight;
        while rest.first().is_some_and(|it| it.0 < *id) {
            rest = &rest[1..];
        }
        if let Some((_, other)) = rest.first().filter(|it| it.0 == *id) {
            cosine += f64::from(share * other);
            shared += weight;
        }
    }
    (cosine.min(1.0), shared / f64::max(all, f64::MIN_POSITIVE))
}

/// Characters of ICD's category, and of the subcategory with its dot.
const LEVELS: [usize; 2] = [3, 5];

/// Half for the same category, all for the same subcategory, or the same code.
fn same_code(ours: &str, theirs: &str) -> f64 {
    if ours == theirs {
        return 1.0;
    }
    let same = |len: &&usize| {
        ours.get(..**len)
            .is_some_and(|it| theirs.get(..**len) == Some(it))
    };
    LEVELS.iter().take_while(same).count() as f64 / LEVELS.len() as f64
}
