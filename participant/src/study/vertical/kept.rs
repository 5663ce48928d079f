//! What a run keeps after each tree, so that another one goes on from there.

use std::{marker::PhantomData, path::PathBuf};

use consilium_base::Tagged;
use consilium_gbdt::vertical::{Progress, Watch};
use consilium_mailbox::Mailbox;
use consilium_node::files::{self, FileError};
use consilium_plan::PlanHash;
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::mpsc;

use super::KEEPING;
use crate::{home::Home, study::spills::folder_of};

/// The file with a side of the fit, stamped, and whoever hears how far it is.
pub(super) struct Kept<S> {
    path: PathBuf,
    study: PlanHash,
    /// What it costs is charged to.
    mail: Mailbox,
    heard: Option<mpsc::UnboundedSender<Progress>>,
    /// Why the last one could not be written.
    pub(super) unkept: Option<FileError>,
    side: PhantomData<S>,
}

/// What lies there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found<S> {
    /// Nothing.
    Absent,
    /// No tree yet, but the mark of a run that was about to begin one.
    Begun,
    Side(S),
    /// Not what a run of the study wrote.
    Damaged,
}

const STAMP: usize = 32;

impl<S> Kept<S> {
    pub(super) fn of(home: &Home, study: &PlanHash, mail: &Mailbox) -> Kept<S> {
        Kept {
            path: folder_of(home, study).join("trees"),
            study: *study,
            mail: mail.clone(),
            heard: None,
            unkept: None,
            side: PhantomData,
        }
    }

    /// Gives what hears how far the fit is, until [`Kept::fall_silent`].
    pub(super) fn telling(&mut self) -> mpsc::UnboundedReceiver<Progress> {
        let (heard, progress) = mpsc::unbounded_channel();
        self.heard = Some(heard);
        progress
    }

    /// Says that there is nothing more to hear.
    pub(super) fn fall_silent(&mut self) {
        self.heard = None;
    }

    fn stamp(&self, side: &[u8]) -> [u8; STAMP] {
        Tagged::new("participant.1.kept-trees")
            .field(self.study.as_bytes())
            .field(side)
            .digest()
    }
}

impl<S: DeserializeOwned> Kept<S> {
    /// Gives what was kept last.
    pub(super) fn read(&self) -> Result<Found<S>, FileError> {
        let Some(kept) = files::read_bytes_if_there(&self.path)? else {
            return Ok(Found::Absent);
        };
        let Some((stamp, side)) = kept.split_first_chunk::<STAMP>() else {
            return Ok(Found::Damaged);
        };
        if *stamp != self.stamp(side) {
            return Ok(Found::Damaged);
        }
        Ok(match postcard::from_bytes(side) {
            Ok(Some(side)) => Found::Side(side),
            Ok(None) => Found::Begun,
            Err(_) => Found::Damaged,
        })
    }
}

impl<S: Serialize> Kept<S> {
    /// Marks that trees begin.
    pub(super) fn begin(&self) -> Result<(), FileError> {
        self.write(None)
    }

    fn write(&self, side: Option<&S>) -> Result<(), FileError> {
        self.mail.compute(KEEPING, || {
            let side = postcard::to_stdvec(&side).expect("numbers and lists always serialise");
            let kept = [&self.stamp(&side)[..], &side].concat();
            files::write(&self.path, &kept)
        })
    }
}

impl<S: Serialize> Watch<S> for Kept<S> {
    fn keep(&mut self, side: &S) -> Result<(), String> {
        self.write(Some(side)).map_err(|error| {
            let said = error.to_string();
            self.unkept = Some(error);
            said
        })
    }

    fn hear(&mut self, progress: Progress) {
        if let Some(heard) = &self.heard {
            // Whoever no longer listens has given the run up.
            heard.send(progress).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use consilium_mailbox::mem;

    use super::*;

    fn of(folder: &tempfile::TempDir, study: u8) -> Kept<Vec<u32>> {
        Kept {
            path: folder.path().join("study").join("trees"),
            study: PlanHash::from_bytes([study; 32]),
            mail: mem::mailboxes(&["a".parse().unwrap()]).remove(0),
            heard: None,
            unkept: None,
            side: PhantomData,
        }
    }

    #[test]
    fn what_was_kept_last_is_read_and_nothing_else_is_taken_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut kept = of(&folder, 1);
        assert_eq!(kept.read().unwrap(), Found::Absent);
        kept.begin().unwrap();
        assert_eq!(kept.read().unwrap(), Found::Begun);
        kept.keep(&vec![7]).unwrap();
        kept.keep(&vec![7, 8]).unwrap();
        assert_eq!(kept.read().unwrap(), Found::Side(vec![7, 8]));
        assert_eq!(of(&folder, 2).read().unwrap(), Found::Damaged);
        let whole = std::fs::read(&kept.path).unwrap();
        for place in 0..whole.len() {
            let mut changed = whole.clone();
            changed[place] ^= 1;
            std::fs::write(&kept.path, changed).unwrap();
            assert_eq!(kept.read().unwrap(), Found::Damaged, "{place}");
        }
        for length in 0..whole.len() {
            std::fs::write(&kept.path, &whole[..length]).unwrap();
            assert_eq!(kept.read().unwrap(), Found::Damaged, "{length}");
        }
    }

    #[test]
    fn why_nothing_could_be_kept_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("study"), "in the way").unwrap();
        let mut kept = of(&folder, 1);
        kept.keep(&vec![7]).unwrap_err();
        assert!(kept.unkept.is_some());
    }
}
