//! Certificates of a federation that exists for a test.

use consilium_node::tls::{Authority, Callers, ClientTls, Credentials, ServerTls};
use rcgen::{
    BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ED25519,
    date_time_ymd,
};

pub(crate) struct Federation {
    authority: Authority,
    issuer: Issuer<'static, KeyPair>,
}

impl Federation {
    pub(crate) fn new() -> Federation {
        let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let certificate = params.self_signed(&key).unwrap();
        Federation {
            authority: Authority::from_pem(certificate.pem().as_bytes()).unwrap(),
            issuer: Issuer::new(params, key),
        }
    }

    pub(crate) fn credentials(&self, name: &str) -> Credentials {
        let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        self.issue(&params, &key)
    }

    pub(crate) fn expired(&self, name: &str) -> Credentials {
        let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2020, 2, 1);
        self.issue(&params, &key)
    }

    pub(crate) fn server(&self, name: &str) -> ServerTls {
        let credentials = self.credentials(name);
        ServerTls::new(&credentials, &self.authority, Callers::Known).unwrap()
    }

    pub(crate) fn client(&self, credentials: Option<&Credentials>) -> ClientTls {
        ClientTls::new(credentials, &self.authority, "coordinator").unwrap()
    }

    /// Puts a certificate that is good in the place of one that is not.
    pub(crate) fn renew(&self, credentials: &Credentials, name: &str) {
        let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let chain = params.signed_by(&key, &self.issuer).unwrap().pem();
        let key = key.serialize_pem();
        credentials
            .replace(chain.as_bytes(), key.as_bytes())
            .unwrap();
    }

    fn issue(&self, params: &CertificateParams, key: &KeyPair) -> Credentials {
        let chain = params.signed_by(key, &self.issuer).unwrap().pem();
        Credentials::from_pem(chain.as_bytes(), key.serialize_pem().as_bytes()).unwrap()
    }
}
