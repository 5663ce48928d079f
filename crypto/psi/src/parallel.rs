//! Curve arithmetic on several threads, charged to the party and the step.

use std::{num::NonZeroUsize, panic::resume_unwind, thread};

use consilium_mailbox::Mailbox;

/// Elements below which another thread is not worth its start.
const FEWEST: usize = 32;

/// Works on parts of `elements` on as many threads; gives the results in order.
pub(crate) fn spread<T: Sync, R: Send>(
    mail: &Mailbox,
    step: &'static str,
    threads: NonZeroUsize,
    elements: &[T],
    work: impl Fn(&[T]) -> R + Sync,
) -> Vec<R> {
    let part = elements.len().div_ceil(threads.get()).max(FEWEST);
    let work = &work;
    mail.compute(step, || {
        thread::scope(|scope| {
            let mut parts = elements.chunks(part);
            let first = parts.next();
            // Every thread has a clock of its own, so every thread charges for itself.
            let others: Vec<_> = parts
                .map(|part| scope.spawn(move || mail.compute(step, || work(part))))
                .collect();
            let mut results: Vec<R> = first.map(work).into_iter().collect();
            for other in others {
                results.push(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
            }
            results
        })
    })
}

#[cfg(test)]
mod tests {
    use consilium_base::Tagged;
    use consilium_mailbox::mem;

    use super::*;

    const STEP: &str = "test.1.work";

    fn work(numbers: &[u64]) -> Vec<u8> {
        let hash = |&number: &u64| {
            let mut digest = [0; 32];
            for _ in 0..100 {
                digest = Tagged::new(STEP).number(number).field(&digest).digest();
            }
            digest[0]
        };
        numbers.iter().map(hash).collect()
    }

    #[tokio::test]
    async fn the_work_of_every_thread_is_charged_and_comes_in_order() {
        let parties = ["one".parse().unwrap(), "other".parse().unwrap()];
        let mails = mem::mailboxes(&parties);
        let numbers: Vec<u64> = (0..1000).collect();
        for (mail, threads) in mails.iter().zip([1, 4]) {
            let threads = NonZeroUsize::new(threads).unwrap();
            let parts = spread(mail, STEP, threads, &numbers, work);
            assert_eq!(parts.len(), threads.get());
            assert_eq!(parts.concat(), work(&numbers));
        }
        let [one, four] = [&mails[0], &mails[1]].map(|mail| mail.account().total().cpu);
        // One thread's share alone would be a quarter.
        assert!(four > one / 2, "{four:?} {one:?}");
    }

    #[tokio::test]
    async fn no_elements_are_no_work() {
        let mails = mem::mailboxes(&["one".parse().unwrap()]);
        let parts = spread(&mails[0], STEP, NonZeroUsize::MIN, &[], work);
        assert!(parts.is_empty());
    }
}
