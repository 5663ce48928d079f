use crate::Catalogue;

/// The files of the starter catalogue.
const FILES: [&str; 8] = [
    include_str!("../catalogues/claims.toml"),
    include_str!("../catalogues/clinical.toml"),
    include_str!("../catalogues/commercial.toml"),
    include_str!("../catalogues/drugs.toml"),
    include_str!("../catalogues/fees.toml"),
    include_str!("../catalogues/institutions.toml"),
    include_str!("../catalogues/person.toml"),
    include_str!("../catalogues/settlement.toml"),
];

impl Catalogue {
    /// Gives the catalogue that comes with the program: the settlement list, fee details, diagnoses,
    /// procedures, drugs, people, institutions, claims and commercial policies.
    ///
    /// # Panics
    ///
    /// Never: the files are part of the program, and a test reads them.
    pub fn starter() -> Catalogue {
        let parts = FILES.map(|text| Catalogue::from_toml(text).expect("a test reads the files"));
        Catalogue::join("starter", parts).expect("a test joins the files")
    }
}
