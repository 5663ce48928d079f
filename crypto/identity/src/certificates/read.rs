//! X.509 read, by x509-parser, as far as a federation uses it.

use consilium_base::Signature;
use consilium_mailbox::PartyId;
use pkcs8::{Document, LineEnding};
use x509_parser::{
    certificate::X509Certificate,
    certification_request::X509CertificationRequest,
    extensions::{GeneralName, ParsedExtension, SubjectAlternativeName},
    oid_registry::{OID_SIG_ED25519, Oid},
    prelude::FromDer as _,
    x509::{SubjectPublicKeyInfo, X509Name},
};

use super::{CertificateError, Purpose, Serial, Validity};
use crate::{PublicKey, UnixTime};

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
        self.check_length(der)?;
        let Ok(([], request)) = X509CertificationRequest::from_der(der) else {
            return Err(self.bad("it is no PKCS#10 request"));
        };
        let about = &request.certification_request_info;
        let signed = Signed {
            name: self.common_name(&about.subject)?,
            key: self.key(&about.subject_pki)?,
            body: about.raw.to_vec(),
            signature: self.signature(
                &request.signature_algorithm.algorithm,
                &request.signature_value.data,
            )?,
        };
        if !signed.is_by(&signed.key) {
            return Err(CertificateError::RequestNotSigned);
        }
        let extensions = request.requested_extensions().into_iter().flatten();
        let names = extensions.filter_map(|extension| match extension {
            ParsedExtension::SubjectAlternativeName(names) => Some(names),
            _ => None,
        });
        let party = self.party(&signed.name, names)?;
        Ok((party, signed.key))
    }

    /// Reads a party's certificate. Whoever signed it is still to be checked.
    pub(super) fn leaf(self, der: &[u8]) -> Result<(Read, PartyId, Purpose), CertificateError> {
        self.certificate(der, |certificate, read| {
            if certificate.is_ca() {
                return Err(self.bad("it is an authority's"));
            }
            let names = certificate.subject_alternative_name();
            let names = names.map_err(|_| self.bad("its names are malformed"))?;
            let party = self.party(&read.signed.name, names.iter().map(|names| names.value))?;
            let usage = certificate.extended_key_usage().ok().flatten();
            let usage = usage.map(|usage| (usage.value.client_auth, usage.value.server_auth));
            let purpose = match usage {
                Some((true, false)) => Purpose::Client,
                Some((false, true)) => Purpose::Server,
                _ => return Err(self.bad("it is for neither clients nor servers, or for both")),
            };
            Ok((read, party, purpose))
        })
    }

    /// Reads an authority's certificate, and checks that it signed it itself.
    pub(super) fn authority(self, der: &[u8]) -> Result<Read, CertificateError> {
        self.certificate(der, |certificate, read| {
            if !certificate.is_ca() {
                return Err(self.bad("it is a party's"));
            }
            if !read.signed.is_by(&read.signed.key) {
                return Err(self.bad("it is not signed by its own key"));
            }
            Ok(read)
        })
    }

    fn certificate<T>(
        self,
        der: &[u8],
        look: impl FnOnce(&X509Certificate<'_>, Read) -> Result<T, CertificateError>,
    ) -> Result<T, CertificateError> {
        self.check_length(der)?;
        let Ok(([], certificate)) = X509Certificate::from_der(der) else {
            return Err(self.bad("it is no X.509 certificate"));
        };
        let signed = Signed {
            name: self.common_name(certificate.subject())?,
            key: self.key(certificate.public_key())?,
            body: certificate.tbs_certificate.as_ref().to_vec(),
            signature: self.signature(
                &certificate.signature_algorithm.algorithm,
                &certificate.signature_value.data,
            )?,
        };
        let moment = |seconds: i64| {
            let seconds = u64::try_from(seconds);
            seconds.map(UnixTime).map_err(|_| self.bad("it is older than 1970"))
        };
        let valid = Validity {
            from: moment(certificate.validity().not_before.timestamp())?,
            until: moment(certificate.validity().not_after.timestamp())?,
        };
        let serial = Serial::from_der(certificate.raw_serial());
        let serial = serial.ok_or_else(|| self.bad("its serial number is too long"))?;
        let read = Read {
            signed,
            valid,
            serial,
        };
        look(&certificate, read)
    }

    fn check_length(self, der: &[u8]) -> Result<(), CertificateError> {
        if der.len() > LONGEST {
            return Err(self.bad("it is too long"));
        }
        Ok(())
    }

    fn common_name(self, name: &X509Name<'_>) -> Result<String, CertificateError> {
        let mut names = name.iter_common_name();
        let (Some(name), None) = (names.next(), names.next()) else {
            return Err(self.bad("its subject has not exactly one common name"));
        };
        let name = name.as_str();
        Ok(name.map_err(|_| self.bad("its common name is no text"))?.to_owned())
    }

    fn key(self, info: &SubjectPublicKeyInfo<'_>) -> Result<PublicKey, CertificateError> {
        if info.algorithm.algorithm != OID_SIG_ED25519 {
            return Err(self.bad("its key is none of Ed25519"));
        }
        let bytes = <[u8; 32]>::try_from(info.subject_public_key.data.as_ref());
        let key = bytes.ok().and_then(|bytes| PublicKey::from_bytes(&bytes).ok());
        key.ok_or_else(|| self.bad("its key is none of Ed25519"))
    }

    fn signature(self, algorithm: &Oid<'_>, bytes: &[u8]) -> Result<Signature, CertificateError> {
        match bytes.try_into() {
            Ok(bytes) if *algorithm == OID_SIG_ED25519 => Ok(Signature(bytes)),
            _ => Err(self.bad("its signature is none of Ed25519")),
        }
    }

    /// Gives the one name that the common name and the alternative names agree on.
    fn party<'a>(
        self,
        common: &str,
        names: impl Iterator<Item = &'a SubjectAlternativeName<'a>>,
    ) -> Result<PartyId, CertificateError> {
        let names: Vec<_> = names.flat_map(|names| &names.general_names).collect();
        match names[..] {
            [GeneralName::DNSName(name)] if *name == common => {
                let party = name.parse();
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
