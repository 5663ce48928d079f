//! The book of openings outlives the process.

use std::sync::Arc;

use consilium_journal::{Body, Kind, StudyName, UnixTime};
use consilium_participant::store::{Book, Clock, Store, StoreError, StudyBook};
use consilium_secagg::{Entry, OpeningBook, SumNumber};

use crate::{begin, open, opened};

fn lines() -> Vec<Entry> {
    let number = SumNumber(4);
    vec![
        Entry::Input {
            number,
            input: [1; 32],
            question: [2; 32],
        },
        Entry::Opening {
            number,
            survivors: ["b".parse().unwrap(), "a".parse().unwrap()].into(),
        },
        Entry::Input {
            number: SumNumber(5),
            input: [3; 32],
            question: [2; 32],
        },
    ]
}

#[tokio::test]
async fn entries_are_there_after_a_restart_in_their_order() {
    let (store, study, folder) = opened().await;
    let clock: Clock = Arc::new(|| UnixTime(500));
    let mut book = StudyBook::new(
        store.clone(),
        (study.clone(), Book::Sums),
        Arc::clone(&clock),
    );
    for line in lines() {
        book.append(&line).await.unwrap();
    }
    drop(book);
    store.close().await;

    let store = open(&folder).await;
    let mut book = StudyBook::new(
        store.clone(),
        (study.clone(), Book::Sums),
        Arc::clone(&clock),
    );
    assert_eq!(book.entries().await.unwrap(), lines());
    let mut other = StudyBook::new(store, ("other".parse().unwrap(), Book::Sums), clock);
    assert_eq!(other.entries().await.unwrap(), []);
}

#[tokio::test]
async fn books_of_one_study_are_kept_apart() {
    let (store, study, _folder) = opened().await;
    let books = [Book::Sums, Book::Counts, Book::Ciphertexts];
    let open = |book| {
        StudyBook::new(
            store.clone(),
            (study.clone(), book),
            Arc::new(|| UnixTime(500)),
        )
    };
    for line in lines() {
        for book in books {
            open(book).append(&line).await.unwrap();
        }
    }
    open(Book::Counts).append(&lines()[1]).await.unwrap();
    for (book, more) in books.into_iter().zip([0, 1, 0]) {
        let entries = open(book).entries().await.unwrap();
        let more = lines().split_off(1).into_iter().take(more);
        assert_eq!(entries, [lines(), more.collect()].concat());
    }
    let logged = store.journal_of(&study, 0).await.unwrap();
    let named = logged.iter().map(|record| match &record.body {
        Body::Open { entry, .. } => entry.fields.get("book").map(String::as_str),
        Body::Redacted { .. } => panic!("it has them all"),
    });
    let (counts, ciphertexts) = (Some("counts"), Some("ciphertexts"));
    assert!(named.eq([None, counts, ciphertexts, counts]));
}

#[tokio::test]
async fn the_steward_finds_in_the_journal_from_which_sums_own_numbers_were_withheld() {
    let (store, study, _folder) = opened().await;
    let mut book = StudyBook::new(
        store.clone(),
        (study.clone(), Book::Sums),
        Arc::new(|| UnixTime(500)),
    );
    let withheld = Entry::Withheld {
        number: SumNumber(7),
        question: [2; 32],
    };
    book.append(&withheld).await.unwrap();
    assert_eq!(book.entries().await.unwrap(), [withheld]);
    let [record] = &store.journal_of(&study, 0).await.unwrap()[..] else {
        panic!()
    };
    let Body::Open { entry, .. } = &record.body else {
        panic!()
    };
    assert_eq!(entry.kind, Kind::WITHHELD);
    assert_eq!(entry.fields["number"], "7");
}

#[tokio::test]
async fn a_signed_survivor_set_is_in_the_journal_too() {
    let (store, study, _folder) = opened().await;
    let mut book = StudyBook::new(
        store.clone(),
        (study.clone(), Book::Sums),
        Arc::new(|| UnixTime(500)),
    );
    for line in lines() {
        book.append(&line).await.unwrap();
    }
    let [record] = &store.journal_of(&study, 0).await.unwrap()[..] else {
        panic!()
    };
    let Body::Open { entry, .. } = &record.body else {
        panic!()
    };
    assert_eq!(
        (entry.time, entry.fields["survivors"].as_str()),
        (UnixTime(500), "a b")
    );
    assert_eq!(entry.fields["number"], "4");
}

/// Puts a line into the book as it is.
async fn put(store: &Store, study: &StudyName, place: i64, line: &[u8]) {
    let mut change = begin(store).await;
    sqlx::query("INSERT INTO opening_book (study, place, line) VALUES ($1, $2, $3)")
        .bind(study.as_str())
        .bind(place)
        .bind(line)
        .execute(change.connection())
        .await
        .unwrap();
    change.commit().await.unwrap();
}

#[tokio::test]
async fn lines_are_written_and_read_as_ever() {
    let withheld = Entry::Withheld {
        number: SumNumber(300),
        question: [4; 32],
    };
    let mut written = lines();
    written.push(withheld);
    let kept = [
        [&[1, 0, 4][..], &[1; 32], &[2; 32]].concat(),
        vec![1, 1, 4, 2, 1, b'a', 1, b'b'],
        [&[1, 0, 5][..], &[3; 32], &[2; 32]].concat(),
        [&[1, 2, 172, 2][..], &[4; 32]].concat(),
    ];
    let clock: Clock = Arc::new(|| UnixTime(500));
    let (store, study, _folder) = opened().await;
    for (place, line) in (1..).zip(&kept) {
        put(&store, &study, place, line).await;
    }
    let mut book = StudyBook::new(store, (study, Book::Sums), Arc::clone(&clock));
    assert_eq!(book.entries().await.unwrap(), written);

    let (store, study, _folder) = opened().await;
    let mut book = StudyBook::new(store.clone(), (study, Book::Sums), clock);
    for line in &written {
        book.append(line).await.unwrap();
    }
    let query = sqlx::query_scalar("SELECT line FROM opening_book ORDER BY place");
    let there: Vec<Vec<u8>> = query.fetch_all(store.readers()).await.unwrap();
    assert_eq!(there, kept);
}

#[tokio::test]
async fn a_line_of_a_later_program_is_not_misread() {
    let (store, study, _folder) = opened().await;
    put(&store, &study, 1, &[2, 0, 4]).await;
    let mut book = StudyBook::new(store, (study, Book::Sums), Arc::new(|| UnixTime(500)));
    let error = book.entries().await.unwrap_err();
    let source = error.source.downcast_ref::<StoreError>();
    assert!(
        matches!(source, Some(StoreError::FormatNewer { format: 2, .. })),
        "{source:?}"
    );
}

#[tokio::test]
async fn nothing_is_appended_for_a_study_that_nobody_knows() {
    let (store, _, _folder) = opened().await;
    let clock = Arc::new(|| UnixTime(500));
    let mut book = StudyBook::new(store, ("unknown".parse().unwrap(), Book::Sums), clock);
    let error = book.append(&lines()[0]).await.unwrap_err();
    assert_eq!(error.doing, "written");
    assert!(error.source.downcast_ref::<StoreError>().is_some());
}
