//! Licence expressions.

/// Tells whether an SPDX expression can be met with allowed licences; none where it isn't one.
///
/// `/` between licences is the old way of writing `OR`. A licence with an exception is one
/// identifier, for instance `Apache-2.0 WITH LLVM-exception`.
pub(super) fn satisfied(expression: &str, allowed: impl Fn(&str) -> bool) -> Option<bool> {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let mut words = Words {
        words: spaced.split_whitespace().collect(),
        next: 0,
    };
    let met = words.any(&allowed)?;
    (words.next == words.words.len()).then_some(met)
}

struct Words<'a> {
    words: Vec<&'a str>,
    next: usize,
}

impl<'a> Words<'a> {
    fn take(&mut self) -> Option<&'a str> {
        let word = self.words.get(self.next).copied();
        self.next += usize::from(word.is_some());
        word
    }

    fn take_if(&mut self, wanted: &str) -> bool {
        let found = self.words.get(self.next) == Some(&wanted);
        self.next += usize::from(found);
        found
    }

    fn any(&mut self, allowed: &impl Fn(&str) -> bool) -> Option<bool> {
        let mut met = self.all(allowed)?;
        while self.take_if("OR") {
            met |= self.all(allowed)?;
        }
        Some(met)
    }

    fn all(&mut self, allowed: &impl Fn(&str) -> bool) -> Option<bool> {
        let mut met = self.one(allowed)?;
        while self.take_if("AND") {
            met &= self.one(allowed)?;
        }
        Some(met)
    }

    fn one(&mut self, allowed: &impl Fn(&str) -> bool) -> Option<bool> {
        if self.take_if("(") {
            let met = self.any(allowed)?;
            return self.take_if(")").then_some(met);
        }
        let licence = self.take()?;
        if self.take_if("WITH") {
            return Some(allowed(&format!("{licence} WITH {}", self.take()?)));
        }
        Some(allowed(licence))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(expression: &str) -> Option<bool> {
        satisfied(expression, |licence| {
            ["MIT", "Zlib", "Apache-2.0 WITH LLVM-exception"].contains(&licence)
        })
    }

    #[test]
    fn one_allowed_alternative_is_enough() {
        assert_eq!(met("GPL-3.0 OR MIT"), Some(true));
        assert_eq!(met("Unlicense/MIT"), Some(true));
        assert_eq!(met("Apache-2.0 WITH LLVM-exception"), Some(true));
        assert_eq!(met("Apache-2.0"), Some(false));
    }

    #[test]
    fn what_is_joined_must_all_be_allowed() {
        assert_eq!(met("(MIT OR GPL-3.0) AND Zlib"), Some(true));
        assert_eq!(met("(MIT OR GPL-3.0) AND CC0-1.0"), Some(false));
        assert_eq!(
            met("MIT OR Zlib AND GPL-3.0"),
            Some(true),
            "AND binds more tightly"
        );
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        assert_eq!(met(""), None);
        assert_eq!(met("(MIT"), None);
        assert_eq!(met("MIT Zlib"), None);
    }
}
