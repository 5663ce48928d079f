//! The receiving half of a way: pieces in, whole frames out, and leave to send more.

use bytes::{Bytes, BytesMut};

use super::{Lane, Limits, Violation, cost, outgoing::Piece};

/// Reassembles frames, and grants the sender only what there is certainly room for.
///
/// Beside the window, which every sender has, a frame longer than half of it needs room of its
/// own, out of a budget that all senders share. Control messages are never that long.
#[derive(Debug)]
pub(crate) struct Incoming {
    window: u64,
    /// The longest frame that is taken.
    longest: usize,
    next: u64,
    assembly: Option<Assembly>,
    /// What all pieces cost that came so far.
    received: u64,
    /// What of it no longer counts against the window.
    freed: u64,
    announced: (u64, u64),
    /// What all pieces cost up to the last acknowledgement.
    acknowledged: u64,
    /// Ways are begun anew when the peer is: receipts of an older one free nothing in this.
    age: u64,
    /// Most that ever counted against the window, for tests of the bound.
    pub(crate) highest: u64,
}

#[derive(Debug)]
struct Assembly {
    total: usize,
    buffer: BytesMut,
    /// What counts against the window.
    cost: u64,
    /// Bytes of the shared budget: none that the window has room for; of a long frame all once
    /// they are given, and what has come of it after they were taken back.
    reserved: usize,
    is_long: bool,
}

/// What a frame occupies until it has been read.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "what is never given back blocks the sender"]
pub(crate) struct Receipt {
    cost: u64,
    /// Bytes of the shared budget to give back.
    pub(crate) reserved: usize,
    age: u64,
}

/// What became of a piece.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Accepted {
    /// It had come before.
    Repeat,
    /// More of the frame is to come.
    Part,
    /// More is to come, and the frame wants room in the shared budget.
    Wants,
    /// The frame is whole.
    Whole(Bytes, Receipt),
}

impl Incoming {
    pub(crate) fn new(limits: &Limits, lane: Lane, age: u64) -> Incoming {
        Incoming {
            window: limits.window as u64,
            longest: limits.longest(lane),
            next: 0,
            assembly: None,
            received: 0,
            freed: 0,
            announced: (0, limits.window as u64),
            acknowledged: 0,
            age,
            highest: 0,
        }
    }

    /// Takes the next piece.
    ///
    /// A refused piece changes nothing: the sender's next attempt begins at the same number.
    pub(crate) fn accept(&mut self, piece: Piece, limits: &Limits) -> Result<Accepted, Violation> {
        if piece.number < self.next {
            return Ok(Accepted::Repeat);
        }
        if piece.number > self.next {
            let (expected, got) = (self.next, piece.number);
            return Err(Violation::Gap { expected, got });
        }
        let price = cost(&piece.payload);
        if piece.payload.len() > limits.chunk || self.received + price > self.limit() {
            return Err(Violation::Overrun);
        }
        let before = self
            .assembly
            .as_ref()
            .map_or(0, |assembly| assembly.buffer.len());
        let total = match (&self.assembly, piece.total) {
            (Some(assembly), None) => assembly.total,
            (None, Some(total)) => match usize::try_from(total) {
                Ok(total) if total <= self.longest => total,
                _ => {
                    let limit = self.longest;
                    return Err(Violation::TooLong { limit });
                }
            },
            _ => return Err(Violation::Malformed),
        };
        let so_far = before + piece.payload.len();
        let stalls = piece.payload.is_empty() && total > 0;
        if so_far > total || stalls {
            return Err(Violation::Malformed);
        }
        self.next += 1;
        self.received += price;
        Ok(self.add(piece.payload, price, total))
    }

    fn add(&mut self, payload: Bytes, price: u64, total: usize) -> Accepted {
        if self.assembly.is_none() && payload.len() == total {
            self.note_highest();
            return Accepted::Whole(payload, self.receipt(price, 0));
        }
        let is_first = self.assembly.is_none();
        let long = total as u64 > self.window / 2;
        let assembly = self.assembly.get_or_insert_with(|| Assembly {
            total,
            buffer: BytesMut::with_capacity(if long { payload.len() } else { total }),
            cost: 0,
            reserved: 0,
            is_long: long,
        });
        assembly.buffer.extend_from_slice(&payload);
        let whole = assembly.buffer.len() == total;
        if assembly.reserved == total {
            self.freed += price;
        } else {
            assembly.cost += price;
        }
        let answer = if whole {
            let Assembly {
                buffer,
                cost,
                reserved,
                ..
            } = self.assembly.take().expect("it was just added to");
            Accepted::Whole(buffer.freeze(), self.receipt(cost, reserved))
        } else if is_first && long {
            Accepted::Wants
        } else {
            Accepted::Part
        };
        self.note_highest();
        answer
    }

    /// Gives the bytes of the shared budget that the frame in hand waits for.
    pub(crate) fn wants(&self) -> Option<usize> {
        let assembly = self.assembly.as_ref()?;
        let wanted = assembly.total - assembly.reserved;
        (assembly.is_long && wanted > 0).then_some(wanted)
    }

    /// Gives the frame in hand the room that it wants.
    pub(crate) fn reserve(&mut self) {
        if let Some(assembly) = &mut self.assembly {
            assembly.reserved = assembly.total;
            assembly
                .buffer
                .reserve(assembly.total - assembly.buffer.len());
            self.freed += std::mem::take(&mut assembly.cost);
        }
    }

    /// Gives the budget that the frame in hand holds, which is forgotten with it.
    pub(crate) fn reserved(&self) -> usize {
        self.assembly
            .as_ref()
            .map_or(0, |assembly| assembly.reserved)
    }

    /// Gives up the budget that the frame in hand was given for what has not come yet.
    pub(crate) fn take_back(&mut self) -> usize {
        let Some(assembly) = self.assembly.as_mut() else {
            return 0;
        };
        let come = assembly.reserved.min(assembly.buffer.len());
        let given_up = assembly.reserved - come;
        assembly.reserved = come;
        given_up
    }

    /// What has come and was not read.
    pub(crate) fn unread(&self) -> u64 {
        self.received - self.freed
    }

    /// Takes note that a frame was read.
    pub(crate) fn free(&mut self, receipt: &Receipt) {
        if receipt.age == self.age {
            self.freed += receipt.cost;
        }
    }

    /// Gives the acknowledgement that is due, if one is: number of pieces and limit.
    pub(crate) fn acknowledgement(&mut self) -> Option<(u64, u64)> {
        if !self.owes_acknowledgement() {
            return None;
        }
        self.announced = (self.next, self.limit());
        self.acknowledged = self.received;
        Some(self.announced)
    }

    /// Tells whether the sender should hear of news.
    pub(crate) fn owes_acknowledgement(&self) -> bool {
        let (number, limit) = self.announced;
        let quarter = self.window / 4;
        // The sender keeps what is not acknowledged: within a frame it hears of it now and then.
        let is_due = self.assembly.is_none() || self.received - self.acknowledged >= quarter;
        self.next > number && is_due || self.limit() - limit >= quarter
    }

    /// Forgets what was announced, because it may have been lost on the way.
    pub(crate) fn announce_again(&mut self) {
        self.announced = (0, 0);
    }

    fn limit(&self) -> u64 {
        self.freed + self.window
    }

    fn receipt(&self, cost: u64, reserved: usize) -> Receipt {
        let age = self.age;
        Receipt {
            cost,
            reserved,
            age,
        }
    }

    fn note_highest(&mut self) {
        self.highest = self.highest.max(self.unread());
    }
}
