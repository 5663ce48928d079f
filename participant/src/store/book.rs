//! The book of openings, on disk before anything leaves the house.

use std::{fmt, sync::Arc};

use consilium_journal::{Entry as Logged, Kind, StudyName, UnixTime};
use consilium_mailbox::PartyId;
use consilium_secagg::{BookError, Entry, OpeningBook};
use consilium_store::{
    Format, Store, StoreError,
    columns::{Columns as _, damaged},
};

/// The format of a line: its number, then the entry.
const FORMAT: Format = Format(1);

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> UnixTime + Send + Sync>;

/// Which book of a study: sums that are numbered apart stand in books of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Book {
    /// Of a study with one kind of sums.
    Sums,
    /// Of counts, which the coordinator opens.
    Counts,
    /// Of ciphertexts, whose sums the label holder opens.
    Ciphertexts,
}

impl Book {
    /// Gives its name.
    pub fn name(self) -> &'static str {
        match self {
            Book::Sums => "sums",
            Book::Counts => "counts",
            Book::Ciphertexts => "ciphertexts",
        }
    }
}

/// What this party has contributed and signed in one study, in one of its books.
///
/// A signed survivor set goes into the journal with the same commit, and so does that own numbers
/// were withheld from a sum: the steward learns it, and the coordinator does not.
#[derive(Clone)]
pub struct StudyBook {
    store: Store,
    study: StudyName,
    book: Book,
    clock: Clock,
}

impl StudyBook {
    /// Opens a book of a study that the store knows.
    pub fn new(store: Store, (study, book): (StudyName, Book), clock: Clock) -> StudyBook {
        StudyBook {
            store,
            study,
            book,
            clock,
        }
    }

    async fn read(&self) -> Result<Vec<Entry>, StoreError> {
        let query = "SELECT line FROM opening_book WHERE study = $1 AND book = $2 ORDER BY place";
        let rows = sqlx::query(query)
            .bind(self.study.as_str())
            .bind(self.book.name())
            .fetch_all(self.store.readers())
            .await?;
        let lines = rows.iter().map(|row| self.entry(&row.bytes("line")?));
        lines.collect()
    }

    fn entry(&self, line: &[u8]) -> Result<Entry, StoreError> {
        let damaged = |_| damaged("line");
        let (format, entry) = postcard::take_from_bytes(line).map_err(damaged)?;
        FORMAT.check(&self.study, format)?;
        postcard::from_bytes(entry).map_err(damaged)
    }

    async fn write(&self, entry: &Entry) -> Result<(), StoreError> {
        let line = postcard::to_stdvec(&FORMAT.of(entry));
        let line = line.expect("numbers, hashes and names always serialise");
        let mut change = self.store.begin().await?;
        sqlx::query(
            "INSERT INTO opening_book (study, place, book, line) \
             SELECT $1, COALESCE(MAX(place), 0) + 1, $2, $3 FROM opening_book WHERE study = $1",
        )
        .bind(self.study.as_str())
        .bind(self.book.name())
        .bind(line)
        .execute(change.connection())
        .await?;
        let logged = |kind| {
            let logged = Logged::new((self.clock)(), kind).about(&self.study);
            match self.book {
                Book::Sums => logged,
                book => logged.with("book", book.name()),
            }
        };
        let logged = match entry {
            Entry::Input { .. } => None,
            Entry::Opening { number, survivors } => {
                let survivors: Vec<&str> = survivors.iter().map(PartyId::as_str).collect();
                let logged = logged(Kind::OPENING).with("number", number.0);
                Some(logged.with("survivors", survivors.join(" ")))
            }
            Entry::Withheld { number, .. } => Some(logged(Kind::WITHHELD).with("number", number.0)),
        };
        if let Some(logged) = logged {
            change.log(&logged).await?;
        }
        change.commit().await
    }
}

impl OpeningBook for StudyBook {
    async fn entries(&mut self) -> Result<Vec<Entry>, BookError> {
        let source = |error| BookError {
            doing: "read",
            source: Box::new(error),
        };
        self.read().await.map_err(source)
    }

    async fn append(&mut self, entry: &Entry) -> Result<(), BookError> {
        let source = |error| BookError {
            doing: "written",
            source: Box::new(error),
        };
        self.write(entry).await.map_err(source)
    }
}

impl fmt::Debug for StudyBook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StudyBook")
            .field("study", &self.study)
            .field("book", &self.book)
            .finish_non_exhaustive()
    }
}
