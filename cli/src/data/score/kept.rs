//! The folder in which the cards of one data set for one purpose are kept.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use consilium_plan::Lang;
use consilium_scorecard::{Card, Signed};

use super::page;
use crate::{data::folder, hint::OrHint as _, new_file};

/// The last card.
pub(super) const CARD: &str = "card.json";
/// The folder of all cards, the last one included: a file each, which nothing changes.
const CARDS: &str = "cards";

/// A folder of cards.
#[derive(Debug)]
pub(super) struct Kept {
    folder: PathBuf,
    /// The earliest first.
    cards: Vec<Card>,
    /// The number of the last one, or 0.
    last: u32,
}

impl Kept {
    /// Opens a folder, which is made if it isn't there, for its owner alone.
    pub(super) fn open(folder: &Path, lang: Lang) -> anyhow::Result<Kept> {
        let named = || folder.display().to_string();
        match folder::make(folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => {
                made.with_context(named)?;
                return Self::existing(folder, lang);
            }
        }
        folder::check(folder, lang)?;
        let is_empty = fs::read_dir(folder).with_context(named)?.count() == 0;
        if is_empty || folder.join(CARDS).is_dir() {
            return Self::existing(folder, lang);
        }
        bail!(lang.pick(
            format!("{} holds other things than scorecards", named()),
            format!("{} 中有评分卡以外的内容", named()),
        ));
    }

    /// Reads the cards of a folder.
    pub(super) fn existing(folder: &Path, lang: Lang) -> anyhow::Result<Kept> {
        let cards = folder.join(CARDS);
        let mut paths = files(&cards).with_context(|| cards.display().to_string())?;
        paths.sort();
        let numbers = paths.iter().filter_map(|path| number(path));
        let last = numbers.max().unwrap_or(0);
        let cards = paths.iter().map(|path| Ok(super::read(path, lang)?.card));
        let cards = cards.collect::<anyhow::Result<_>>()?;
        Ok(Kept {
            folder: folder.to_owned(),
            cards,
            last,
        })
    }

    /// Gives all cards, the earliest first.
    pub(super) fn cards(&self) -> &[Card] {
        &self.cards
    }

    /// Sees that a card belongs to those that are kept here.
    pub(super) fn belongs(&self, card: &Card, lang: Lang) -> anyhow::Result<()> {
        let of = |card: &Card| {
            let id = card.purpose.id().to_owned();
            (card.institution.clone(), card.data_set.clone(), id)
        };
        let Some(other) = self.cards.iter().find(|it| of(it) != of(card)) else {
            return Ok(());
        };
        let (set, purpose) = (&other.data_set, other.purpose.id());
        Err(anyhow::anyhow!(lang.pick(
            format!("the folder keeps cards of {set} for {purpose}"),
            format!("该文件夹保存的是 {set} 用于 {purpose} 的评分卡"),
        )))
        .or_hint(lang.pick(
            "name another folder with --out",
            "请用 --out 指定另一个文件夹",
        ))
    }

    /// Adds a card, and leaves it with its page and its public part in the places of the last one's.
    pub(super) fn add(mut self, signed: &Signed, lang: Lang) -> anyhow::Result<()> {
        let card = &signed.card;
        let json = serde_json::to_string_pretty(signed)? + "\n";
        if json.len() > Card::LONGEST {
            bail!(lang.pick("the card is too long", "评分卡过长"));
        }
        let cards = self.folder.join(CARDS);
        if let Err(error) = folder::make(&cards) {
            let known = error.kind() == io::ErrorKind::AlreadyExists;
            known.then_some(()).ok_or(error).context(CARDS)?;
        }
        // Of two processes at once, one finds the number taken.
        let path = cards.join(format!("{:06}.json", self.last.saturating_add(1)));
        let mut file = new_file::create_private(&path, lang)?;
        file.write_all(json.as_bytes())
            .and_then(|()| file.sync_data())
            .with_context(|| path.display().to_string())?;
        self.cards.push(card.clone());
        let public = serde_json::to_string_pretty(&signed.public())? + "\n";
        self.leave("public.json", &public)?;
        self.leave("card.html", &page::html(signed, &self.cards, lang))?;
        self.leave(CARD, &json)
    }

    /// Leaves a file for the owner alone in the place of an earlier one.
    fn leave(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let path = self.folder.join(name);
        let left = || -> io::Result<()> {
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            file.write_all(text.as_bytes())?;
            file.as_file().sync_data()?;
            file.persist(&path)?;
            Ok(())
        };
        left().with_context(|| path.display().to_string())
    }
}

/// The files of a folder, if it is there.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// The number that a card's file is called by.
fn number(path: &Path) -> Option<u32> {
    path.file_stem()?.to_str()?.parse().ok()
}
