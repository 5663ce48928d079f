//! Cells run side by side, each on a thread of its own.

use std::{
    num::NonZeroUsize,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use anyhow::Context as _;
use consilium_lab::{Cell, CellKey, Outcome};
use consilium_plan::Lang;
use tokio::{
    runtime,
    signal::{
        self,
        unix::{SignalKind, signal},
    },
    sync::watch,
    time::Instant,
};

use super::{cells::Bench, processes};
use crate::hint::Interrupted;

/// A cell that was finished, and how long it took.
pub(super) struct Finished {
    pub(super) place: usize,
    pub(super) outcome: Outcome,
    pub(super) took: Duration,
}

/// Runs cells, and keeps and tells each that is finished.
///
/// Ctrl-C and SIGTERM end it: the cells in hand are lost, no other, and their daemons end with them.
pub(super) fn run(
    bench: &Bench,
    cells: &[(CellKey, Cell)],
    hands: NonZeroUsize,
    mut tell: impl FnMut(Finished) -> anyhow::Result<()>,
    lang: Lang,
) -> anyhow::Result<()> {
    let (stop, stopped) = watch::channel(false);
    let (sender, finished) = mpsc::channel();
    let next = AtomicUsize::new(0);
    let interrupted = on_interrupt()?;
    let failure: Mutex<Option<anyhow::Error>> = Mutex::new(None);
    thread::scope(|scope| {
        for _ in 0..hands.get().min(cells.len()) {
            let (sender, mut stopped) = (sender.clone(), stopped.clone());
            let (next, failure) = (&next, &failure);
            scope.spawn(move || {
                let mut work = || -> anyhow::Result<()> {
                    loop {
                        let place = next.fetch_add(1, Ordering::Relaxed);
                        let Some((key, cell)) = cells.get(place) else {
                            return Ok(());
                        };
                        let began = Instant::now();
                        let Some(outcome) = learn(bench, cell, &mut stopped, lang)? else {
                            return Ok(());
                        };
                        bench.keep(key, &outcome, lang)?;
                        let took = began.elapsed();
                        let told = sender.send(Finished {
                            place,
                            outcome,
                            took,
                        });
                        if told.is_err() {
                            return Ok(());
                        }
                    }
                };
                if let Err(error) = work() {
                    next.store(cells.len(), Ordering::Relaxed);
                    *failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                }
            });
        }
        drop(sender);
        loop {
            match finished.recv_timeout(Duration::from_millis(100)) {
                Ok(finished) => {
                    if let Err(error) = tell(finished) {
                        stop.send_replace(true);
                        return Err(error);
                    }
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => return Ok(()),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
            }
            if interrupted.load(Ordering::Relaxed) {
                stop.send_replace(true);
                let said = lang.pick(
                    "interrupted; finished cells are kept, and the same command goes on with the others",
                    "已中断；已完成的单元均已保存，再次执行同一命令即可继续",
                );
                return Err(Interrupted(said).into());
            }
        }
    })?;
    failure
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
        .map_or(Ok(()), Err)
}

/// Hears Ctrl-C and SIGTERM from now on, in the place of ending at once.
fn on_interrupt() -> anyhow::Result<Arc<AtomicBool>> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let heard = interrupted.clone();
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("starting the runtime")?;
    // It waits as long as the program runs.
    thread::spawn(move || {
        let signalled = runtime.block_on(async {
            let mut terminate = signal(SignalKind::terminate())?;
            tokio::select! {
                interrupt = signal::ctrl_c() => interrupt,
                _ = terminate.recv() => Ok(()),
            }
        });
        if signalled.is_ok() {
            heard.store(true, Ordering::Relaxed);
        }
    });
    Ok(interrupted)
}

/// Runs a cell: over daemons, or in a world of its own with a clock that stands still while it
/// computes; nothing if it is stopped before its end.
fn learn(
    bench: &Bench,
    cell: &Cell,
    stopped: &mut watch::Receiver<bool>,
    lang: Lang,
) -> anyhow::Result<Option<Outcome>> {
    if let Some(studies) = bench.experiment.studies(&bench.tables, cell) {
        return processes::learn(bench, (cell, &studies), stopped, lang);
    }
    let world = runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .context("starting the simulator")?;
    Ok(world.block_on(async {
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stopped| *stopped) => None,
            outcome = bench.experiment.learn(&bench.tables, cell) => outcome,
        }
    }))
}
