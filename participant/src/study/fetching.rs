//! Fetching results that the coordinator has, one at a time and part by part.

use std::collections::VecDeque;

use consilium_journal::StudyName;
use consilium_plan::Study;
use consilium_proto::v1::{self, to_coordinator::Kind as Said};
use prost::Message as _;
use tracing::warn;

use super::{Command, Received};

/// The longest result that is taken, in bytes.
const LONGEST: u64 = 64 << 20;

/// What is still to be fetched; the first of it is under way.
#[derive(Debug, Default)]
pub(super) struct Fetching {
    all: VecDeque<Fetch>,
    /// What is there of the first one.
    whole: Vec<u8>,
}

/// A result that is to be fetched before a study has ended here.
#[derive(Debug)]
struct Fetch {
    hash: [u8; 32],
    study: StudyName,
    end: Box<Study>,
}

impl Fetching {
    /// Begins to fetch the result of a study that has ended; gives what is asked now.
    ///
    /// One that is being fetched goes on where it is: what was asked last may have been lost.
    pub(super) fn begin(
        &mut self,
        hash: [u8; 32],
        study: StudyName,
        end: Box<Study>,
    ) -> Option<Said> {
        let at = self.all.iter().position(|fetch| fetch.study == study);
        let at = at.unwrap_or_else(|| {
            self.all.push_back(Fetch { hash, study, end });
            self.all.len() - 1
        });
        if at == 0 { self.ask() } else { None }
    }

    /// Takes a part; gives what the study's keeper is told if it was the last, and what is asked
    /// now.
    ///
    /// # Security
    ///
    /// What the coordinator sends unasked, twice, or beyond [`LONGEST`] is not kept.
    pub(super) fn take(
        &mut self,
        part: &v1::ResultPart,
    ) -> (Option<(StudyName, Command)>, Option<Said>) {
        let is_awaited = |fetch: &&Fetch| {
            part.study.as_ref() == fetch.hash && part.offset == self.whole.len() as u64
        };
        let Some(fetch) = self.all.front().filter(is_awaited) else {
            return (None, None);
        };
        let there = part.offset.saturating_add(part.content.len() as u64);
        let is_sound = part.total <= LONGEST
            && there <= part.total
            && (part.total == 0 || !part.content.is_empty());
        if is_sound {
            self.whole.extend_from_slice(&part.content);
            if there < part.total {
                return (None, self.ask());
            }
        } else {
            let bytes = part.total;
            warn!(study = %fetch.study, bytes, "the result is too long or malformed: it is not taken");
        }
        let whole = std::mem::take(&mut self.whole);
        let result = is_sound.then(|| read(&whole)).flatten();
        let ended = self.all.pop_front().map(|fetch| {
            let state = fetch.end;
            (fetch.study, Command::End { state, result })
        });
        (ended, self.ask())
    }

    /// Forgets all: the coordinator tells of the ends again.
    pub(super) fn clear(&mut self) {
        *self = Fetching::default();
    }

    fn ask(&self) -> Option<Said> {
        self.all.front().map(|fetch| {
            Said::Result(v1::ResultAsk {
                study: fetch.hash.to_vec().into(),
                offset: self.whole.len() as u64,
            })
        })
    }
}

fn read(whole: &[u8]) -> Option<Received> {
    let v1::StudyResult { model, report } = v1::StudyResult::decode(whole).ok()?;
    let is_there = !(model.is_empty() && report.is_empty());
    is_there.then_some(Received { model, report })
}

#[cfg(test)]
mod tests;
