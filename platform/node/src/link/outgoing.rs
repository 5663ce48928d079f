//! The sending half of a way: what was handed over and not yet acknowledged.

use std::collections::VecDeque;

use bytes::Bytes;

use super::{Limits, cost, weight};

/// A frame as it is handed over, in two parts that follow each other; either may be empty.
pub(crate) type Parts = [Bytes; 2];

/// Gives the bytes of a frame.
pub(crate) fn length(frame: &Parts) -> usize {
    frame.iter().map(Bytes::len).sum()
}

/// A piece of a frame, as it is sent and, if need be, sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) number: u64,
    pub(crate) total: Option<u64>,
    pub(crate) payload: Bytes,
}

/// An acknowledgement of what was never sent, or one that takes back an earlier one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadAck;

/// Pieces in their order: acknowledged ones are forgotten, the others kept as they were sent.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    pieces: VecDeque<Piece>,
    /// How many of `pieces` went out on the present path.
    sent: usize,
    /// The highest number that ever went out, and one.
    ever_sent: u64,
    next_number: u64,
    held: usize,
    /// What all pieces up to the last one sent cost, since the beginning.
    spent: u64,
    /// What the receiver allows in all.
    limit: u64,
}

impl Outgoing {
    pub(crate) fn new(limits: &Limits) -> Outgoing {
        Outgoing {
            limit: limits.window as u64,
            ..Outgoing::default()
        }
    }

    /// Takes a frame in parts, or gives it back if there is no room beside the others.
    ///
    /// Parts are not put together: each is cut into pieces of its own.
    pub(crate) fn offer(&mut self, frame: Parts, limits: &Limits) -> Result<(), Parts> {
        let bytes = length(&frame);
        let fits = self.pieces.is_empty() || self.held + bytes <= limits.send_buffer;
        if !fits {
            return Err(frame);
        }
        let mut total = Some(bytes as u64);
        for mut rest in frame {
            while !rest.is_empty() || bytes == 0 && total.is_some() {
                let payload = rest.split_to(rest.len().min(limits.chunk));
                self.held += weight(&payload);
                self.pieces.push_back(Piece {
                    number: self.next_number,
                    total: total.take(),
                    payload,
                });
                self.next_number += 1;
            }
        }
        Ok(())
    }

    /// Tells whether the next piece may go out now.
    pub(crate) fn may_send(&self) -> bool {
        let piece = self.pieces.get(self.sent);
        piece.is_some_and(|piece| self.spent + cost(&piece.payload) <= self.limit)
    }

    /// Gives the next piece that may go out.
    pub(crate) fn next(&mut self) -> Option<Piece> {
        if !self.may_send() {
            return None;
        }
        let piece = self.pieces.get(self.sent)?.clone();
        self.sent += 1;
        self.spent += cost(&piece.payload);
        self.ever_sent = self.ever_sent.max(piece.number + 1);
        Some(piece)
    }

    /// Forgets the pieces before `number`; gives whether that made room.
    pub(crate) fn acknowledge(&mut self, number: u64, limit: u64) -> Result<bool, BadAck> {
        let first = self.next_number - self.pieces.len() as u64;
        if number > self.ever_sent {
            return Err(BadAck);
        }
        // Acknowledgements of before a reconnection may come again, late.
        self.limit = self.limit.max(limit);
        for _ in first..number {
            let piece = self.pieces.pop_front().ok_or(BadAck)?;
            self.held -= weight(&piece.payload);
            if self.sent > 0 {
                self.sent -= 1;
            } else {
                self.spent += cost(&piece.payload);
            }
        }
        Ok(number > first)
    }

    /// Goes back to the first piece that isn't acknowledged: the path is a new one.
    pub(crate) fn rewind(&mut self) {
        let again: u64 = self
            .pieces
            .iter()
            .take(self.sent)
            .map(|piece| cost(&piece.payload))
            .sum();
        self.spent -= again;
        self.sent = 0;
    }

    /// What the pieces kept here weigh, in bytes.
    pub(crate) fn held(&self) -> usize {
        self.held
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }
}
