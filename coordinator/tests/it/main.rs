//! Tests of the coordinator. What is kept is tested on both engines.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod daemon;
mod enrolment;
mod faults;
mod killed;
mod openings;
mod place;
mod postgres;
mod studies;

/// Makes each named `async fn(Place)` a test on SQLite and one on PostgreSQL.
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name(crate::place::sqlite()).await;
            })+
        }

        mod on_postgres {
            $(#[tokio::test]
            async fn $name() {
                if let Some(place) = crate::place::postgres().await {
                    super::$name(place).await;
                }
            })+
        }
    };
}
use on_both_engines;
