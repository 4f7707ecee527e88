//! Filters (RFC 7644 §3.4.2.2): read into a tree of bounded size and depth, then held against resources. Pure.

use serde_json::Value;

use super::path::AttributePath;

/// The longest filter, bytes.
pub(super) const BYTES: usize = 4_096;
/// How deep it may be nested.
const DEPTH: usize = 16;
/// How many conditions it may have.
const CONDITIONS: usize = 64;

/// A condition on a resource.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Filter {
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    Compare(AttributePath, Operator, Value),
    Present(AttributePath),
    /// One of several values fits.
    Values(AttributePath, Box<Filter>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Operator {
    Eq,
    Ne,
    Co,
    Sw,
    Ew,
    Gt,
    Ge,
    Lt,
    Le,
}

impl Operator {
    fn read(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "eq" => Self::Eq,
            "ne" => Self::Ne,
            "co" => Self::Co,
            "sw" => Self::Sw,
            "ew" => Self::Ew,
            "gt" => Self::Gt,
            "ge" => Self::Ge,
            "lt" => Self::Lt,
            "le" => Self::Le,
            _ => return None,
        })
    }
}

/// Why a filter does not read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum FilterError {
    #[error("a filter has at most {BYTES} bytes")]
    TooLong,
    #[error("a filter is nested at most {DEPTH} deep")]
    TooDeep,
    #[error("a filter has at most {CONDITIONS} conditions")]
    TooMany,
    #[error("expected {0}")]
    Expected(&'static str),
    #[error("a text does not end, or is no JSON")]
    Text,
    #[error("{0:?} means nothing here")]
    Stray(char),
}

/// Reads a filter.
pub(super) fn read(text: &str) -> Result<Filter, FilterError> {
    if text.len() > BYTES {
        return Err(FilterError::TooLong);
    }
    let tokens = tokens(text)?;
    let mut reader = Reader { tokens: tokens.into_iter().peekable(), depth: 0, conditions: 0 };
    let filter = reader.any()?;
    match reader.tokens.next() {
        None => Ok(filter),
        Some(_) => Err(FilterError::Expected("the end")),
    }
}

#[derive(Clone, PartialEq, Debug)]
enum Token {
    Word(String),
    Text(String),
    Open,
    Close,
    OpenValues,
    CloseValues,
}

fn tokens(text: &str) -> Result<Vec<Token>, FilterError> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let used = match first {
            ' ' | '\t' => 1,
            '(' | ')' | '[' | ']' => {
                tokens.push(match first {
                    '(' => Token::Open,
                    ')' => Token::Close,
                    '[' => Token::OpenValues,
                    _ => Token::CloseValues,
                });
                1
            }
            '"' => {
                let used = end_of_text(rest).ok_or(FilterError::Text)?;
                let text = rest.get(..used).ok_or(FilterError::Text)?;
                tokens.push(Token::Text(serde_json::from_str(text).map_err(|_| FilterError::Text)?));
                used
            }
            _ => {
                let is_word =
                    |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '.' | '_' | '-' | '$' | '+');
                let used = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
                if used == 0 {
                    return Err(FilterError::Stray(first));
                }
                tokens.push(Token::Word(rest.get(..used).unwrap_or_default().to_owned()));
                used
            }
        };
        rest = rest.get(used..).unwrap_or_default();
    }
    Ok(tokens)
}

/// The length of the JSON text that begins here.
fn end_of_text(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

struct Reader {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    depth: usize,
    conditions: usize,
}

impl Reader {
    /// `a or b`, which binds least.
    fn any(&mut self) -> Result<Filter, FilterError> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(FilterError::TooDeep);
        }
        let mut all = self.every()?;
        while self.takes("or") {
            all = Filter::Or(Box::new(all), Box::new(self.every()?));
        }
        self.depth -= 1;
        Ok(all)
    }

    fn every(&mut self) -> Result<Filter, FilterError> {
        let mut all = self.one()?;
        while self.takes("and") {
            all = Filter::And(Box::new(all), Box::new(self.one()?));
        }
        Ok(all)
    }

    fn one(&mut self) -> Result<Filter, FilterError> {
        match self.tokens.next() {
            Some(Token::Open) => {
                let inner = self.any()?;
                self.expect(&Token::Close, "a closing bracket")?;
                Ok(inner)
            }
            Some(Token::Word(word))
                if word.eq_ignore_ascii_case("not") && self.tokens.peek() == Some(&Token::Open) =>
            {
                Ok(Filter::Not(Box::new(self.one()?)))
            }
            Some(Token::Word(word)) => self.condition(&word),
            _ => Err(FilterError::Expected("an attribute")),
        }
    }

    fn condition(&mut self, name: &str) -> Result<Filter, FilterError> {
        self.conditions += 1;
        if self.conditions > CONDITIONS {
            return Err(FilterError::TooMany);
        }
        let path = AttributePath::read(name).ok_or(FilterError::Expected("an attribute"))?;
        match self.tokens.next() {
            Some(Token::OpenValues) if path.sub.is_none() => {
                let inner = self.any()?;
                self.expect(&Token::CloseValues, "a closing square bracket")?;
                Ok(Filter::Values(path, Box::new(inner)))
            }
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("pr") => Ok(Filter::Present(path)),
            Some(Token::Word(word)) => {
                let operator = Operator::read(&word).ok_or(FilterError::Expected("an operator"))?;
                Ok(Filter::Compare(path, operator, self.value()?))
            }
            _ => Err(FilterError::Expected("an operator")),
        }
    }

    fn value(&mut self) -> Result<Value, FilterError> {
        match self.tokens.next() {
            Some(Token::Text(text)) => Ok(text.into()),
            Some(Token::Word(word)) => {
                // Some systems write what JSON writes small with a capital letter.
                let word = if word.starts_with(|c: char| c.is_ascii_alphabetic()) {
                    word.to_ascii_lowercase()
                } else {
                    word
                };
                serde_json::from_str(&word).map_err(|_| FilterError::Expected("a value"))
            }
            _ => Err(FilterError::Expected("a value")),
        }
    }

    fn takes(&mut self, word: &str) -> bool {
        let is = |token: &Token| matches!(token, Token::Word(next) if next.eq_ignore_ascii_case(word));
        self.tokens.next_if(is).is_some()
    }

    fn expect(&mut self, token: &Token, what: &'static str) -> Result<(), FilterError> {
        if self.tokens.next().as_ref() == Some(token) { Ok(()) } else { Err(FilterError::Expected(what)) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A filter as text, with brackets around everything.
    fn written(filter: &Filter) -> String {
        let name = |path: &AttributePath| match (&path.urn, &path.sub) {
            (Some(urn), Some(sub)) => format!("{urn}:{}.{sub}", path.name),
            (Some(urn), None) => format!("{urn}:{}", path.name),
            (None, Some(sub)) => format!("{}.{sub}", path.name),
            (None, None) => path.name.clone(),
        };
        match filter {
            Filter::And(a, b) => format!("({} and {})", written(a), written(b)),
            Filter::Or(a, b) => format!("({} or {})", written(a), written(b)),
            Filter::Not(inner) => format!("not ({})", written(inner)),
            Filter::Compare(path, operator, value) => format!("{} {operator:?} {value}", name(path)),
            Filter::Present(path) => format!("{} pr", name(path)),
            Filter::Values(path, inner) => format!("{}[{}]", name(path), written(inner)),
        }
    }

    fn path(subs: bool) -> impl Strategy<Value = AttributePath> {
        let urn =
            prop_oneof![Just(None), Just(Some("urn:ietf:params:scim:schemas:core:2.0:User".to_owned()))];
        let sub = if subs { prop::option::of("s[a-zA-Z]{0,6}").boxed() } else { Just(None).boxed() };
        (urn, "n[a-zA-Z]{0,6}", sub).prop_map(|(urn, name, sub)| AttributePath { urn, name, sub })
    }

    fn filters() -> impl Strategy<Value = Filter> {
        let operator = prop::sample::select(vec![
            Operator::Eq,
            Operator::Ne,
            Operator::Co,
            Operator::Sw,
            Operator::Ew,
            Operator::Gt,
            Operator::Ge,
            Operator::Lt,
            Operator::Le,
        ]);
        let value = prop_oneof![
            any::<String>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            Just(Value::Null),
        ];
        let leaf = prop_oneof![
            (path(true), operator, value)
                .prop_map(|(path, operator, value)| Filter::Compare(path, operator, value)),
            path(true).prop_map(Filter::Present),
        ];
        leaf.prop_recursive(4, 24, 2, |inner| {
            prop_oneof![
                (inner.clone(), inner.clone()).prop_map(|(a, b)| Filter::And(Box::new(a), Box::new(b))),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| Filter::Or(Box::new(a), Box::new(b))),
                inner.clone().prop_map(|inner| Filter::Not(Box::new(inner))),
                (path(false), inner).prop_map(|(path, inner)| Filter::Values(path, Box::new(inner))),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(filter in filters()) {
            let text = written(&filter);
            if text.len() <= BYTES {
                prop_assert_eq!(read(&text), Ok(filter), "{}", text);
            }
        }

        #[test]
        fn no_text_does_harm(text in ".{0,200}") {
            let _ = read(&text);
        }

        #[test]
        fn no_order_of_words_does_harm(
            words in prop::collection::vec(
                prop::sample::select(vec!["a", "a.b", "eq", "pr", "not", "and", "or", "(", ")", "[", "]", "\"x\"", "1", "true"]),
                0..60,
            )
        ) {
            let _ = read(&words.join(" "));
        }
    }

    #[test]
    fn and_binds_closer_than_or_and_not_closest() {
        let name = |name: &str| Filter::Present(AttributePath { urn: None, name: name.into(), sub: None });
        let (a, b, c) = (name("a"), name("b"), name("c"));
        let and = Filter::And(Box::new(b), Box::new(Filter::Not(Box::new(c))));
        let wanted = Filter::Or(Box::new(a), Box::new(and));
        assert_eq!(read("a pr or b pr and not (c pr)"), Ok(wanted.clone()));
        assert_eq!(read("(a PR) OR b pr AND NOT(c pr)"), Ok(wanted));
    }

    #[test]
    fn bounds_hold() {
        assert_eq!(read(&"(".repeat(BYTES + 1)), Err(FilterError::TooLong));
        assert_eq!(read(&"(".repeat(BYTES)), Err(FilterError::TooDeep));
        assert_eq!(read(&vec!["a pr"; CONDITIONS + 1].join(" or ")), Err(FilterError::TooMany));
        assert!(read(&vec!["a pr"; CONDITIONS].join(" or ")).is_ok());
        assert_eq!(read(&format!("{}a pr", "not ".repeat(100))), Err(FilterError::Expected("an operator")));
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for wrong in [
            "",
            "a",
            "a eq",
            "a xx 1",
            "a eq \"",
            "a eq b",
            "a pr b pr",
            "(a pr",
            "a pr)",
            "a[b pr",
            "a.b[c pr]",
            "a eq 1 and",
            "é pr",
            "a eq 'x'",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
