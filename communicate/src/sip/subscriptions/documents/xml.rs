//! Text in XML documents.

use std::fmt;

/// Text as it stands in an element or a quoted attribute: what would end it is escaped, what XML cannot hold is left out. Line ends and
/// tabs become spaces, as they would when an attribute is read (XML 1.0 §3.3.3).
#[derive(Clone, Copy, Debug)]
pub(super) struct Xml<'a>(pub &'a str);

impl fmt::Display for Xml<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        for char in self.0.chars() {
            match char {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&apos;")?,
                '\t' | '\n' | '\r' => f.write_char(' ')?,
                '\u{FFFE}' | '\u{FFFF}' => {}
                control if control < ' ' => {}
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_what_it_stands_in() {
        let shown = Xml("</note> & \"Ann\" <ann@demo>\r\n\u{0}\u{1b}\u{FFFF}it's é 🙂").to_string();
        assert_eq!(shown, "&lt;/note&gt; &amp; &quot;Ann&quot; &lt;ann@demo&gt;  it&apos;s é 🙂");
    }
}
