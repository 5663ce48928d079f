//! What was found in a version of a data set, so that its rows need not be gone through again.

use std::{
    ops::RangeInclusive,
    sync::{Mutex, PoisonError},
};

use consilium_entities::{Day, Key};
use consilium_plan::{DataReport, DataVersion, Name, PlanHash, Task};

use super::preflight::{Inspected, Inspection};

/// What was found last.
///
/// # Security
///
/// A run never rests on it: it reads its rows, and their version, itself.
#[derive(Default)]
pub(crate) struct Seen(Mutex<Option<(Subject, Inspected)>>);

/// All that an inspection hangs on: rows and schema are the version's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Subject {
    of: Of,
    data: Name,
    /// The one that is approved.
    version: DataVersion,
}

/// What is looked for in the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Of {
    /// Plans that ask for the same keys find the same.
    Keys {
        key: Key,
        /// How many keys there may be.
        allowed: RangeInclusive<u64>,
        /// Nobody is born after it.
        today: Day,
    },
    /// Columns of common rows; whether these are still known is for the caller to look at.
    Common(PlanHash),
}

impl Subject {
    /// Gives none for a fit: what is found for it hangs on the secret as well, which draws the rows
    /// for testing, and is another one before a steward has signed.
    pub(super) fn of(inspection: &Inspection<'_>, plan: PlanHash) -> Option<Subject> {
        let of = match inspection.task {
            // What was asked about before is another matter each time.
            Task::Train(_) | Task::Statistics(_) | Task::Dictionary(_) | Task::Scarcity(_) => {
                return None;
            }
            Task::Vertical(_) => Of::Common(plan),
            Task::Align(task) => Of::Keys {
                key: task.key.clone(),
                allowed: inspection.allowed(task),
                today: Day::in_china(inspection.now),
            },
        };
        Some(Subject {
            of,
            data: inspection.data.clone(),
            version: inspection.grant.data,
        })
    }
}

impl Seen {
    /// Gives what was found last, if it was found in the same; looks otherwise.
    ///
    /// `present` computes the version that the files have now.
    pub(super) fn or_look(
        &self,
        subject: Subject,
        present: impl FnOnce() -> Option<DataVersion>,
        look: impl FnOnce() -> Inspected,
    ) -> Inspected {
        // It changes in single steps that don't panic.
        let last = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = last().clone().filter(|(of, _)| *of == subject);
        if let Some((_, found)) = known
            && present() == Some(subject.version)
        {
            return found;
        }
        let found = look();
        if matches!(found.here, DataReport::Read { .. }) {
            *last() = Some((subject, found.clone()));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use consilium_base::Seed;
    use consilium_plan::{Code, Failure, Grant, Plan, UnixTime};

    use super::*;
    use crate::home::sample;

    fn alignment(more: &str) -> Plan {
        let text = format!(
            "title = \"t\"\npurpose = \"p\"\nkind = \"align\"\n\
             [[key.part]]\ncolumn = \"id\"\nkind = \"citizen-id\"\n{more}\n\
             [[party]]\nname = \"a\"\ndata = \"rows\"\n\
             [[party]]\nname = \"b\"\ndata = \"rows\"\n"
        );
        text.parse().unwrap()
    }

    fn of(plan: &Plan) -> Option<Subject> {
        let seed = Seed::from_bytes([1; 32]);
        let inspection = Inspection {
            party: &"a".parse().unwrap(),
            data: &"rows".to_owned().try_into().unwrap(),
            grant: &Grant {
                data: DataVersion([2; 32]),
                runs: 1,
                until: UnixTime(0),
                waiver: false,
                beside: BTreeSet::new(),
            },
            task: plan.task(),
            limits: plan.limits(),
            key: &seed,
            secret: &seed,
            now: UnixTime(sample::NOW),
            spent: None,
            valued: &[],
        };
        Subject::of(&inspection, plan.hash())
    }

    fn subject() -> Subject {
        of(&alignment("")).unwrap()
    }

    fn read(one_class: bool) -> Inspected {
        Inspected::open(DataReport::Read {
            version: DataVersion([2; 32]),
            obstacles: Vec::new(),
            one_class,
        })
    }

    /// Looks, and says whether it was necessary.
    fn looks(seen: &Seen, subject: Subject, present: DataVersion) -> bool {
        let mut looked = false;
        let look = || {
            looked = true;
            read(true)
        };
        let found = seen.or_look(subject, || Some(present), look);
        assert_eq!(found.here, read(true).here);
        looked
    }

    #[test]
    fn the_same_version_is_gone_through_once_for_a_key_and_day() {
        let (seen, version) = (Seen::default(), subject().version);
        assert!(looks(&seen, subject(), version));
        assert!(!looks(&seen, subject(), version));
        let vole = alignment("[align]\nprotocol = \"vole\"");
        assert!(!looks(&seen, of(&vole).unwrap(), version));
        let other_key = alignment("[[key.part]]\ncolumn = \"name\"\nkind = \"name\"");
        let other_most = alignment("[limits]\nmost_rows = 5000");
        let mut other_day = subject();
        if let Of::Keys { today, .. } = &mut other_day.of {
            *today = Day::new(2026, 3, 22).unwrap();
        }
        let mut other_data = subject();
        other_data.data = "columns".to_owned().try_into().unwrap();
        let other_plans = [other_key, other_most].map(|plan| of(&plan).unwrap());
        for other in other_plans.into_iter().chain([other_day, other_data]) {
            assert!(looks(&seen, other, version));
        }
    }

    #[test]
    fn nothing_is_kept_for_a_fit_whose_rows_are_drawn_by_a_secret() {
        let fit = sample::plan(&["a", "b", "c"], "test = { share = 0.2 }");
        assert_eq!(of(&fit), None);
    }

    #[test]
    fn what_was_found_of_common_rows_is_one_plans() {
        let column = "[[party.column]]\nname = \"x\"\ntype = \"number\"\n";
        let party = |name: &str, more: &str| {
            format!(
                "[[party]]\nname = \"{name}\"\ndata = \"rows\"\nfeatures = [\"x\"]\n{more}{column}"
            )
        };
        let plan = |title: &str| -> Plan {
            let hash = "ab".repeat(32);
            let text = format!(
                "title = \"{title}\"\npurpose = \"p\"\nkind = \"predict-vertical-gbdt\"\n\
                 alignment = \"{hash}\"\nmodel = \"{hash}\"\n{}{}",
                party("a", ""),
                party("b", "label_holder = true\n")
            );
            text.parse().unwrap()
        };
        let (seen, version) = (Seen::default(), subject().version);
        let [one, other] = ["t", "u"].map(|title| of(&plan(title)).unwrap());
        assert!(looks(&seen, one.clone(), version));
        assert!(!looks(&seen, one, version));
        assert!(looks(&seen, other, version));
    }

    #[test]
    fn changed_files_are_looked_at_whatever_was_found_before() {
        let (seen, version) = (Seen::default(), subject().version);
        assert!(looks(&seen, subject(), version));
        assert!(looks(&seen, subject(), DataVersion([4; 32])));
    }

    #[test]
    fn what_could_not_be_read_is_tried_again() {
        let (seen, version) = (Seen::default(), subject().version);
        let gone = Inspected::open(DataReport::Unreadable(Failure::new(Code::DataMissing)));
        seen.or_look(subject(), || Some(version), || gone);
        assert!(looks(&seen, subject(), version));
    }
}
