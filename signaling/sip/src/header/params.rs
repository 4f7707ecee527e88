//! `;name=value` lists, as URIs and headers carry them.

use std::{borrow::Cow, fmt};

use crate::{Fault, Text, header::lex};

/// Parameters one value may have.
const MAX_PARAMS: usize = 64;

/// Parameters in their order. Names compare without case; values are kept as written, quotes included.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Params(Vec<(Text, Option<Text>)>);

impl Params {
    /// None.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Whether there is a parameter of this name.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The value of a parameter, as written; `None` if there is no such parameter or it has no value.
    pub fn get(&self, name: &str) -> Option<&Text> {
        self.find(name).and_then(|at| self.0[at].1.as_ref())
    }

    /// The value of a parameter without its quotes.
    pub fn unquoted(&self, name: &str) -> Option<Cow<'_, str>> {
        self.get(name).map(|value| lex::unquoted(value))
    }

    /// Sets a parameter; `None` makes it one without a value.
    pub fn set(&mut self, name: impl Into<Text>, value: Option<Text>) {
        let name = name.into();
        match self.find(&name) {
            Some(at) => self.0[at].1 = value,
            None => self.0.push((name, value)),
        }
    }

    /// Takes a parameter away.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&Text, Option<&Text>)> {
        self.0.iter().map(|(name, value)| (name, value.as_ref()))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a name that tells messages apart is there twice: which of them another reader goes by is unknown.
    pub(crate) fn repeats(&self, name: &str) -> bool {
        self.0.iter().filter(|(own, _)| own.eq_ignore_ascii_case(name)).nth(1).is_some()
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|(own, _)| own.eq_ignore_ascii_case(name))
    }

    #[must_use]
    pub(crate) fn detached(&self) -> Self {
        let detach =
            |(name, value): &(Text, Option<Text>)| (name.detached(), value.as_ref().map(Text::detached));
        Self(self.0.iter().map(detach).collect())
    }

    /// Reads what follows the first `;`; `within` is the text it was cut from.
    pub(crate) fn read(within: &Text, list: &str) -> Result<Self, Fault> {
        let mut params = Vec::with_capacity(2);
        for item in lex::split(list, b';') {
            let item = item?;
            if params.len() == MAX_PARAMS {
                return Err(Fault::TooLarge);
            }
            let (name, value) = match item.find('=') {
                Some(at) => (lex::trim(&item[..at]), Some(lex::trim(&item[at + 1..]))),
                None => (lex::trim(item), None),
            };
            if !is_name(name) {
                return Err(Fault::Syntax(if name.is_empty() {
                    "empty parameter"
                } else {
                    "bad parameter name"
                }));
            }
            if !value.is_none_or(is_value) {
                return Err(Fault::Syntax("bad parameter value"));
            }
            params.push((within.part(name), value.map(|value| within.part(value))));
        }
        Ok(Self(params))
    }
}

/// Header parameters are tokens; URI parameters may also hold `[]/:&$` and escapes.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| lex::is_token_byte(b) || b"[]/:&$()".contains(&b))
}

fn is_value(value: &str) -> bool {
    if value.starts_with('"') {
        return lex::quoted_len(value) == Ok(value.len());
    }
    !value.bytes().any(|b| b.is_ascii_whitespace() || b.is_ascii_control() || b"\"<>,;".contains(&b))
}

impl Params {
    pub(crate) fn print(&self, out: &mut impl fmt::Write) -> fmt::Result {
        for (name, value) in &self.0 {
            out.write_char(';')?;
            out.write_str(name)?;
            if let Some(value) = value {
                out.write_char('=')?;
                out.write_str(value)?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(f)
    }
}
