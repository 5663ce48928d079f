//! A steward's decision: checked, kept, and only then told.

use std::collections::BTreeMap;

use consilium_identity::{Directory, PublicKey};
use consilium_journal::{Entry, Kind};
use consilium_mailbox::Fault;
use consilium_plan::{Decision, Failure, Grant, Lang, Plan, Rejected, SignedStatement};
use consilium_store::{
    StoreError,
    columns::damaged,
    decisions::{self, Nonce},
    settings, studies,
};

use super::own::{Decided, Own};
use crate::{
    home::{Home, study_name},
    wire,
};

/// Why a decision is not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum DecideError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The plan or the federation rules say no.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// The signer is no steward here.
    #[error("{name} is no steward of this institution, or has another key")]
    NoSteward { name: String },
    /// A waiver gives protection away, so it is only taken where it was asked for.
    #[error("the plan does not ask whether this institution's aggregate may become derivable")]
    NoWaiverAsked,
    /// What would be approved can't run here.
    #[error("{}", said(.0, Lang::En))]
    Obstacles(Vec<Failure>),
    /// Nothing can be decided about it any more.
    #[error("the study has ended")]
    Ended,
}

impl DecideError {
    /// Says whose fault it is.
    pub(crate) fn fault(&self) -> Fault {
        match self {
            DecideError::Store(error) => error.fault(),
            DecideError::Rejected(rejected) => rejected.fault(),
            _ => Fault::Input,
        }
    }

    /// Says it in Chinese, where it has no failure's text and is not the store's fault.
    pub(crate) fn in_chinese(&self) -> Option<String> {
        Some(match self {
            DecideError::Store(_) | DecideError::Rejected(_) => return None,
            DecideError::NoSteward { name } => {
                format!("{name} 不是本机构的数据管理员，或密钥不同")
            }
            DecideError::NoWaiverAsked => "方案没有询问是否允许本机构的合计可被推导".to_owned(),
            DecideError::Obstacles(obstacles) => said(obstacles, Lang::Zh),
            DecideError::Ended => "研究已结束".to_owned(),
        })
    }

    /// Gives it as a failure with code and remedy, where there is one.
    pub(crate) fn failure(&self) -> Option<Failure> {
        match self {
            DecideError::Rejected(rejected) => Some(rejected.failure()),
            _ => None,
        }
    }
}

/// Names the first of the obstacles, and a way around the very first: a refusal has to fit into
/// the headers of an answer.
fn said(obstacles: &[Failure], lang: Lang) -> String {
    let (colon, stop) = lang.pick((": ", "; "), ("：", "；"));
    let (named, more) = obstacles.split_at(obstacles.len().min(MOST_NAMED));
    let one = |(at, why): (usize, &Failure)| {
        let said = format!("{} ({})", why.what(lang), why.code);
        match at {
            0 => format!("{said}{colon}{}", why.remedy_before_end(lang)),
            _ => said,
        }
    };
    let mut said: Vec<String> = named.iter().enumerate().map(one).collect();
    if !more.is_empty() {
        let count = more.len();
        said.push(lang.pick(format!("and {count} more"), format!("另有 {count} 项")));
    }
    said.join(stop)
}

/// How many obstacles a refusal names.
const MOST_NAMED: usize = 3;
/// Where the keys of this institution's stewards are remembered.
const STEWARDS: &str = "stewards";

impl Home {
    /// Gives the keys of this institution's stewards, by their names.
    pub(crate) async fn stewards(&self) -> Result<BTreeMap<String, [u8; 32]>, StoreError> {
        let text = settings::get(&self.store, STEWARDS).await?;
        let read = text.map(|text| serde_json::from_str(&text)).transpose();
        Ok(read.map_err(|_| damaged("value"))?.unwrap_or_default())
    }

    /// Makes a steward's key known; it takes the place of an earlier one.
    pub(crate) async fn add_steward(&self, name: &str, key: &PublicKey) -> Result<(), StoreError> {
        let mut stewards = self.stewards().await?;
        stewards.insert(name.to_owned(), key.to_bytes());
        let text = wire::json(&stewards);
        let mut change = self.store.begin().await?;
        settings::set(&mut change, STEWARDS, &text).await?;
        let entry = Entry::new(self.ambient.now(), Kind::ROSTER).with("steward", name);
        change.log(&entry).await?;
        change.commit().await
    }

    /// Checks a decision, and gives where the study stands for this institution after it.
    ///
    /// # Errors
    ///
    /// If it is no steward's of this institution, or the study's rules say no.
    pub(crate) async fn admitted(
        &self,
        (plan, own): (&Plan, &Own),
        signed: &SignedStatement,
        steward: [u8; 32],
    ) -> Result<Own, DecideError> {
        let statement = &signed.statement;
        let signer = &statement.signer;
        let known = self.stewards().await?.get(signer.name.as_str()).copied();
        let key = known.filter(|key| *key == steward && signer.party == self.party);
        let key = key.and_then(|key| PublicKey::from_bytes(&key).ok());
        let key = key.ok_or_else(|| DecideError::NoSteward {
            name: signer.to_string(),
        })?;
        if let Decision::Approve(Grant { waiver: true, .. }) = &statement.decision
            && !plan.asks_waiver()
        {
            return Err(DecideError::NoWaiverAsked);
        }
        let mut next = own.clone();
        let directory = Directory::from([(signer.to_string(), key)]);
        next.register
            .admit(signed, &directory, self.ambient.now())?;
        next.decided.push(Decided {
            signed: signed.clone(),
            steward,
        });
        Ok(next)
    }

    /// Takes a decision: checks it, and keeps it with the study's next state.
    ///
    /// # Security
    ///
    /// The daemon holds no steward's key: it can repeat what a steward signed, and nothing else.
    pub(super) async fn decide(
        &self,
        (plan, own, from): (&Plan, &Own, studies::Version),
        signed: &SignedStatement,
        steward: [u8; 32],
    ) -> Result<(Own, studies::Version), DecideError> {
        let next = self.admitted((plan, own), signed, steward).await?;
        let statement = &signed.statement;
        let signer = &statement.signer;
        let study = study_name(&plan.hash());
        let received = self.ambient.now();
        let mut nonce = [0; 32];
        nonce[..16].copy_from_slice(&statement.nonce);
        let decision = decisions::Decision {
            study: study.clone(),
            party: self.party.clone(),
            nonce: Nonce(nonce),
            statement: statement.message(),
            signature: signed.signature(),
            received,
        };
        let advance = studies::Advance {
            study: &study,
            from,
            state: &next.text(),
            now: received,
        };
        let (kind, name) = match &statement.decision {
            Decision::Approve(_) => (Kind::APPROVAL, "approve"),
            Decision::Refuse => (Kind::REFUSAL, "refuse"),
            Decision::Revoke { .. } => (Kind::REVOCATION, "revoke"),
        };
        let mut entry = Entry::new(received, kind)
            .about(&study)
            .with("steward", signer)
            .with("decision", statement.id());
        if let Decision::Approve(grant) = &statement.decision {
            entry = entry
                .with("data-version", grant.data)
                .with("runs", grant.runs)
                .with("until", grant.until)
                .with("waiver", grant.waiver)
                .with("beside", grant.beside.len());
        }
        let mut change = self.store.begin().await?;
        decisions::add(&mut change, &decision).await?;
        let version = studies::advance(&mut change, advance).await?;
        change.log(&entry).await?;
        change.commit().await?;
        tracing::info!(%study, steward = %signer, decision = name, "a steward decided");
        Ok((next, version))
    }
}

#[cfg(test)]
mod tests {
    use consilium_plan::Code;

    use super::*;

    #[test]
    fn a_refusal_names_the_first_obstacles_and_counts_the_others() {
        let obstacle = |column: usize| {
            Failure::new(Code::DataColumnMissing)
                .with("column", format!("column-{column}"))
                .with("data", "rows")
        };
        let all: Vec<Failure> = (0..60).map(obstacle).collect();
        let (remedy, refused) = (
            all[0].remedy_before_end(Lang::En),
            DecideError::Obstacles(all),
        );
        let (english, chinese) = (refused.to_string(), refused.in_chinese().unwrap());
        for said in [&english, &chinese] {
            assert!(
                said.contains("column-2") && !said.contains("column-3"),
                "{said}"
            );
            assert!(said.len() < 1000, "{said}");
        }
        assert_eq!(english.matches(&remedy).count(), 1);
        assert!(english.ends_with("; and 57 more"), "{english}");
        assert!(chinese.ends_with("；另有 57 项"), "{chinese}");
        let one = DecideError::Obstacles(vec![obstacle(7)]).to_string();
        assert!(
            one.ends_with(&remedy.replace("column-0", "column-7")),
            "{one}"
        );
    }
}
