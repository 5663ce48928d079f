//! Whether a machine has room for a run.

use std::path::Path;

use consilium_mailbox::PartyId;
use consilium_plan::{Align, Limits, Matching, Plan, Room, RowsBy, Task};
use consilium_psi::Sizes;

/// What a run may write: the state, the results, and room to grow.
const DISK: u64 = 64 << 20;
/// What a key of both may take on the disk. Kept to be taken up again: by `psi-ecdh` 32 bytes, by
/// `psi-vole` of a bucket of the largest sets 16 for an own item and 12 for one of the other's tags,
/// and a hundredth more for its room; and a line of the result.
const DISK_OF_A_KEY: u64 = 32 + DISK_OF_A_LINE;
/// What a line of the result takes: two numbers of nine digits.
const DISK_OF_A_LINE: u64 = 20;
/// What a key of the large set may take in its table: 7.7 bytes, and its share of a piece's hash.
const DISK_IN_A_TABLE: u64 = 8;
/// What it may take at the holder beside: 16 bytes while the table is made, and the row.
const DISK_OF_A_TABLE_MADE: u64 = 16 + 4;

/// What a common row may take: its margin, kept twice while another one is written, and its score.
const DISK_OF_A_COMMON_ROW: u64 = 2 * 8 + 40;

/// What an own key and one of the other institution may take in memory.
const MEMORY_OF_A_KEY: [u64; 2] = [120, 40];
/// What the leader of several may take in memory for a key of a bucket with each member but the
/// first: the member's columns, 18 bytes, places, terms and tags.
const MEMORY_OF_A_TERM: u64 = 80;
/// What a key of a large set takes in memory beside, while its table is made: a tag with its row.
const MEMORY_OF_A_TABLE_MADE: u64 = 16;
/// What a key that is asked about takes in memory beside: its blind, points and output.
const MEMORY_OF_A_QUERY: u64 = 100;
/// What a run may need in memory beside its rows.
const MEMORY: u64 = 64 << 20;
/// How often the rows lie in memory at once: as columns, as a matrix, as a table.
const COPIES: u64 = 3;

/// Judges the free space on the disk of the state folder, where the system tells it.
pub(super) fn disk(state: &Path, plan: &Plan, me: &PartyId) -> Room {
    let Ok(free) = rustix::fs::statvfs(state) else {
        return Room::Ample;
    };
    let free = free.f_bavail.saturating_mul(free.f_frsize);
    room(free, needed_disk(plan, me))
}

/// Judges the free memory, where the system tells it.
pub(super) fn memory(plan: &Plan, me: &PartyId, file: Option<u64>) -> Room {
    let needed = needed_memory(plan, me, file);
    let told = std::fs::read_to_string("/proc/meminfo").ok();
    told.and_then(|told| available(&told))
        .map_or(Room::Ample, |free| room(free, needed))
}

fn needed_disk(plan: &Plan, me: &PartyId) -> u64 {
    let most = plan.limits().most_rows.0;
    let keys = match plan.task() {
        Task::Train(_) | Task::Statistics(_) | Task::Dictionary(_) | Task::Scarcity(_) => 0,
        Task::Vertical(_) => most.saturating_mul(DISK_OF_A_COMMON_ROW),
        Task::Align(task) => match &task.matching {
            Matching::Unbalanced { holder, queries } => {
                let own = if holder == me {
                    DISK_OF_A_TABLE_MADE
                } else {
                    0
                };
                let table = most.saturating_mul(DISK_IN_A_TABLE + own);
                table.saturating_add(most.min((*queries).into()) * DISK_OF_A_LINE)
            }
            _ => most.saturating_mul(DISK_OF_A_KEY),
        },
    };
    keys.saturating_add(DISK)
}

fn needed_memory(plan: &Plan, me: &PartyId, file: Option<u64>) -> u64 {
    // A cell of text takes two bytes at least.
    let cells = file.unwrap_or(0) / 2;
    let needed = match plan.task() {
        Task::Train(task) => {
            let rows = plan.limits().most_rows.0;
            let of_plan = rows.saturating_mul(task.columns.len() as u64);
            cells.min(of_plan).saturating_mul(8 * COPIES)
        }
        Task::Scarcity(task) => {
            let rows = plan.limits().most_rows.0;
            let columns = task.columns.len() as u64;
            let rows = rows.min(cells / columns.max(1));
            let of_task = plan.costs(&RowsBy::each(rows));
            let of_task = of_task.of_party(me).map_or(0, |own| own.memory);
            let keys = task.key.as_ref().map_or(0, |_| rows * MEMORY_OF_A_KEY[0]);
            cells.saturating_mul(8).saturating_add(of_task + keys)
        }
        Task::Statistics(task) => {
            let rows = plan.limits().most_rows.0;
            let columns = task.columns.len() as u64;
            let costs = plan.costs(&RowsBy::each(rows.min(cells / columns.max(1))));
            let of_task = costs.of_party(me).map_or(0, |own| own.memory);
            cells.saturating_mul(8).saturating_add(of_task)
        }
        Task::Vertical(task) => {
            let columns = task.member(me).map_or(0, |own| own.columns.len());
            let rows = plan.limits().most_rows.0.min(cells / columns.max(1) as u64);
            let costs = plan.costs(&RowsBy::each(rows));
            let of_task = costs.of_party(me).map_or(0, |own| own.memory);
            cells.saturating_mul(8).saturating_add(of_task)
        }
        Task::Dictionary(_) => {
            let rows = plan.limits().most_rows.0.min(cells);
            let costs = plan.costs(&RowsBy::each(rows));
            costs.of_party(me).map_or(0, |own| own.memory)
        }
        Task::Align(task) => {
            let own = cells.min(task.most_keys(me, plan.limits()));
            let members = plan.contributors().skip(2).count() as u64;
            own.saturating_mul(MEMORY_OF_A_KEY[0])
                .saturating_add(memory_beside(task, plan.limits(), (me, own), members))
        }
    };
    needed.saturating_add(MEMORY)
}

/// What comparing takes in memory beside the `own` keys.
fn memory_beside(
    task: &Align,
    limits: &Limits,
    (me, own): (&PartyId, u64),
    further_members: u64,
) -> u64 {
    let [_, other] = MEMORY_OF_A_KEY;
    let most = limits.most_rows.0;
    let others = most.saturating_mul(other);
    match &task.matching {
        Matching::Unbalanced { holder, queries } if holder == me => {
            let asked = most.min((*queries).into()) * other;
            own.saturating_mul(MEMORY_OF_A_TABLE_MADE)
                .saturating_add(asked)
        }
        // The table is looked through piece by piece.
        Matching::Unbalanced { .. } => own * MEMORY_OF_A_QUERY,
        Matching::Star { leader } if leader == me => {
            let terms = own.min(Sizes::LARGEST_BUCKET.into()) * MEMORY_OF_A_TERM;
            others.saturating_add(terms.saturating_mul(further_members))
        }
        _ => others,
    }
}

fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}

fn room(free: u64, needed: u64) -> Room {
    if free < needed {
        Room::Short
    } else if free / 2 < needed {
        Room::Tight
    } else {
        Room::Ample
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A plan of the first `several` of four parties, with sets of up to ten million keys.
    fn planned(several: usize, protocol: &str) -> Plan {
        let parties = &["a", "b", "c", "d"][..several];
        let parties = parties
            .iter()
            .map(|name| format!("[[party]]\nname = \"{name}\"\ndata = \"d\"\n"));
        let text = format!(
            "title = \"t\"\npurpose = \"p\"\nkind = \"align\"\n\
             [[key.part]]\ncolumn = \"id\"\nkind = \"text\"\n\
             [align]\n{protocol}\n\
             [limits]\nmost_rows = 10_000_000\n{}",
            parties.collect::<String>()
        );
        text.parse().unwrap()
    }

    /// What is needed in memory by a party whose file is large.
    fn memory_of(plan: &Plan, me: &str) -> u64 {
        needed_memory(plan, &me.parse().unwrap(), Some(1 << 30))
    }

    #[test]
    fn room_is_tight_below_twice_what_is_needed() {
        assert_eq!(room(99, 100), Room::Short);
        assert_eq!(room(150, 100), Room::Tight);
        assert_eq!(room(200, 100), Room::Ample);
    }

    #[test]
    fn the_leader_of_several_needs_memory_for_each_of_them() {
        let needed = |several: usize, me: &str| {
            memory_of(&planned(several, "protocol = \"star\"\nleader = \"b\""), me)
        };
        assert_eq!(needed(4, "a"), needed(3, "a"));
        assert_eq!(needed(3, "b") - needed(3, "a"), MEMORY_OF_A_TERM << 20);
        assert_eq!(
            needed(4, "b") - needed(4, "a"),
            2 * (MEMORY_OF_A_TERM << 20)
        );
    }

    #[test]
    fn whoever_asks_about_few_needs_room_for_them_and_the_disk_for_a_table() {
        let of_queries = |queries: u32| {
            let lines = format!("protocol = \"unbalanced\"\nholder = \"b\"\nqueries = {queries}");
            planned(2, &lines)
        };
        let plan = of_queries(1_000);
        assert_eq!(memory_of(&plan, "a") - MEMORY, 1_000 * (120 + 100));
        let of_holder = memory_of(&plan, "b") - MEMORY;
        assert_eq!(of_holder, 10_000_000 * (120 + 16) + 1_000 * 40);
        let disk_of = |me: &str| needed_disk(&plan, &me.parse().unwrap()) - DISK;
        assert_eq!(disk_of("a"), 10_000_000 * 8 + 1_000 * 20);
        assert_eq!(disk_of("b"), 10_000_000 * (8 + 20) + 1_000 * 20);

        // A file of few rows bounds its keys further.
        let few = needed_memory(&of_queries(1_000_000), &"a".parse().unwrap(), Some(2_000));
        assert_eq!(few - MEMORY, 1_000 * (120 + 100));
        let both = planned(2, "protocol = \"vole\"");
        assert_eq!(memory_of(&both, "a"), memory_of(&both, "b"));
        assert_eq!(memory_of(&both, "a") - MEMORY, 10_000_000 * (120 + 40));
        assert_eq!(
            needed_disk(&both, &"a".parse().unwrap()) - DISK,
            520_000_000
        );
    }

    #[test]
    fn whoever_adds_up_encrypted_rows_needs_room_for_their_sums() {
        let column = |name: &str, kind: &str| {
            format!("[[party.column]]\nname = \"{name}\"\ntype = \"{kind}\"\n")
        };
        let text = format!(
            "title = \"t\"\npurpose = \"p\"\nkind = \"train-vertical-gbdt\"\nalignment = \"{}\"\n\
             [trees]\nobjective = \"logistic\"\n\
             [[party]]\nname = \"a\"\ndata = \"d\"\nfeatures = [\"x\"]\n{}\
             [[party]]\nname = \"b\"\ndata = \"d\"\nfeatures = [\"y\"]\n\
             label = {{ column = \"ill\" }}\n{}{}",
            "ab".repeat(32),
            column("x", "number"),
            column("y", "number"),
            column("ill", "boolean")
        );
        let plan: Plan = text.parse().unwrap();
        assert!(memory_of(&plan, "a") > memory_of(&plan, "b"));
        let few = needed_memory(&plan, &"a".parse().unwrap(), Some(2_000));
        assert!(few < memory_of(&plan, "a") / 2, "{few}");
        let disk = needed_disk(&plan, &"a".parse().unwrap()) - DISK;
        assert_eq!(disk, 1_000_000 * DISK_OF_A_COMMON_ROW);
    }

    #[test]
    fn free_memory_is_read_as_linux_writes_it() {
        let told = "MemTotal: 8 kB\nMemAvailable:    2048 kB\n";
        assert_eq!(available(told), Some(2 << 20));
        assert_eq!(available("MemTotal: 8 kB\n"), None);
    }
}
