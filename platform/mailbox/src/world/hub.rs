//! What a simulated world is made of.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};

use super::{
    link::{Link, Timetable},
    sim::{Crash, Moment},
};
use crate::{Frame, PartyId, RunId};

/// Frames that one direction of a link holds before the sender has to wait.
const FRAMES_ON_THE_WAY: usize = 8;

type Pair = (PartyId, PartyId);
pub(super) type OnItsWay = (Instant, Frame);
pub(super) type Arrivals = Arc<tokio::sync::Mutex<mpsc::Receiver<OnItsWay>>>;

/// Changes frames on their way.
pub(super) struct Tamper(pub(super) Box<dyn FnMut(&mut Frame) + Send>);

impl fmt::Debug for Tamper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tamper")
    }
}

/// One direction between two parties in one run.
#[derive(Debug)]
struct Way {
    timetable: Timetable,
    departures: mpsc::Sender<OnItsWay>,
    arrivals: Arrivals,
}

/// The parties' common world.
#[derive(Debug)]
pub(super) struct Hub {
    seed: u64,
    state: Mutex<State>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) link: Link,
    /// Of single parties, with all others.
    pub(super) links_of: Vec<(PartyId, Link)>,
    pub(super) computing_takes_time: bool,
    /// How many seconds of the clock one second of the world takes.
    pub(super) stretch: u32,
    pub(super) crashes: Vec<(Crash, usize)>,
    pub(super) tampers: Vec<Tamper>,
    pub(super) transcript: Option<Vec<Frame>>,
    ways: HashMap<(RunId, Pair), Way>,
    up: HashMap<Pair, watch::Sender<bool>>,
    lives: HashMap<PartyId, watch::Sender<u64>>,
    left: HashSet<(RunId, PartyId)>,
}

impl Hub {
    pub(super) fn new(seed: u64) -> Hub {
        let state = State {
            link: Link::default(),
            links_of: Vec::new(),
            computing_takes_time: false,
            stretch: 1,
            crashes: Vec::new(),
            tampers: Vec::new(),
            transcript: Some(Vec::new()),
            ways: HashMap::new(),
            up: HashMap::new(),
            lives: HashMap::new(),
            left: HashSet::new(),
        };
        Hub {
            seed,
            state: Mutex::new(state),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a frame on its way: gives where to hand it over, or nothing if its receiver left.
    pub(super) fn depart(&self, mut frame: Frame) -> Option<(mpsc::Sender<OnItsWay>, OnItsWay)> {
        let mut state = self.state();
        let state = &mut *state;
        let pair = (frame.sender.clone(), frame.receiver.clone());
        let run = frame.run;
        state
            .tampers
            .iter_mut()
            .for_each(|tamper| (tamper.0)(&mut frame));
        if let Some(transcript) = &mut state.transcript {
            transcript.push(frame.clone());
        }
        if state.left.contains(&(run, pair.1.clone())) {
            return None;
        }
        let (link, stretch) = (state.link_between(&pair), state.stretch);
        let way = state.way(self.seed, run, pair);
        let arrival = way.timetable.arrival(&link, frame.wire_len(), stretch);
        Some((way.departures.clone(), (arrival, frame)))
    }

    pub(super) fn arrivals(&self, run: RunId, from: &PartyId, to: &PartyId) -> Arrivals {
        let pair = (from.clone(), to.clone());
        self.state().way(self.seed, run, pair).arrivals.clone()
    }

    pub(super) fn set_link(&self, one: &PartyId, other: &PartyId, up: bool) {
        let mut state = self.state();
        for (from, to) in [(one, other), (other, one)] {
            state.up_switch(from, to).send_replace(up);
        }
    }

    pub(super) fn leave(&self, run: RunId, party: &PartyId) {
        let mut state = self.state();
        state
            .ways
            .retain(|(way_run, (_, to)), _| *way_run != run || to != party);
        state.left.insert((run, party.clone()));
    }
}

impl State {
    fn link_between(&self, (from, to): &Pair) -> Link {
        let of = self.links_of.iter().rev();
        let mut of = of.filter(|(party, _)| party == from || party == to);
        of.next().map_or(self.link, |(_, link)| *link)
    }

    pub(super) fn up_switch(&mut self, from: &PartyId, to: &PartyId) -> &watch::Sender<bool> {
        let pair = (from.clone(), to.clone());
        self.up
            .entry(pair)
            .or_insert_with(|| watch::Sender::new(true))
    }

    /// Counts a party's lives: a crash begins the next one.
    pub(super) fn life(&mut self, party: &PartyId) -> &watch::Sender<u64> {
        self.lives
            .entry(party.clone())
            .or_insert_with(|| watch::Sender::new(0))
    }

    /// Tells whether the party crashes now, and lets it.
    pub(super) fn crashes_now(&mut self, party: &PartyId, step: &str, moment: Moment) -> bool {
        let mut now = false;
        for (crash, seen) in &mut self.crashes {
            if crash.party == *party && crash.step == step && crash.moment == moment {
                now |= *seen == crash.nth;
                *seen += 1;
            }
        }
        if now {
            self.life(party).send_modify(|life| *life += 1);
        }
        now
    }

    fn way(&mut self, seed: u64, run: RunId, pair: Pair) -> &mut Way {
        self.ways
            .entry((run, pair))
            .or_insert_with_key(|(run, (from, to))| {
                let (departures, arrivals) = mpsc::channel(FRAMES_ON_THE_WAY);
                let arrivals = Arc::new(tokio::sync::Mutex::new(arrivals));
                Way {
                    timetable: Timetable::new(seed, *run, from, to),
                    departures,
                    arrivals,
                }
            })
    }
}
