//! An insurer with a list and hospitals that use codes, in any world.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroUsize,
};

use consilium_base::Seed;
use consilium_dictionary::{
    Answer, Band, DictionaryError, Place, Terms, Told, Usage, hold, respond,
};
use consilium_mailbox::{Content, Frame, Mailbox, Message, PartyId, RunId, sim::World};
use serde::{Deserialize, Serialize};

/// The answer as docs/protocols/dictionary.md says, written again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Answered {
    pub(crate) missing: Vec<(String, u64)>,
    pub(crate) rows: u64,
    pub(crate) rare: u64,
    pub(crate) unclear: u64,
}

impl Message for Answered {
    const STEP: &'static str = "dictionary.1.answered";
}

pub(crate) fn party(name: &str) -> PartyId {
    name.parse().unwrap()
}

pub(crate) fn insurer() -> PartyId {
    party("insurer")
}

/// What a hospital's rows use: codes with their rows.
pub(crate) type Rows = BTreeMap<String, u64>;

pub(crate) fn rows<'a>(codes: impl IntoIterator<Item = (&'a str, u64)>) -> Rows {
    let codes = codes.into_iter();
    codes.map(|(code, rows)| (code.to_owned(), rows)).collect()
}

/// The insurer's list, and the hospitals' rows by name.
#[derive(Clone)]
pub(crate) struct Check {
    pub(crate) terms: Terms,
    pub(crate) list: BTreeSet<String>,
    pub(crate) hospitals: BTreeMap<PartyId, Rows>,
    pub(crate) unclear: u64,
    pub(crate) runs: u8,
}

/// What came of a run.
pub(crate) struct Ended {
    pub(crate) holder: Result<BTreeMap<PartyId, Told>, DictionaryError>,
    pub(crate) respondents: BTreeMap<PartyId, Result<Answer, DictionaryError>>,
}

/// A letter and two digits.
pub(crate) fn is_code(text: &str) -> bool {
    let mut letters = text.chars();
    letters
        .next()
        .is_some_and(|first| first.is_ascii_uppercase())
        && text.len() == 3
        && letters.all(|it| it.is_ascii_digit())
}

impl Check {
    /// One hospital with frequent, rare and listed codes.
    pub(crate) fn new() -> Check {
        let hospital = rows([
            ("A01", 310),
            ("B02", 47),
            ("C03", 9),
            ("D04", 10),
            ("E05", 1),
        ]);
        Check {
            terms: Terms {
                study: [7; 32],
                system: "test".to_owned(),
                minimum: 10,
                most_codes: 16,
            },
            list: ["A01", "C03", "Z99"].map(str::to_owned).into(),
            hospitals: [(party("hospital"), hospital)].into(),
            unclear: 3,
            runs: 0,
        }
    }

    /// Runs once.
    pub(crate) async fn run(&mut self, world: &World) -> Ended {
        self.run_under([self.terms.clone(), self.terms.clone()], world)
            .await
    }

    /// Runs once, the insurer and the hospitals each under terms of their own.
    pub(crate) async fn run_under(&mut self, terms: [Terms; 2], world: &World) -> Ended {
        self.runs += 1;
        let names: Vec<PartyId> = self.hospitals.keys().cloned().collect();
        let all: Vec<PartyId> = std::iter::once(insurer()).chain(names.clone()).collect();
        let mails = world.mailboxes(&all, RunId([self.runs; 16]));
        let (at_holder, others) = mails.split_first().unwrap();
        let (holder_seed, holder) = (Seed::from_bytes([1; 32]), insurer());
        let holds = Place {
            mail: at_holder,
            terms: &terms[0],
            secret: &holder_seed,
            threads: NonZeroUsize::new(2).unwrap(),
        };
        let holding = leaving(at_holder, hold(&holds, &self.list, &names, &is_code));
        let unclear = self.unclear;
        let responding = others
            .iter()
            .zip(&self.hospitals)
            .map(|(mail, (name, codes))| {
                let (terms, holder) = (&terms[1], &holder);
                async move {
                    let secret =
                        Seed::from_bytes([2; 32]).derive("test.1", &[name.as_str().as_bytes()]);
                    let responds = Place {
                        mail,
                        terms,
                        secret: &secret,
                        threads: NonZeroUsize::MIN,
                    };
                    let mut usage = Usage::default();
                    for (code, rows) in codes {
                        usage.add(code, *rows);
                    }
                    usage.add_unclear(unclear);
                    let answer = leaving(mail, respond(&responds, holder, &usage)).await;
                    (name.clone(), answer)
                }
            });
        let (holder, answers) = tokio::join!(
            Box::pin(holding),
            futures_util::future::join_all(responding)
        );
        Ended {
            holder,
            respondents: answers.into_iter().collect(),
        }
    }

    /// What comes out must be what two tables side by side give.
    pub(crate) fn check(&self, ended: Ended) {
        let told = ended.holder.unwrap();
        assert!(told.keys().eq(self.hospitals.keys()));
        let minimum = self.terms.minimum;
        for (name, codes) in &self.hospitals {
            let frequent = || codes.iter().filter(|(_, rows)| **rows >= minimum);
            let sum = |codes: Vec<&u64>| codes.into_iter().sum::<u64>();
            let compared = sum(frequent().map(|(_, rows)| rows).collect());
            let all = sum(codes.values().collect());
            let missing = frequent().filter(|(code, _)| !self.list.contains(*code));
            let band = |rows| Band::of(rows, minimum);
            let due = Told {
                missing: missing
                    .map(|(code, rows)| (code.clone(), band(*rows)))
                    .collect(),
                rows: band(all),
                rare: band(all - compared),
                unclear: band(self.unclear),
            };
            let answer = ended.respondents[name].as_ref().unwrap();
            assert_eq!(told[name], due);
            assert_eq!(answer.told, due);
            let listed = frequent().filter(|(code, _)| self.list.contains(*code));
            let listed: Vec<&u64> = listed.map(|(_, rows)| rows).collect();
            assert_eq!(answer.listed.codes, listed.len() as u64);
            assert_eq!(answer.listed.rows, sum(listed));
            assert_eq!(answer.compared.codes, frequent().count() as u64);
            assert_eq!(answer.compared.rows, compared);
        }
    }
}

/// Ends a party's part as a daemon does: in good order, or by leaving.
async fn leaving<T>(
    mail: &Mailbox,
    work: impl Future<Output = Result<T, DictionaryError>>,
) -> Result<T, DictionaryError> {
    let result = work.await;
    if result.is_ok() {
        mail.clone().finish();
    }
    result
}

/// The frame's body.
pub(crate) fn body(frame: &Frame) -> &[u8] {
    match &frame.content {
        Content::Body(body) => body,
        Content::Aborted(_) => &[],
    }
}

/// Changes what a hospital answers.
pub(crate) fn lying(world: &World, lie: impl Fn(&mut Answered) + Send + 'static) {
    world.tamper(move |frame| {
        if *frame.step == *Answered::STEP {
            let mut answered: Answered = postcard::from_bytes(body(frame)).unwrap();
            lie(&mut answered);
            frame.content = Content::Body(postcard::to_stdvec(&answered).unwrap().into());
        }
    });
}
