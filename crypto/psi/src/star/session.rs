//! Beginning a run, or taking up one that broke off: m1 and m2.

use consilium_base::{Digest, Tagged};
use consilium_mailbox::Message as _;
use rand_core::CryptoRng;

use super::{
    messages::{Confirmed, Declared},
    terms::Roles,
};
use crate::{
    Breach, PsiError, Sizes, Spill,
    error::check_length,
    opening::Said,
    session::{Labels, Opening, Session},
};

const LABELS: Labels = Labels {
    record: "star",
    step: Declared::STEP,
    set: ("psi-star.1.salt", "psi-star.1.commitment"),
    session: "psi-star.1.session",
    peer: "psi-star.1.peer",
};

/// m1 and m2: declares the own set, checks the others', and resumes if all can.
pub(super) async fn open(
    roles: &Roles<'_>,
    sizes: Sizes,
    spill: &mut dyn Spill,
    rng: &mut impl CryptoRng,
) -> Result<Session, PsiError> {
    let (party, mail) = (roles.party, roles.party.mail);
    let opening = Opening {
        labels: &LABELS,
        mail,
        others: &roles.others,
        terms: party.terms,
        items: party.items,
        secret: party.secret,
        sizes,
        keepers: &[party.leader],
    };
    let (ours, record) = opening.declare(roles.terms(sizes), spill, rng)?;
    let declared = Declared(ours.clone());
    mail.broadcast(&roles.others, &declared).await?;
    let mut theirs = Vec::new();
    for peer in &roles.others {
        let Declared(declared) = mail.recv(peer).await?;
        theirs.push(declared);
    }
    let session = opening.session(&ours, &theirs, record)?;
    let mut said: Vec<Said<'_>> = roles.others.iter().zip(&theirs).collect();
    said.push((mail.me(), &ours));
    said.sort_by_key(|(name, _)| *name);
    confirm(roles, &said).await?;
    Ok(session)
}

/// m2: checks that every party declared the same to all.
async fn confirm(roles: &Roles<'_>, said: &[Said<'_>]) -> Result<(), PsiError> {
    let mail = roles.party.mail;
    let views: Vec<Digest> = said.iter().map(|word| view(*word)).collect();
    let confirmed = Confirmed {
        views: views.as_flattened().to_vec().into(),
    };
    mail.broadcast(&roles.others, &confirmed).await?;
    for peer in &roles.others {
        let Confirmed { views: theirs } = mail.recv(peer).await?;
        check_length(peer, &theirs, size_of_val(&views[..]))?;
        let pairs = said.iter().zip(views.iter().zip(theirs.as_chunks().0));
        for ((name, _), (ours, theirs)) in pairs {
            if ours != theirs {
                // What a party says of this one, this one knows better.
                let liar = if *name == mail.me() { peer } else { name };
                return Err(PsiError::breach(liar, Breach::TwoFaced));
            }
        }
    }
    Ok(())
}

/// Hashes all that a party declared.
fn view((name, declared): Said<'_>) -> Digest {
    let session = declared.session.unwrap_or_default();
    Tagged::new("psi-star.1.view")
        .field(name.as_str().as_bytes())
        .field(&declared.terms)
        .number(declared.size.into())
        .field(&declared.commitment)
        .field(&declared.nonce)
        .number(declared.session.is_some().into())
        .field(&session)
        .number(declared.held.into())
        .digest()
}
