//! Lets `TABLE(SELECT ...)` and `TABLE(t) PARTITION BY k ORDER BY x` stand among arguments.
//!
//! The parser takes neither, so their tokens become `TABLE((SELECT ...))` and
//! `TABLE(t) OVER (PARTITION BY k ORDER BY x)`, which it does. The clause ends at the next comma, so
//! several keys need parentheses, as the SQL standard has it: `PARTITION BY (a, b)`.

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Span, Token, TokenWithSpan};

pub(crate) fn wrap_tables(tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let mut wrapper = Wrapper::default();
    for (index, token) in tokens.iter().enumerate() {
        wrapper.push(token, &tokens[index + 1..]);
    }
    wrapper.out
}

/// What a parenthesis that is open belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Other,
    Table,
    /// With a parenthesis more within.
    TableOfQuery,
}

#[derive(Default)]
struct Wrapper {
    out: Vec<TokenWithSpan>,
    open: Vec<Open>,
    /// How many parentheses were open where the clauses began that are not closed yet.
    clauses: Vec<usize>,
    /// The last tokens that are no white space.
    last: [Option<Token>; 2],
}

impl Wrapper {
    fn push(&mut self, token: &TokenWithSpan, rest: &[TokenWithSpan]) {
        match &token.token {
            Token::LParen => self.open(token, rest),
            Token::RParen => self.close(token, rest),
            Token::Comma => {
                self.end_clause(token.span);
                self.out.push(token.clone());
            }
            _ => self.out.push(token.clone()),
        }
        if !matches!(token.token, Token::Whitespace(_)) {
            let [_, before] = std::mem::take(&mut self.last);
            self.last = [before, Some(token.token.clone())];
        }
    }

    fn open(&mut self, token: &TokenWithSpan, rest: &[TokenWithSpan]) {
        let open = match (self.follows_table(), starts_query(rest)) {
            (false, _) => Open::Other,
            (true, false) => Open::Table,
            (true, true) => Open::TableOfQuery,
        };
        self.open.push(open);
        self.out.push(token.clone());
        if open == Open::TableOfQuery {
            self.out.push(token.clone());
        }
    }

    fn close(&mut self, token: &TokenWithSpan, rest: &[TokenWithSpan]) {
        self.end_clause(token.span);
        let open = self.open.pop().unwrap_or(Open::Other);
        self.out.push(token.clone());
        if open == Open::TableOfQuery {
            self.out.push(token.clone());
        }
        if open != Open::Other && starts_clause(rest) {
            self.out.push(TokenWithSpan::new(Token::make_keyword("OVER"), token.span));
            self.out.push(TokenWithSpan::new(Token::LParen, token.span));
            self.clauses.push(self.open.len());
        }
    }

    /// Closes the clause that stands where this is, if there is one.
    fn end_clause(&mut self, span: Span) {
        if self.clauses.last() == Some(&self.open.len()) {
            self.clauses.pop();
            self.out.push(TokenWithSpan::new(Token::RParen, span));
        }
    }

    /// Whether TABLE stands before, as an argument.
    fn follows_table(&self) -> bool {
        let [before, table] = &self.last;
        let is_argument = matches!(
            before,
            Some(Token::LParen | Token::Comma | Token::RArrow | Token::Assignment)
        );
        is_argument && table.as_ref().is_some_and(|table| is_keyword(table, &[Keyword::TABLE]))
    }
}

fn starts_query(rest: &[TokenWithSpan]) -> bool {
    first(rest).is_some_and(|token| is_keyword(token, &[Keyword::SELECT, Keyword::WITH]))
}

fn starts_clause(rest: &[TokenWithSpan]) -> bool {
    first(rest).is_some_and(|token| is_keyword(token, &[Keyword::PARTITION, Keyword::ORDER]))
}

fn first(rest: &[TokenWithSpan]) -> Option<&Token> {
    rest.iter().map(|token| &token.token).find(|token| !matches!(token, Token::Whitespace(_)))
}

fn is_keyword(token: &Token, keywords: &[Keyword]) -> bool {
    matches!(token, Token::Word(word) if keywords.contains(&word.keyword))
}

#[cfg(test)]
mod tests {
    use datafusion::sql::sqlparser::dialect::GenericDialect;
    use datafusion::sql::sqlparser::tokenizer::Tokenizer;

    use super::*;

    fn wrapped(sql: &str) -> String {
        let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location().unwrap();
        wrap_tables(&tokens).into_iter().map(|token| token.token.to_string()).collect()
    }

    #[test]
    fn queries_get_parentheses_of_their_own() {
        assert_eq!(wrapped("p.f(TABLE(SELECT (1)), 2)"), "p.f(TABLE((SELECT (1))), 2)");
        assert_eq!(wrapped("f(n => table (WITH a AS (b) c))"), "f(n => table ((WITH a AS (b) c)))");
    }

    #[test]
    fn clauses_become_windows() {
        assert_eq!(
            wrapped("f(TABLE(t) PARTITION BY (a, b) ORDER BY c DESC, 2)"),
            "f(TABLE(t)OVER( PARTITION BY (a, b) ORDER BY c DESC), 2)"
        );
        assert_eq!(
            wrapped("f(1, TABLE(SELECT f(TABLE(u) ORDER BY x)) PARTITION BY y)"),
            "f(1, TABLE((SELECT f(TABLE(u)OVER( ORDER BY x))))OVER( PARTITION BY y))"
        );
    }

    #[test]
    fn everything_else_stays() {
        for sql in ["CREATE TABLE t (a INT)", "SELECT \"TABLE\"(SELECT)", "FROM TABLE(SELECT 1)"] {
            assert_eq!(wrapped(sql), sql);
        }
    }
}
