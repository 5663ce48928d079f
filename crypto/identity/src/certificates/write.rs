//! X.509 written, by rcgen, as far as a federation uses it.

use consilium_base::Tagged;
use consilium_mailbox::PartyId;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyIdMethod, KeyUsagePurpose, PKCS_ED25519, PublicKeyData, SanType, SerialNumber,
    SignatureAlgorithm, SigningKey,
};
use time::OffsetDateTime;

use super::{Purpose, Serial, Validity};
use crate::{IdentityKey, PublicKey, UnixTime};

/// A public key as rcgen asks for it.
struct Holder([u8; 32]);

/// A signing key as rcgen asks for it.
struct Author<'a>(&'a IdentityKey, Holder);

impl<'a> From<&'a IdentityKey> for Author<'a> {
    fn from(key: &'a IdentityKey) -> Author<'a> {
        Author(key, Holder(key.public().to_bytes()))
    }
}

impl PublicKeyData for Holder {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ED25519
    }
}

impl PublicKeyData for Author<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.1.der_bytes()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.1.algorithm()
    }
}

impl SigningKey for Author<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(self.0.sign_untagged(message).0.to_vec())
    }
}

/// Writes an authority's certificate for itself.
pub(super) fn authority(name: &str, key: &IdentityKey, valid: Validity) -> Vec<u8> {
    let mut params = authority_params(name, &key.public());
    date(&mut params, valid);
    params.serial_number = Some(SerialNumber::from(1));
    let written = params.self_signed(&Author::from(key));
    written.expect(ASCII_AND_ED25519).der().to_vec()
}

/// Writes a party's request, signed by its key.
pub(super) fn request(party: &PartyId, key: &IdentityKey) -> Vec<u8> {
    let written = party_params(party).serialize_request(&Author::from(key));
    written.expect(ASCII_AND_ED25519).der().to_vec()
}

/// What a party's certificate says.
pub(super) struct Leaf<'a> {
    pub(super) party: &'a PartyId,
    pub(super) key: &'a PublicKey,
    pub(super) purpose: Purpose,
    pub(super) valid: Validity,
    pub(super) serial: Serial,
}

/// Writes a party's certificate, signed by the authority of that name.
pub(super) fn leaf(leaf: &Leaf<'_>, authority: &str, key: &IdentityKey) -> Vec<u8> {
    let mut params = party_params(leaf.party);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![match leaf.purpose {
        Purpose::Client => ExtendedKeyUsagePurpose::ClientAuth,
        Purpose::Server => ExtendedKeyUsagePurpose::ServerAuth,
    }];
    params.use_authority_key_identifier_extension = true;
    params.key_identifier_method = key_id(leaf.key);
    params.serial_number = Some(SerialNumber::from_slice(&leaf.serial.0));
    date(&mut params, leaf.valid);
    let issuer = authority_params(authority, &key.public());
    let issuer = Issuer::new(issuer, Author::from(key));
    let written = params.signed_by(&Holder(leaf.key.to_bytes()), &issuer);
    written.expect(ASCII_AND_ED25519).der().to_vec()
}

const ASCII_AND_ED25519: &str = "names of parties are ASCII, and signing with Ed25519 can't fail";

fn authority_params(name: &str, key: &PublicKey) -> CertificateParams {
    let mut params = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.key_identifier_method = key_id(key);
    params
}

/// Gives what X.509 finds the certificates of a key by: 20 bytes of its hash.
fn key_id(key: &PublicKey) -> KeyIdMethod {
    let id = Tagged::new("consilium-identity.1.key-id").field(&key.to_bytes());
    KeyIdMethod::PreSpecified(id.digest().into_iter().take(20).collect())
}

fn party_params(party: &PartyId) -> CertificateParams {
    let mut params = named(party.as_str());
    let name = party.as_str().try_into().expect(ASCII_AND_ED25519);
    params.subject_alt_names = vec![SanType::DnsName(name)];
    params
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.key_identifier_method = KeyIdMethod::PreSpecified(Vec::new());
    params
}

fn date(params: &mut CertificateParams, valid: Validity) {
    let moment = |time: UnixTime| {
        OffsetDateTime::from_unix_timestamp(time.0)
            .expect("`Authority` dates nothing outside 1970 to 9999")
    };
    params.not_before = moment(valid.from);
    params.not_after = moment(valid.until);
}
