//! What mails say, as text and as simple HTML. What people wrote is escaped; a subject is one line.

use std::fmt::Write as _;

use super::Occasion;

/// A mail to one person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Letter {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

/// Says that somebody is invited.
pub(super) fn invitation(org: &str, display_name: &str, login: &str, link: &str, lifetime: &str) -> Letter {
    letter(
        format!("You are invited to {org} on Tandem"),
        &[
            format!("Hello {display_name},"),
            format!("you are invited to join {org}. Your login name is {login}; choose a password here:"),
        ],
        Some(("Join", link)),
        &[format!("The link works once, for {lifetime}. If you did not expect this, do nothing.")],
    )
}

/// Says how to choose another password.
pub(super) fn reset(org: &str, display_name: &str, login: &str, link: &str, lifetime: &str) -> Letter {
    letter(
        format!("A new password for {login} at {org}"),
        &[
            format!("Hello {display_name},"),
            format!("somebody, you we hope, asked for a new password for {login} at {org}. Choose it here:"),
        ],
        Some(("Choose a password", link)),
        &[format!(
            "The link works once, for {lifetime}. If you did not ask for this, do nothing: your password stays."
        )],
    )
}

/// Says what was done with an account.
pub(super) fn notice(occasion: Occasion, org: &str, display_name: &str, login: &str) -> Letter {
    let (subject, what, and_so) = match occasion {
        Occasion::PasswordReset => (
            "has a new password",
            "was given a new password, by a link in a mail to you",
            "You are signed out everywhere, and your access tokens and the apps you allowed do not work any more. Passkeys and the second \
             factor stay: look whether they are all yours.",
        ),
        Occasion::PasswordChanged => (
            "has a new password",
            "was given a new password, by somebody who was signed in and knew the one before",
            "It is signed out everywhere else.",
        ),
        Occasion::AddressChanged => (
            "gets mail elsewhere",
            "gets its mail at another address from now on",
            "An administrator set it. This is the last mail to this address.",
        ),
    };
    letter(
        format!("{login} at {org} {subject}"),
        &[
            format!("Hello {display_name},"),
            format!("your account {login} at {org} {what}."),
            and_so.to_owned(),
        ],
        None,
        &["If this was not meant by you, tell an administrator of your organisation at once.".into()],
    )
}

fn letter(subject: String, before: &[String], action: Option<(&str, &str)>, after: &[String]) -> Letter {
    let paragraphs =
        |all: &[String]| all.iter().map(|each| format!("<p>{}</p>\n", escaped(each))).collect::<String>();
    let (mut text, mut html) = (before.join("\n\n"), paragraphs(before));
    if let Some((action, link)) = action {
        let _ = write!(text, "\n\n{link}");
        let link = escaped(link);
        let _ = write!(
            html,
            "<p><a href=\"{link}\">{action}</a></p>\n<p style=\"word-break:break-all\">{link}</p>\n"
        );
    }
    let _ = writeln!(text, "\n\n{}", after.join("\n\n"));
    let html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title></head>\n\
         <body style=\"font-family:sans-serif;line-height:1.5\">\n{html}{}</body></html>\n",
        escaped(&subject),
        paragraphs(after),
    );
    Letter { subject: one_line(&subject), text, html }
}

/// Without what controls: a header ends where a line does.
pub(super) fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
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
        let link = "https://tandem.example/join#tdi_x";
        let letter = invitation("Acme\r\nBcc: x@evil.example", "<b>Mia</b> & \"co\"", "mia", link, "7 days");
        assert_eq!(letter.subject, "You are invited to Acme Bcc: x@evil.example on Tandem");
        assert!(letter.text.contains("Hello <b>Mia</b> & \"co\",") && letter.text.contains(link));
        assert!(
            letter.html.contains("Hello &lt;b&gt;Mia&lt;/b&gt; &amp; &quot;co&quot;,"),
            "{}",
            letter.html
        );
        assert!(letter.text.contains("for 7 days"), "{}", letter.text);
        assert!(!letter.html.contains("<b>") && letter.html.contains(&format!("href=\"{link}\"")));
    }
}
