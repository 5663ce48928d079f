//! Maps the other way round, and one after another.

use std::collections::{BTreeMap, BTreeSet};

use super::{CodeMap, Entry, MapHead, Scenario};
use crate::CodesError;

/// More ways than these are not gone through one by one.
const MOST_WAYS: u64 = 4096;

/// Nor are more through both maps, however many of them end alike.
const MOST_GONE: u64 = 1 << 20;

impl CodeMap {
    /// Turns the map round: every target leads to all sources that could have become it.
    ///
    /// A target that was only part of a combination says less than its source, so what it leads back
    /// to is approximate. Sources that expressly had no target are not in the result.
    ///
    /// # Errors
    ///
    /// Refuses nothing that was read.
    pub fn reversed(&self) -> Result<CodeMap, CodesError> {
        let mut entries = BTreeMap::<String, Entry>::new();
        for (source, entry) in self.iter() {
            let mut turned = BTreeSet::new();
            for scenario in entry.scenarios() {
                let approximate = scenario.approximate || scenario.lists.len() > 1;
                for target in scenario.lists.iter().flatten() {
                    if turned.insert(target) {
                        let lists = vec![vec![source.to_owned()]];
                        let back = entries.entry(target.clone()).or_default();
                        back.scenarios.push(Scenario { lists, approximate });
                    }
                }
            }
        }
        let head = self.head();
        let source = format!("reversed: {}", head.source);
        let turned = MapHead {
            licence: head.licence.clone(),
            ..MapHead::new(head.to.clone(), head.from.clone(), &source)
        };
        CodeMap::new(&turned, entries)
    }

    /// Goes on by a second map that starts where this one leads: all ways through both are kept, and
    /// a way is approximate if one of its steps is.
    ///
    /// A code of which no way leads on is expressly without target where the maps say so of every way.
    /// If the second map doesn't know a code of one of them, neither does the result.
    ///
    /// # Errors
    ///
    /// Two maps meet in the same system and version; a code with more than 4,096 ways, or that needs
    /// more than 4,096 codes together, is refused, and so is one with more than 2²⁰ ways of which many end
    /// alike.
    pub fn then(&self, next: &CodeMap) -> Result<CodeMap, CodesError> {
        let (here, there) = (&self.head().to, &next.head().from);
        if here != there {
            let said = |it: &super::Edition| format!("{} {}", it.system, it.version);
            return Err(CodesError::Apart {
                to: said(here),
                from: said(there),
            });
        }
        let mut entries = Vec::new();
        for (source, entry) in self.iter() {
            if entry.ways() > MOST_WAYS {
                return Err(CodesError::TooManyWays { most: MOST_WAYS });
            }
            let mut joined = Joined::default();
            let mut is_known = true;
            for scenario in entry.scenarios() {
                for way in (0..scenario.ways()).map(|number| scenario.way(number)) {
                    is_known &= way.iter().all(|code| next.get(code).is_some());
                    onwards(&mut joined, scenario.approximate, &way, next)?;
                }
            }
            let joined = joined.entry;
            if is_known || !joined.scenarios().is_empty() {
                entries.push((source.to_owned(), joined));
            }
        }
        let [first, second] = [self.head(), next.head()];
        let source = format!("{}; then {}", first.source, second.source);
        let mut head = MapHead::new(first.from.clone(), second.to.clone(), &source);
        let licences = [first.licence.as_str(), second.licence.as_str()];
        let given: Vec<&str> = licences.into_iter().filter(|it| !it.is_empty()).collect();
        head.licence = given.join("; ");
        CodeMap::new(&head, entries)
    }
}

/// What a code becomes through both maps.
#[derive(Default)]
struct Joined {
    entry: Entry,
    seen: BTreeSet<Scenario>,
    ways: u64,
    /// How many ways were gone, those that end alike each for itself.
    gone: u64,
}

impl Joined {
    /// Adds a scenario, unless it is there.
    fn add(&mut self, scenario: Scenario) -> Result<(), CodesError> {
        self.gone += 1;
        if self.gone > MOST_GONE {
            return Err(CodesError::TooManyWays { most: MOST_GONE });
        }
        if self.seen.insert(scenario.clone()) {
            self.ways = self.ways.saturating_add(scenario.ways());
            self.entry.scenarios.push(scenario);
        }
        if self.ways > MOST_WAYS {
            return Err(CodesError::TooManyWays { most: MOST_WAYS });
        }
        Ok(())
    }
}

/// Adds what the codes of a way become together.
fn onwards(
    joined: &mut Joined,
    approximate: bool,
    way: &[&str],
    next: &CodeMap,
) -> Result<(), CodesError> {
    let most = MOST_WAYS;
    let lists = Vec::new();
    let mut ends = vec![Scenario { lists, approximate }];
    for code in way {
        let steps = next.get(code).map_or(&[][..], Entry::scenarios);
        if (ends.len() * steps.len()) as u64 > most {
            return Err(CodesError::TooManyWays { most });
        }
        let mut on = Vec::new();
        for end in &ends {
            for step in steps {
                let end = longer(end, step);
                if end.lists.len() as u64 > most {
                    return Err(CodesError::TooManyTogether { most });
                }
                on.push(end);
            }
        }
        ends = on;
    }
    ends.into_iter().try_for_each(|end| joined.add(end))
}

/// What both say together; a list that is there already says nothing new.
fn longer(end: &Scenario, step: &Scenario) -> Scenario {
    let mut end = end.clone();
    end.approximate |= step.approximate;
    for list in &step.lists {
        if !end.lists.contains(list) {
            end.lists.push(list.clone());
        }
    }
    end
}
