//! What mails say, as text and as simple HTML. What people wrote is escaped; a subject is one line.

use std::fmt::Write as _;

/// A mail to one person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Letter {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

/// Says that somebody is invited.
pub(super) fn invitation(org: &str, display_name: &str, login: &str, link: &str) -> Letter {
    letter(
        format!("You are invited to {org} on Tandem"),
        &[
            format!("Hello {display_name},"),
            format!("you are invited to join {org}. Your login name is {login}; choose a password here:"),
        ],
        ("Join", link),
        &["The link works once, for seven days. If you did not expect this, do nothing.".into()],
    )
}

/// Says how to choose another password.
pub(super) fn reset(org: &str, display_name: &str, login: &str, link: &str) -> Letter {
    letter(
        format!("A new password for {login} at {org}"),
        &[
            format!("Hello {display_name},"),
            format!("somebody, you we hope, asked for a new password for {login} at {org}. Choose it here:"),
        ],
        ("Choose a password", link),
        &["The link works once, for 30 minutes. If you did not ask for this, do nothing: your password stays.".into()],
    )
}

fn letter(subject: String, before: &[String], (action, link): (&str, &str), after: &[String]) -> Letter {
    let mut text = before.join("\n\n");
    let _ = write!(text, "\n\n{link}\n\n{}\n", after.join("\n\n"));
    let paragraphs =
        |all: &[String]| all.iter().map(|each| format!("<p>{}</p>\n", escaped(each))).collect::<String>();
    let link = escaped(link);
    let html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title></head>\n\
         <body style=\"font-family:sans-serif;line-height:1.5\">\n{}<p><a href=\"{link}\">{action}</a></p>\n\
         <p style=\"word-break:break-all\">{link}</p>\n{}</body></html>\n",
        escaped(&subject),
        paragraphs(before),
        paragraphs(after),
    );
    Letter { subject: subject.split_whitespace().collect::<Vec<_>>().join(" "), text, html }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_stays_text() {
        let link = "https://tandem.example/join/tdi_x";
        let letter = invitation("Acme\r\nBcc: x@evil.example", "<b>Mia</b> & \"co\"", "mia", link);
        assert_eq!(letter.subject, "You are invited to Acme Bcc: x@evil.example on Tandem");
        assert!(letter.text.contains("Hello <b>Mia</b> & \"co\",") && letter.text.contains(link));
        assert!(
            letter.html.contains("Hello &lt;b&gt;Mia&lt;/b&gt; &amp; &quot;co&quot;,"),
            "{}",
            letter.html
        );
        assert!(!letter.html.contains("<b>") && letter.html.contains(&format!("href=\"{link}\"")));
    }
}
