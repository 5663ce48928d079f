//! Pieces of SQL of a rule file, each parsed by itself before it becomes part of a query.
//!
//! What is a whole expression by itself stays one between brackets: it can't end the brackets that it is put
//! into, nor what stands around them.

use std::ops::ControlFlow;
use std::thread::ScopedJoinHandle;

use consilium_schema::TextPlace;
use sqlparser::ast::{Expr, Query, Visit as _, Visitor};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer, Whitespace};

use crate::{RuleFault, Sql};

/// How deeply operators may be nested, counting each of a chain: engines descend into them by calls.
const DEEPEST: usize = 128;

/// Where and why a text is not what it should be.
pub(crate) type Wrong = (TextPlace, RuleFault);

/// The most tokens of a text, which bound how deep a parsed one can be.
const LONGEST: usize = 4096;

/// The bytes of the stack on which a text is parsed: its parser descends some fifty brackets.
const STACK: usize = 16 << 20;

/// Refuses what is no condition over one row.
pub(crate) fn of_row(sql: &Sql) -> Result<(), Wrong> {
    apart(sql, row)
}

/// Refuses what is no query by itself.
pub(crate) fn of_table(sql: &Sql) -> Result<(), Wrong> {
    apart(sql, table)
}

/// Parses on a thread of its own, whoever calls.
fn apart(sql: &Sql, parse: fn(&Sql) -> Result<(), Wrong>) -> Result<(), Wrong> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        let parsed = thread
            .spawn_scoped(scope, || parse(sql))
            .map(ScopedJoinHandle::join);
        match parsed {
            Ok(Ok(parsed)) => parsed,
            _ => Err((sql.place, fault("it could not be parsed".to_owned()))),
        }
    })
}

fn row(sql: &Sql) -> Result<(), Wrong> {
    let mut parser = parser(sql)?;
    let expression = parser.parse_expr();
    let expression = expression.map_err(|error| told(sql, &error))?;
    at_end(sql, &parser)?;
    let mut looking = Looking { depth: 0 };
    match expression.visit(&mut looking) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(fault) => Err((sql.place, fault)),
    }
}

fn table(sql: &Sql) -> Result<(), Wrong> {
    let mut parser = parser(sql)?;
    let query = parser.parse_query();
    query.map_err(|error| told(sql, &error))?;
    at_end(sql, &parser)
}

fn parser(sql: &Sql) -> Result<Parser<'static>, Wrong> {
    let tokens = Tokenizer::new(&GenericDialect, &sql.text).tokenize_with_location();
    let tokens = tokens.map_err(|error| {
        let place = place(sql, error.location.line, error.location.column);
        (place, fault(error.message.clone()))
    })?;
    if tokens.len() > LONGEST {
        return Err((sql.place, RuleFault::Deep));
    }
    for token in &tokens {
        if !is_usual(&token.token) {
            let message = "quotes are '…' around texts and \"…\" around names, and a comment is -- to the \
                           end of its line";
            return Err((begin(sql, token), fault(message.to_owned())));
        }
    }
    Ok(Parser::new(&GenericDialect).with_tokens_with_locations(tokens))
}

/// Whether a name is found in it as the engine finds it.
fn is_usual(token: &Token) -> bool {
    match token {
        Token::SingleQuotedString(_) => true,
        Token::Word(word) => matches!(word.quote_style, None | Some('"')),
        Token::Whitespace(Whitespace::SingleLineComment { prefix, .. }) => prefix == "--",
        Token::Whitespace(Whitespace::MultiLineComment(_)) => false,
        other => !other.to_string().contains(['\'', '"', '`', '$']),
    }
}

fn at_end(sql: &Sql, parser: &Parser<'_>) -> Result<(), Wrong> {
    let next = parser.peek_token();
    if next.token == Token::EOF {
        return Ok(());
    }
    let message = format!("expected: the end, found: {}", next.token);
    Err((begin(sql, &next), fault(message)))
}

fn begin(sql: &Sql, token: &TokenWithSpan) -> TextPlace {
    place(sql, token.span.start.line, token.span.start.column)
}

/// A place in the rule file, from one in the text, both counted from 1.
fn place(sql: &Sql, line: u64, column: u64) -> TextPlace {
    let number = |number: u64| usize::try_from(number).unwrap_or(1).max(1) - 1;
    match number(line) {
        0 => TextPlace {
            line: sql.place.line,
            column: sql.place.column + number(column),
        },
        further => TextPlace {
            line: sql.place.line + further,
            column: number(column) + 1,
        },
    }
}

/// The parser writes the place behind what it says.
fn told(sql: &Sql, error: &ParserError) -> Wrong {
    let message = match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message,
        ParserError::RecursionLimitExceeded => return (sql.place, RuleFault::Deep),
    };
    let said = message.rsplit_once(" at Line: ");
    let numbers = said.and_then(|(said, at)| {
        let (line, column) = at.split_once(", Column: ")?;
        Some((said, line.trim().parse().ok()?, column.trim().parse().ok()?))
    });
    match numbers {
        Some((said, line, column)) => (place(sql, line, column), fault(said.to_owned())),
        None => (sql.place, fault(message.clone())),
    }
}

fn fault(message: String) -> RuleFault {
    RuleFault::Sql { message }
}

/// Looks for what a condition can't have.
struct Looking {
    depth: usize,
}

impl Visitor for Looking {
    type Break = RuleFault;

    fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<RuleFault> {
        ControlFlow::Break(RuleFault::Query)
    }

    fn pre_visit_expr(&mut self, _: &Expr) -> ControlFlow<RuleFault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return ControlFlow::Break(RuleFault::Deep);
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, _: &Expr) -> ControlFlow<RuleFault> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        let place = TextPlace { line: 7, column: 9 };
        let text = text.to_owned();
        match of_row(&Sql { text, place }) {
            Ok(()) => "a condition".to_owned(),
            Err((place, fault)) => format!("{place}: {fault}"),
        }
    }

    #[test]
    fn a_condition_is_one_expression() {
        for text in [
            "a <= b",
            "\"a b\" IN ('x', '''') -- why not\n  OR c IS NULL",
            "CASE WHEN a THEN b ELSE c END",
            "费用 > 0.5 AND lower(x) LIKE 'a%'",
        ] {
            assert_eq!(said(text), "a condition", "{text}");
        }
    }

    #[test]
    fn nothing_ends_the_brackets_around_a_condition() {
        let forged = "true) GROUP BY k) UNION ALL SELECT 0, 1, 100 FROM (SELECT 0 WHERE (true";
        assert_eq!(
            said(forged),
            "line 7, column 13: expected: the end, found: )"
        );
        assert!(said("a > 0 /* b").starts_with("line 7, column "));
        assert!(said("a = E'\\'' OR b").contains("quotes are"));
        assert!(said("a = $$'$$").contains("quotes are"));
        assert_eq!(
            said("a > 0\n  AND AND b"),
            "line 8, column 11: expected: the end, found: b"
        );
        assert!(said("a >> > 1 =").starts_with("line 7, column "));
    }

    #[test]
    fn a_condition_looks_at_one_row_and_is_not_deep() {
        assert!(said("id IN (SELECT id FROM t)").contains("table's sql"));
        assert!(said("EXISTS (SELECT 1)").contains("table's sql"));
        let chain = |many: usize| vec!["x = 0"; many].join(" OR ");
        assert_eq!(said(&chain(100)), "a condition");
        assert!(said(&chain(1000)).contains("128"));
        for brackets in [60, 5000].map(|many| "(".repeat(many)) {
            assert!(said(&brackets).contains("128"), "{}", said(&brackets));
        }
    }
}
