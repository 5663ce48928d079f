use std::collections::{BTreeMap, HashSet};

use consilium_base::{Tagged, hex};
use consilium_data::Date;
use consilium_schema::{DateOrder, MOST_NAME, Schema, TextPlace, is_plain};
use toml::Spanned;

use crate::adjust::adjust;
use crate::house::House;
use crate::pack::Pack;
use crate::raw::{self, RawRules, RawTable};
use crate::read::Reader;
use crate::{
    CodeTable, ColumnCodes, Heading, Names, Origin, Rows, Rule, RuleError, RuleFault, Severity,
    Sql, Table, Test, condition, derived,
};

/// Tables, and the rules that are held against them.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleSet {
    pub(crate) title: String,
    pub(crate) as_of: Date,
    pub(crate) hash: String,
    pub(crate) code_tables: Vec<CodeTable>,
    pub(crate) weights: BTreeMap<Heading, f64>,
    pub(crate) house: House,
    pub(crate) tables: Vec<Table>,
    pub(crate) rules: Vec<Rule>,
}

/// What a rule file's text doesn't hold.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// The day by which ages are told, where the file says none.
    pub today: Date,
    /// Opens the schema of a path, as the file has it; what is wrong is said in words.
    pub schema: &'a dyn Fn(&str) -> Result<Schema, String>,
}

impl std::fmt::Debug for Given<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Given")
            .field("today", &self.today)
            .finish_non_exhaustive()
    }
}

impl RuleSet {
    /// The most bytes that a rule file may have.
    pub const LONGEST: usize = 1 << 20;

    /// Parses and checks TOML. Conditions in SQL are checked when their tables are there.
    ///
    /// # Errors
    ///
    /// A [`RuleError`] that names line and column of the text.
    pub fn from_toml(text: &str, given: Given<'_>) -> Result<Self, RuleError> {
        if text.len() > Self::LONGEST {
            return Err(RuleError::TooLong);
        }
        let raw: RawRules = raw::parse(text)?;
        let at = |begins| TextPlace::of(text, begins);
        let mut hash = Tagged::new("consilium-quality/1/rules").field(text.as_bytes());
        let title = shown(&raw.title, "title", text)?;
        let as_of = match &raw.as_of {
            None => given.today,
            Some(day) => Date::parse(day.get_ref(), DateOrder::Ymd).ok_or(RuleError::Wrong {
                place: at(day.span().start),
                what: "day",
                id: day.get_ref().clone(),
                fault: RuleFault::Number {
                    key: "as_of",
                    expected: "a day, as in 2026-01-31",
                },
            })?,
        };
        let mut weights = BTreeMap::new();
        for (heading, weight) in &raw.weights {
            let weight = positive(weight, "weight", heading.name(), text)?;
            weights.insert(*heading, weight);
        }
        let house = House::read(text, raw.limits, raw.source)?;
        let mut names = HashSet::new();
        let mut tables: Vec<Table> = Vec::with_capacity(raw.table.len());
        for table in raw.table {
            let place = at(table.name.span().start);
            let table = read_table(table, &house, text, given)?;
            if !names.insert(table.name.to_lowercase()) {
                return Err(wrong(place, "table", &table.name, RuleFault::Twice));
            }
            if let Some(schema) = &table.schema {
                hash = hash.field(schema.to_string().as_bytes());
            }
            tables.push(table);
        }
        let mut set = Self {
            title,
            as_of,
            hash: String::new(),
            code_tables: Vec::new(),
            weights,
            house,
            tables,
            rules: Vec::new(),
        };
        for table in &set.tables {
            set.rules.push(accessible(table));
            set.rules.extend(derived::present(table));
            set.rules.extend(derived::rules(table));
        }
        let mut roles = Vec::new();
        for name in &raw.packs {
            let place = at(name.span().start);
            let pack = Pack::built_in(name.get_ref()).ok_or_else(|| {
                let known = Pack::NAMES.map(str::to_owned).to_vec();
                let name = name.get_ref().clone();
                let what = "pack";
                wrong(
                    place,
                    "packs",
                    &name.clone(),
                    RuleFault::Unknown { what, name, known },
                )
            })?;
            hash = hash.field(pack.text().as_bytes());
            set.join(&pack, place);
            roles.extend(pack.tables().iter().map(|it| it.name.clone()));
        }
        // A slip in a role would leave all rules of packs not applicable.
        let stands_for_none = |table: &&Table| {
            table.role != table.name && !roles.is_empty() && !roles.contains(&table.role)
        };
        if let Some(table) = set.tables.iter().find(stands_for_none) {
            let (what, name) = ("table of packs", table.role.clone());
            let known = roles;
            let fault = RuleFault::Unknown { what, name, known };
            return Err(wrong(table.place, "table", &table.name, fault));
        }
        let reader = Reader::new(text, &set.tables, &set.house);
        let rules = raw.rule.into_iter();
        let rules = rules.map(|rule| reader.rule(rule, Origin::File));
        let rules = rules.collect::<Result<Vec<_>, _>>()?;
        let typed = set.tables.iter().map(|it| derived::typed(it, &rules));
        let typed: Vec<Rule> = typed.flatten().collect();
        set.rules.extend(typed);
        set.rules.extend(rules);
        adjust(&mut set.rules, &raw.adjust, text)?;
        let mut ids = HashSet::new();
        for rule in &set.rules {
            if !ids.insert(&rule.id) {
                return Err(wrong(rule.place, "rule", &rule.id, RuleFault::Twice));
            }
        }
        set.hash = hex::encode(&hash.digest());
        Ok(set)
    }

    /// Takes the tables of codes for part of the rules: another edition of one is another set, with another hash.
    ///
    /// `hash_of` gives the hash of a file by its path, as the rule file has it; none where it can't be read.
    #[must_use]
    pub fn with_code_tables(mut self, hash_of: impl Fn(&str) -> Option<[u8; 32]>) -> Self {
        let sources = self.house.code_tables();
        let hashes: Vec<(String, Option<[u8; 32]>)> = sources
            .map(|(name, path)| (name.to_owned(), hash_of(path)))
            .collect();
        if hashes.is_empty() {
            return self;
        }
        let mut hash = Tagged::new("consilium-quality/1/code-tables").field(self.hash.as_bytes());
        for (name, of) in &hashes {
            let of: &[u8] = of.as_ref().map_or(&[], |it| it);
            hash = hash.field(name.as_bytes()).field(of);
        }
        self.hash = hex::encode(&hash.digest());
        let hashes = hashes.into_iter();
        let hashes = hashes.map(|(name, hash)| CodeTable {
            name,
            hash: hash.map(|it| hex::encode(&it)),
        });
        self.code_tables = hashes.collect();
        self
    }

    /// Adds a pack's rules for the tables that stand for its own.
    fn join(&mut self, pack: &Pack, place: TextPlace) {
        for table in &mut self.tables {
            if let Some(columns) = pack.columns(&table.role) {
                let columns = columns.iter().map(|(name, kind)| (name.clone(), *kind));
                table.pack_types.extend(columns);
            }
        }
        self.rules.extend(pack.rules_for(&self.tables, place));
    }

    /// What the rule file calls itself.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The day by which ages are told.
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// The hash of all rules, in hexadecimal.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// How much a heading counts in the total.
    pub fn weight(&self, heading: Heading) -> f64 {
        self.weights.get(&heading).copied().unwrap_or(1.0)
    }

    /// The tables, in declared order.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The rules: what every table has, those of schemas, of packs, and of the file.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    pub(crate) fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|it| it.name == name)
    }
}

fn read_table(
    raw: RawTable,
    house: &House,
    text: &str,
    given: Given<'_>,
) -> Result<Table, RuleError> {
    let at = |begins| TextPlace::of(text, begins);
    let name = shown(&raw.name, "table", text)?;
    let place = at(raw.name.span().start);
    let fail = |place, fault| Err(wrong(place, "table", &name, fault));
    let known = |source: &Spanned<String>| {
        if house.names().any(|it| it == source.get_ref()) {
            return Ok(source.get_ref().clone());
        }
        let known = house.names().map(str::to_owned).collect();
        let fault = RuleFault::Unknown {
            what: "source",
            name: source.get_ref().clone(),
            known,
        };
        Err(wrong(at(source.span().start), "table", &name, fault))
    };
    let rows = match (&raw.source, &raw.sql) {
        (Some(source), None) => Rows::Source(known(source)?),
        (None, Some(sql)) => {
            let sql = self::sql(sql, text);
            let parsed = condition::of_table(&sql);
            parsed.map_err(|(place, fault)| wrong(place, "table", &name, fault))?;
            Rows::Query(sql)
        }
        _ => return fail(place, RuleFault::SourceOrSql),
    };
    let mut columns = BTreeMap::new();
    for (column, expression) in &raw.columns {
        let expression = sql(expression, text);
        if column.trim().is_empty() || expression.text.is_empty() {
            return fail(expression.place, RuleFault::Empty { key: "columns" });
        }
        let parsed = condition::of_row(&expression);
        parsed.map_err(|(place, fault)| wrong(place, "table", &name, fault))?;
        columns.insert(column.clone(), expression);
    }
    let mut codes = BTreeMap::new();
    for (column, declared) in &raw.codes {
        let system = declared.system.get_ref().clone();
        if consilium_codes::Form::of_system(&system).is_none() {
            let place = at(declared.system.span().start);
            return fail(place, unknown_system(system));
        }
        let table = declared.table.as_ref().map(known).transpose()?;
        codes.insert(column.clone(), ColumnCodes { system, table });
    }
    let schema = match &raw.schema {
        None => None,
        Some(path) => {
            let read = (given.schema)(path.get_ref());
            Some(read.map_err(|message| RuleError::Schema {
                place: at(path.span().start),
                path: path.get_ref().clone(),
                message,
            })?)
        }
    };
    let role = raw.role.map_or_else(|| name.clone(), Spanned::into_inner);
    let types = raw.types.into_iter();
    Ok(Table {
        role,
        rows,
        expects: raw.expects,
        key: raw.key.into_iter().map(Spanned::into_inner).collect(),
        columns,
        types: types
            .map(|(name, kind)| (name.into_inner(), kind))
            .collect(),
        pack_types: BTreeMap::new(),
        codes,
        schema,
        place,
        name,
    })
}

/// Every table has this rule.
fn accessible(table: &Table) -> Rule {
    Rule {
        id: format!("{}/accessible", table.name),
        heading: Heading::Accessibility,
        severity: Severity::Critical,
        weight: 1.0,
        tolerate: 0.0,
        name: Names {
            en: format!("{} can be read", table.name),
            zh: format!("{} 可以读取", table.name),
        },
        table: table.name.clone(),
        applies: None,
        test: Test::Accessible,
        systems: BTreeMap::new(),
        source: None,
        certainty: None,
        origin: Origin::Table,
        adjusted: None,
        is_off: false,
        place: table.place,
    }
}

pub(crate) fn wrong(place: TextPlace, what: &'static str, id: &str, fault: RuleFault) -> RuleError {
    RuleError::Wrong {
        place,
        what,
        id: id.to_owned(),
        fault,
    }
}

pub(crate) fn unknown_system(name: String) -> RuleFault {
    RuleFault::Unknown {
        what: "code system",
        name,
        known: consilium_codes::Form::SYSTEMS
            .map(|(id, _)| id.to_owned())
            .to_vec(),
    }
}

/// A text that is seen as it is.
pub(crate) fn shown(
    raw: &Spanned<String>,
    what: &'static str,
    text: &str,
) -> Result<String, RuleError> {
    if is_plain(raw.get_ref(), MOST_NAME) {
        return Ok(raw.get_ref().clone());
    }
    let place = TextPlace::of(text, raw.span().start);
    Err(wrong(place, what, raw.get_ref(), RuleFault::Hidden))
}

/// The weight of a `what` called `id`.
pub(crate) fn positive(
    raw: &Spanned<f64>,
    what: &'static str,
    id: &str,
    text: &str,
) -> Result<f64, RuleError> {
    let number = *raw.get_ref();
    // Within bounds in which sums of weighted scores keep their digits.
    if (1e-6..=1e6).contains(&number) {
        return Ok(number);
    }
    let place = TextPlace::of(text, raw.span().start);
    let expected = "a number from 0.000001 to 1000000";
    Err(wrong(
        place,
        what,
        id,
        RuleFault::Number {
            key: "weight",
            expected,
        },
    ))
}

/// A piece of SQL with its place.
pub(crate) fn sql(raw: &Spanned<String>, text: &str) -> Sql {
    Sql {
        text: raw.get_ref().trim_end().to_owned(),
        place: TextPlace::of(text, begins(text, raw.span().start)),
    }
}

/// Where a string's first character stands, from where its quotes begin.
fn begins(text: &str, quotes: usize) -> usize {
    let quoted = text.get(quotes..).unwrap_or_default();
    let is_long = quoted.starts_with("\"\"\"") || quoted.starts_with("'''");
    let opened = if is_long { 3 } else { 1 };
    let after = quoted.get(opened..).unwrap_or_default();
    let breaks = ["\r\n", "\n"].into_iter().filter(|_| is_long);
    let skipped = breaks
        .filter(|it| after.starts_with(it))
        .map(str::len)
        .next();
    quotes + opened + skipped.unwrap_or(0)
}
