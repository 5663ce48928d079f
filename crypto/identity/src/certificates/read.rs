//! X.509 read, by x509-cert, as far as a federation uses it.

use consilium_base::Signature;
use consilium_mailbox::PartyId;
use pkcs8::{
    AssociatedOid, Document, LineEnding,
    der::{Decode, Encode},
};
use x509_cert::{
    Certificate as X509,
    ext::{
        Extension,
        pkix::{BasicConstraints, ExtendedKeyUsage, SubjectAltName, name::GeneralName},
    },
    name::Name,
    request::{CertReq, ExtensionReq},
    spki::{AlgorithmIdentifierOwned, ObjectIdentifier, SubjectPublicKeyInfoOwned},
};

use super::{CertificateError, Purpose, Serial, Validity};
use crate::{PublicKey, keyfile::ED25519};

/// What a key may be used for, RFC 5280, section 4.2.1.12.
const SERVER_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");
const CLIENT_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");

/// Ed25519 has no parameters, RFC 8410.
const ED25519_PLAIN: AlgorithmIdentifierOwned = AlgorithmIdentifierOwned {
    oid: ED25519,
    parameters: None,
};

const MALFORMED_PART: &str = "a part of it is malformed";

/// Longer ones are refused unread; a certificate of ours has about 400 bytes.
const LONGEST: usize = 4 << 10;

/// What is said of a subject, and what was signed to say it.
pub(super) struct Signed {
    pub(super) name: String,
    pub(super) key: PublicKey,
    body: Vec<u8>,
    signature: Signature,
}

impl Signed {
    /// Tells whether the owner of `key` signed it.
    pub(super) fn is_by(&self, key: &PublicKey) -> bool {
        key.verify_untagged(&self.body, &self.signature).is_ok()
    }
}

/// What reading gave: the subject, and what else a certificate says.
pub(super) struct Read {
    pub(super) signed: Signed,
    pub(super) valid: Validity,
    pub(super) serial: Serial,
}

/// Reads one kind of thing; its errors say which.
#[derive(Clone, Copy)]
pub(super) struct Reader(&'static str);

pub(super) const CERTIFICATE: Reader = Reader("certificate");
pub(super) const AUTHORITY: Reader = Reader("authority's certificate");
pub(super) const REQUEST: Reader = Reader("signing request");

impl Reader {
    pub(super) fn bad(self, why: &'static str) -> CertificateError {
        let Reader(what) = self;
        CertificateError::Malformed { what, why }
    }

    /// Takes the PEM off.
    pub(super) fn unarmour(self, pem: &str, label: &str) -> Result<Vec<u8>, CertificateError> {
        if pem.len() > 2 * LONGEST {
            return Err(self.bad("it is too long"));
        }
        match Document::from_pem(pem) {
            Ok((found, document)) if found == label => Ok(document.into_vec()),
            Ok(_) => Err(self.bad("its PEM holds something else")),
            Err(_) => Err(self.bad("it is no PEM")),
        }
    }

    /// Reads a request, and checks that its key signed it.
    pub(super) fn request(self, der: &[u8]) -> Result<(PartyId, PublicKey), CertificateError> {
        let request: CertReq = self.parse(der, "it is no PKCS#10 request")?;
        let signed = Signed {
            name: self.common_name(&request.info.subject)?,
            key: self.key(&request.info.public_key)?,
            body: self.encode(&request.info)?,
            signature: self.signature(&request.algorithm, request.signature.as_bytes())?,
        };
        if !signed.is_by(&signed.key) {
            return Err(CertificateError::RequestNotSigned);
        }
        let mut asked = Vec::new();
        for attribute in request.info.attributes.iter() {
            for value in attribute
                .values
                .iter()
                .filter(|_| attribute.oid == ExtensionReq::OID)
            {
                let ExtensionReq(extensions) = self.parse(&self.encode(value)?, MALFORMED_PART)?;
                asked.extend(extensions);
            }
        }
        let party = self.party(&signed.name, &asked)?;
        Ok((party, signed.key))
    }

    /// Reads a party's certificate. Whoever signed it is still to be checked.
    pub(super) fn leaf(self, der: &[u8]) -> Result<(Read, PartyId, Purpose), CertificateError> {
        let (read, extensions) = self.certificate(der)?;
        if self.is_authority(&extensions)? {
            return Err(self.bad("it is an authority's"));
        }
        let party = self.party(&read.signed.name, &extensions)?;
        let usage: Option<ExtendedKeyUsage> = self.extension(&extensions)?;
        let purpose = match usage.as_ref().map(|ExtendedKeyUsage(usages)| &usages[..]) {
            Some([CLIENT_AUTH]) => Purpose::Client,
            Some([SERVER_AUTH]) => Purpose::Server,
            _ => return Err(self.bad("it is for neither clients nor servers, or for both")),
        };
        Ok((read, party, purpose))
    }

    /// Reads an authority's certificate, and checks that it signed it itself.
    pub(super) fn authority(self, der: &[u8]) -> Result<Read, CertificateError> {
        let (read, extensions) = self.certificate(der)?;
        if !self.is_authority(&extensions)? {
            return Err(self.bad("it is a party's"));
        }
        if !read.signed.is_by(&read.signed.key) {
            return Err(self.bad("it is not signed by its own key"));
        }
        Ok(read)
    }

    fn certificate(self, der: &[u8]) -> Result<(Read, Vec<Extension>), CertificateError> {
        let certificate: X509 = self.parse(der, "it is no X.509 certificate")?;
        let about = certificate.tbs_certificate();
        let signature = certificate.signature().as_bytes();
        let signed = Signed {
            name: self.common_name(about.subject())?,
            key: self.key(about.subject_public_key_info())?,
            body: self.encode(about)?,
            signature: self.signature(certificate.signature_algorithm(), signature)?,
        };
        let validity = about.validity();
        let valid = Validity {
            from: validity.not_before.to_unix_duration().into(),
            until: validity.not_after.to_unix_duration().into(),
        };
        let serial = Serial::from_der(about.serial_number().as_bytes());
        let serial = serial.ok_or_else(|| self.bad("its serial number is too long"))?;
        let extensions = about.extensions().cloned().unwrap_or_default();
        let read = Read {
            signed,
            valid,
            serial,
        };
        Ok((read, extensions))
    }

    /// Reads what has one form only: writing it again must give the same bytes.
    fn parse<T>(self, der: &[u8], otherwise: &'static str) -> Result<T, CertificateError>
    where
        T: for<'a> Decode<'a> + Encode,
    {
        if der.len() > LONGEST {
            return Err(self.bad("it is too long"));
        }
        let parsed = T::from_der(der).map_err(|_| self.bad(otherwise))?;
        if self.encode(&parsed)? == der {
            return Ok(parsed);
        }
        Err(self.bad("it is not in DER"))
    }

    fn encode(self, part: &impl Encode) -> Result<Vec<u8>, CertificateError> {
        part.to_der().map_err(|_| self.bad(MALFORMED_PART))
    }

    /// Gives the one extension of its kind, if there is one.
    fn extension<T>(self, extensions: &[Extension]) -> Result<Option<T>, CertificateError>
    where
        T: for<'a> Decode<'a> + Encode + AssociatedOid,
    {
        let mut found = extensions
            .iter()
            .filter(|extension| extension.extn_id == T::OID);
        match (found.next(), found.next()) {
            (None, _) => Ok(None),
            (Some(only), None) => {
                let value = only.extn_value.as_bytes();
                self.parse(value, MALFORMED_PART).map(Some)
            }
            (Some(_), Some(_)) => Err(self.bad("it has an extension twice")),
        }
    }

    fn is_authority(self, extensions: &[Extension]) -> Result<bool, CertificateError> {
        let constraints: Option<BasicConstraints> = self.extension(extensions)?;
        Ok(constraints.is_some_and(|constraints| constraints.ca))
    }

    fn common_name(self, name: &Name) -> Result<String, CertificateError> {
        match name.common_name() {
            Ok(Some(name)) => Ok(name.value().into_owned()),
            _ => Err(self.bad("its subject has not exactly one common name")),
        }
    }

    fn key(self, info: &SubjectPublicKeyInfoOwned) -> Result<PublicKey, CertificateError> {
        let bytes = info.subject_public_key.as_bytes();
        let bytes = bytes.filter(|_| info.algorithm == ED25519_PLAIN);
        let bytes = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let key = bytes.and_then(|bytes| PublicKey::from_bytes(&bytes).ok());
        key.ok_or_else(|| self.bad("its key is none of Ed25519"))
    }

    fn signature(
        self,
        algorithm: &AlgorithmIdentifierOwned,
        bytes: Option<&[u8]>,
    ) -> Result<Signature, CertificateError> {
        let bytes = bytes.filter(|_| *algorithm == ED25519_PLAIN);
        let signature = bytes.and_then(|bytes| bytes.try_into().ok());
        let signature = signature.map(Signature);
        signature.ok_or_else(|| self.bad("its signature is none of Ed25519"))
    }

    /// Gives the one name that the common name and the alternative names agree on.
    fn party(self, common: &str, extensions: &[Extension]) -> Result<PartyId, CertificateError> {
        let names: Option<SubjectAltName> = self.extension(extensions)?;
        match names.as_ref().map(|SubjectAltName(names)| &names[..]) {
            Some([GeneralName::DnsName(name)]) if name.as_str() == common => {
                let party = common.parse();
                party.map_err(|_| self.bad("its name is none of a party"))
            }
            _ => Err(self.bad("it does not name exactly one party")),
        }
    }
}

/// Puts bytes into PEM.
pub(super) fn armour(der: &[u8], label: &'static str) -> String {
    let document = Document::try_from(der).expect("what was written or read is DER");
    let pem = document.to_pem(label, LineEnding::LF);
    pem.expect("a certificate is short enough for PEM")
}
