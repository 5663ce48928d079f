//! An aggregator in the hands of a test.

use std::sync::OnceLock;

use bytes::{Bytes, BytesMut};
use consilium_mailbox::{Mailbox, Message, PartyId, Quorum, RunId, sim::World};
use consilium_secagg::{Contribute as _, Input, SumError, SumShape};
use tokio::task::JoinHandle;

use crate::{
    federation::{Federation, Member},
    wire::{
        Advertised, Answered, Cohort, Fingerprint, Listed, Masked, Received, Signatures, Signed,
        Survivors, read,
    },
};

/// An aggregator that does by hand what its test says.
pub(crate) struct Liar {
    federation: Federation,
    pub(crate) world: World,
    pub(crate) mail: Mailbox,
    members: Vec<JoinHandle<(Member, Result<(), SumError>)>>,
    /// What it says was opened before: what contributors said, unless its test says otherwise.
    pub(crate) opened: OnceLock<Bytes>,
}

impl Liar {
    pub(crate) fn over(federation: Federation, shape: SumShape) -> Liar {
        let members = federation.members();
        Liar::over_members(federation, World::new(1), RunId([1; 16]), shape, members)
    }

    pub(crate) fn over_members(
        mut federation: Federation,
        world: World,
        run: RunId,
        shape: SumShape,
        members: Vec<Member>,
    ) -> Liar {
        federation.terms.carry_over = false;
        let mut mailboxes = world.mailboxes(&federation.parties(), run);
        let mail = mailboxes
            .remove(0)
            .scope(format!("sum-{}", shape.number.0))
            .scope("fresh");
        let members = members.into_iter().zip(mailboxes).enumerate();
        let members = members.map(|(index, (mut member, mail))| {
            let input = federation.input(index, &shape);
            tokio::spawn(async move {
                let ended = member.contribute(&mail, &shape, Input::Own(&input)).await;
                if ended.is_ok() {
                    mail.finish();
                }
                (member, ended)
            })
        });
        let members = members.collect();
        Liar {
            federation,
            world,
            mail,
            members,
            opened: OnceLock::new(),
        }
    }

    pub(crate) fn roster(&self) -> &[PartyId] {
        &self.federation.terms.roster
    }

    pub(crate) fn all(&self) -> Vec<u32> {
        (0..u32::try_from(self.roster().len()).unwrap()).collect()
    }

    pub(crate) async fn gather<M: Message>(&self, mail: &Mailbox) -> Vec<M> {
        let n = self.roster().len();
        let quorum = Quorum {
            at_least: n,
            within: self.federation.terms.patience,
        };
        let arrived = mail
            .gather::<M>(self.roster(), quorum)
            .await
            .unwrap()
            .arrived;
        arrived.into_iter().map(|(_, message)| message).collect()
    }

    /// Collects keys.
    pub(crate) async fn advertised(&self) -> Vec<Advertised> {
        self.gather(&self.mail.scope("setup")).await
    }

    /// Lists keys truthfully.
    pub(crate) async fn list(&self, shown: &[Advertised]) {
        let listed = listed(shown);
        self.mail
            .scope("setup")
            .broadcast(self.roster(), &listed)
            .await
            .unwrap();
    }

    /// Does everything honestly up to the masked vectors.
    pub(crate) async fn set_up(&self) -> Vec<Masked> {
        let shown = self.advertised().await;
        self.list(&shown).await;
        let mail = self.mail.scope("setup");
        let _: Vec<Received> = self.gather(&mail).await;
        mail.broadcast(
            self.roster(),
            &Cohort {
                members: self.all(),
            },
        )
        .await
        .unwrap();
        let masked: Vec<Masked> = self.gather(&self.mail).await;
        let told: Vec<u8> = masked.iter().flat_map(|it| it.opened.to_vec()).collect();
        self.opened.set(told.into()).ok();
        masked
    }

    pub(crate) async fn survivors(&self, to: usize, members: &[u32]) {
        let members = members.to_vec();
        let opened = self.opened.get().unwrap().clone();
        self.mail
            .send(&self.roster()[to], &Survivors { members, opened })
            .await
            .unwrap();
    }

    /// Collects all signatures and shows those of `signers` to everybody.
    pub(crate) async fn signatures(&self, signers: &[u32]) {
        let signed: Vec<Signed> = self.gather(&self.mail).await;
        let mut signatures = BytesMut::new();
        for &signer in signers {
            signatures.extend_from_slice(&signed[signer as usize].signature);
        }
        let shown = Signatures {
            signers: signers.to_vec(),
            signatures: signatures.freeze(),
        };
        self.mail.broadcast(self.roster(), &shown).await.unwrap();
    }

    /// Collects the signatures of some, for as long as the patience lasts, and shows them to all.
    pub(crate) async fn signatures_of(&self, signers: &[u32]) {
        let asked: Vec<PartyId> = signers
            .iter()
            .map(|signer| self.roster()[*signer as usize].clone())
            .collect();
        let quorum = Quorum {
            at_least: 0,
            within: self.federation.terms.patience,
        };
        let signed = self.mail.gather::<Signed>(&asked, quorum).await.unwrap();
        let arrived = signed.arrived;
        let signers = arrived.iter().map(|(party, _)| {
            let place = self.roster().iter().position(|it| it == party);
            u32::try_from(place.unwrap()).unwrap()
        });
        let signatures: Vec<u8> = arrived
            .iter()
            .flat_map(|(_, it)| it.signature.to_vec())
            .collect();
        let shown = Signatures {
            signers: signers.collect(),
            signatures: signatures.into(),
        };
        self.mail.broadcast(self.roster(), &shown).await.unwrap();
        self.mail.gather::<Answered>(&asked, quorum).await.unwrap();
    }

    /// Leaves, and gives how each contributor ended and how many answers were ever sent.
    pub(crate) async fn end(self) -> (Vec<Member>, Vec<Result<(), SumError>>, usize) {
        self.mail.finish();
        let (mut members, mut ended) = (Vec::new(), Vec::new());
        for member in self.members {
            let (member, result) = member.await.unwrap();
            members.push(member);
            ended.push(result);
        }
        let answers = self
            .world
            .transcript()
            .iter()
            .filter_map(read::<Answered>)
            .count();
        (members, ended, answers)
    }
}

/// Lists what contributors advertised.
pub(crate) fn listed(shown: &[Advertised]) -> Listed {
    let indexed = || (0_u32..).zip(shown);
    let fingerprints = indexed()
        .map(|(index, shown)| fingerprint(index, shown))
        .collect();
    let neighbours = indexed()
        .map(|(index, shown)| (index, shown.clone()))
        .collect();
    Listed {
        fingerprints,
        neighbours,
    }
}

fn fingerprint(index: u32, shown: &Advertised) -> Fingerprint {
    let hash = consilium_base::Tagged::new("secagg.1.fingerprint");
    let hash = hash.field(&shown.keys).field(&shown.self_mask);
    Fingerprint {
        index,
        secrets: hash.digest(),
        graph: shown.graph,
    }
}
