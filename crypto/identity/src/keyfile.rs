//! Signing keys as files: PKCS#8 in PEM, plain for daemons, under a passphrase for people.

use consilium_base::{Secret, Seed};
use pkcs8::{
    AlgorithmIdentifierRef, EncryptedPrivateKeyInfoRef, LineEnding, ObjectIdentifier,
    PrivateKeyInfoRef, SecretDocument,
    der::{Decode as _, asn1::OctetStringRef, pem::PemLabel as _, zeroize::Zeroizing},
    pkcs5::{
        EncryptionScheme,
        pbes2::{Kdf, Parameters},
        scrypt,
    },
};
use rand_core::CryptoRng;

use crate::IdentityKey;

/// Ed25519, RFC 8410.
pub(crate) const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// The costliest scrypt that openssl reads without being told that it may: 16 MiB, five times.
const SCRYPT_LOG_N: u8 = 14;
const SCRYPT_R: u32 = 8;
const SCRYPT_P: u32 = 5;

/// What a file may ask of this machine.
const MOST_MEMORY: u64 = 256 << 20;
const MOST_SCRYPT_PASSES: u16 = 16;
const MOST_PBKDF2_ITERATIONS: u32 = 10_000_000;
const LONGEST_FILE: usize = 8 << 10;

/// Why a file gives no signing key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// It is no private key in PEM.
    #[error("this is no private key in PEM (PKCS#8)")]
    NotAKey,
    /// It is a private key of another kind.
    #[error("this is a private key, but none of Ed25519")]
    OtherKind,
    /// A plain key was expected.
    #[error("this key is protected by a passphrase")]
    Protected,
    /// A protected key was expected.
    #[error("this key is not protected by a passphrase")]
    Unprotected,
    /// The passphrase is another one, or the file is damaged.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// Its protection is not scrypt or PBKDF2, or would cost more than a file may ask for.
    #[error("this key is protected in a way that is not supported")]
    Unsupported,
}

impl IdentityKey {
    /// Writes the key as a plain PEM file.
    ///
    /// # Security
    ///
    /// Whoever reads the file is this party: it belongs to its owner alone (mode 0600).
    pub fn to_pem(&self) -> Secret<String> {
        Secret::new(pem(&self.document(), PrivateKeyInfoRef::PEM_LABEL))
    }

    /// Gives the key as PKCS#8 in DER, which is what TLS libraries take.
    pub fn to_der(&self) -> Secret<Vec<u8>> {
        Secret::new(self.document().as_bytes().to_vec())
    }

    /// Reads a plain PEM file.
    ///
    /// # Errors
    ///
    /// [`KeyFileError`]; `Protected` if it is one that needs a passphrase.
    pub fn from_pem(pem: &str) -> Result<IdentityKey, KeyFileError> {
        let (label, document) = read(pem)?;
        match label {
            PrivateKeyInfoRef::PEM_LABEL => decode(&document),
            EncryptedPrivateKeyInfoRef::PEM_LABEL => Err(KeyFileError::Protected),
            _ => Err(KeyFileError::NotAKey),
        }
    }

    /// Writes the key as a PEM file under a passphrase: PBES2 with scrypt and AES-256-CBC.
    pub fn to_protected_pem(
        &self,
        passphrase: &Secret<String>,
        rng: &mut impl CryptoRng,
    ) -> String {
        let (mut salt, mut iv) = ([0; 16], [0; 16]);
        rng.fill_bytes(&mut salt);
        rng.fill_bytes(&mut iv);
        let protected = self.protect(passphrase, &salt, iv);
        pem(&protected, EncryptedPrivateKeyInfoRef::PEM_LABEL)
    }

    /// Reads a PEM file that is under a passphrase.
    ///
    /// # Errors
    ///
    /// [`KeyFileError`]; `Unprotected` if it needs no passphrase.
    pub fn from_protected_pem(
        pem: &str,
        passphrase: &Secret<String>,
    ) -> Result<IdentityKey, KeyFileError> {
        let (label, document) = read(pem)?;
        match label {
            PrivateKeyInfoRef::PEM_LABEL => return Err(KeyFileError::Unprotected),
            EncryptedPrivateKeyInfoRef::PEM_LABEL => {}
            _ => return Err(KeyFileError::NotAKey),
        }
        let info = EncryptedPrivateKeyInfoRef::from_der(document.as_bytes())
            .map_err(|_| KeyFileError::NotAKey)?;
        check_cost(&info.encryption_algorithm)?;
        let opened = info.decrypt(passphrase.expose());
        let opened = opened.map_err(|_| KeyFileError::WrongPassphrase)?;
        // One wrong passphrase in 256 opens to bytes that are merely no key.
        decode(&opened).map_err(|error| match error {
            KeyFileError::NotAKey => KeyFileError::WrongPassphrase,
            other => other,
        })
    }

    fn protect(
        &self,
        passphrase: &Secret<String>,
        salt: &[u8; 16],
        iv: [u8; 16],
    ) -> SecretDocument {
        let cost = scrypt::Params::new(SCRYPT_LOG_N, SCRYPT_R, SCRYPT_P);
        let cost = cost.expect("the parameters are within scrypt's bounds");
        let parameters = Parameters::generate_scrypt_aes256cbc(cost, salt, iv);
        let parameters = parameters.expect("a salt of 16 bytes is short enough");
        self.with_info(|info| {
            let encrypted = info.encrypt_with_params(parameters, passphrase.expose());
            encrypted.expect("a key of 48 bytes can be encrypted")
        })
    }

    fn document(&self) -> SecretDocument {
        self.with_info(|info| {
            SecretDocument::encode_msg(info).expect("a key of 48 bytes has a DER form")
        })
    }

    fn with_info<T>(&self, using: impl FnOnce(&PrivateKeyInfoRef<'_>) -> T) -> T {
        let mut octets = Zeroizing::new([0; 34]);
        let (header, body) = octets.split_at_mut(OCTETS_32.len());
        header.copy_from_slice(&OCTETS_32);
        body.copy_from_slice(self.seed().expose());
        let algorithm = AlgorithmIdentifierRef {
            oid: ED25519,
            parameters: None,
        };
        let octets = OctetStringRef::new(octets.as_ref()).expect("a key is short");
        using(&PrivateKeyInfoRef::new(algorithm, octets))
    }
}

fn pem(document: &SecretDocument, label: &'static str) -> String {
    let pem = document.to_pem(label, LineEnding::LF);
    pem.expect("a key has a PEM form").as_str().to_owned()
}

/// The header of an octet string of 32 bytes in DER.
const OCTETS_32: [u8; 2] = [0x04, 32];

fn read(pem: &str) -> Result<(&str, SecretDocument), KeyFileError> {
    if pem.len() > LONGEST_FILE {
        return Err(KeyFileError::NotAKey);
    }
    SecretDocument::from_pem(pem).map_err(|_| KeyFileError::NotAKey)
}

fn decode(document: &SecretDocument) -> Result<IdentityKey, KeyFileError> {
    let info = PrivateKeyInfoRef::from_der(document.as_bytes());
    let info = info.map_err(|_| KeyFileError::NotAKey)?;
    if info.algorithm.oid != ED25519 {
        return Err(KeyFileError::OtherKind);
    }
    let octets = info.private_key.as_bytes().strip_prefix(&OCTETS_32);
    let seed = octets.and_then(|seed| <[u8; 32]>::try_from(seed).ok());
    let seed = Zeroizing::new(seed.ok_or(KeyFileError::NotAKey)?);
    Ok(IdentityKey::from_seed(&Seed::from_bytes(*seed)))
}

fn check_cost(scheme: &EncryptionScheme) -> Result<(), KeyFileError> {
    let parameters = scheme.pbes2().ok_or(KeyFileError::Unsupported)?;
    let fits = match &parameters.kdf {
        Kdf::Scrypt(scrypt) => {
            let memory = scrypt
                .cost_parameter
                .saturating_mul(128 * u64::from(scrypt.block_size));
            memory <= MOST_MEMORY && scrypt.parallelization <= MOST_SCRYPT_PASSES
        }
        Kdf::Pbkdf2(pbkdf2) => pbkdf2.iteration_count <= MOST_PBKDF2_ITERATIONS,
        _ => false,
    };
    if fits {
        Ok(())
    } else {
        Err(KeyFileError::Unsupported)
    }
}
