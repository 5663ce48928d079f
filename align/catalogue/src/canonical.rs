use std::fmt::{self, Display, Formatter};

use consilium_base::Tagged;
use consilium_schema::{Kind, quoted};

use crate::{Catalogue, CatalogueHash, Feature, Names};

impl Catalogue {
    /// Gives the hash of the canonical text.
    pub fn hash(&self) -> CatalogueHash {
        let hash = Tagged::new("catalogue.1.hash").field(self.to_string().as_bytes());
        CatalogueHash(hash.digest())
    }
}

impl Display for Catalogue {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "name = {}", quoted(&self.name))?;
        writeln!(f, "version = {}", quoted(&self.version))?;
        writeln!(f, "title = {}", both(&self.title))?;
        for source in &self.sources {
            writeln!(f, "\n[[source]]\nid = {}", quoted(&source.id))?;
            writeln!(f, "text = {}", quoted(&source.text))?;
        }
        for table in &self.tables {
            writeln!(f, "\n[[table]]\nid = {}", quoted(&table.id))?;
            writeln!(f, "name = {}", both(&table.name))?;
            write_list(f, "synonyms", &table.synonyms)?;
        }
        self.features
            .iter()
            .try_for_each(|feature| write!(f, "\n{feature}"))
    }
}

/// The canonical text of one feature: its `[[feature]]` table.
impl Display for Feature {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "[[feature]]\nid = {}", quoted(&self.id))?;
        writeln!(f, "name = {}", both(&self.name))?;
        write_list(f, "synonyms", &self.synonyms)?;
        writeln!(f, "type = {}", quoted(self.kind().name()))?;
        if let Some(unit) = self.unit() {
            writeln!(f, "unit = {}", quoted(unit.as_str()))?;
        }
        if let Some(bounds) = self.bounds() {
            for (key, bound) in [("min", bounds.min), ("max", bounds.max)] {
                if let Some(bound) = bound {
                    // Debug always writes a point or an exponent: a TOML float that reads back the same.
                    writeln!(f, "{key} = {bound:?}")?;
                }
            }
        }
        if let Kind::Code { width: Some(width) } = self.kind() {
            writeln!(f, "width = {width}")?;
        }
        if !self.levels.is_empty() {
            let levels: Vec<String> = self.levels.iter().map(|level| list(level)).collect();
            writeln!(f, "levels = [{}]", levels.join(", "))?;
        }
        if let Some(system) = &self.code_system {
            write!(f, "code_system = {{ name = {}", quoted(&system.name))?;
            if let Some(codes) = &system.codes {
                write!(f, ", system = {}", quoted(codes.system()))?;
                if let Some(version) = codes.version() {
                    write!(f, ", version = {}", quoted(version))?;
                }
            }
            writeln!(f, " }}")?;
        }
        if let Some(window) = &self.window {
            writeln!(f, "window = {}", quoted(window))?;
        }
        if let Some(zone) = &self.zone {
            writeln!(f, "zone = {}", quoted(zone))?;
        }
        writeln!(f, "sensitivity = {}", self.sensitivity.level())?;
        writeln!(f, "identifies = {}", quoted(self.identifies.name()))?;
        writeln!(f, "certainty = {}", quoted(self.certainty.name()))?;
        write_list(f, "sources", &self.sources)
    }
}

fn both(names: &Names) -> String {
    format!(
        "{{ en = {}, zh = {} }}",
        quoted(&names.en),
        quoted(&names.zh)
    )
}

fn write_list(f: &mut Formatter<'_>, key: &str, texts: &[String]) -> fmt::Result {
    if texts.is_empty() {
        return Ok(());
    }
    writeln!(f, "{key} = {}", list(texts))
}

fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}
