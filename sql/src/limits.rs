//! What the process takes from itself before it reads a row.

use std::io;

use consilium_mapping::Limits;
use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};

/// What the process needs at most besides the rows that a query holds and accounts for: readers,
/// batches on their way, the pipe.
const BESIDES: u64 = 384 << 20;

/// Bounds the process's memory, has the system end it with its caller, and keeps rows out of core
/// files.
pub(crate) fn keep(limits: Limits) -> io::Result<()> {
    let bound = |most| Rlimit {
        current: Some(most),
        maximum: Some(most),
    };
    setrlimit(Resource::Core, bound(0))?;
    // Memory that is written to, rather than addresses: threads and allocators reserve many of them.
    setrlimit(Resource::Data, bound(limits.memory_mb << 20))?;
    set_parent_process_death_signal(Some(Signal::KILL))?;
    Ok(())
}

/// How many bytes of the process's memory the query's own rows may take.
pub(crate) fn for_rows(limits: Limits) -> usize {
    let whole = limits.memory_mb << 20;
    usize::try_from(whole - BESIDES.min(whole / 2)).unwrap_or(usize::MAX)
}

/// How many bytes the query may put aside on the disk.
pub(crate) fn to_put_aside(limits: Limits) -> u64 {
    limits.disk_mb << 20
}
