//! Checks of what people send.

use tandem_edge::Invalid;
use tandem_outbound::{Networks, Target};
use tandem_proto::{api::WebhookSettings, limits::NAME_CHARS};

/// Kinds a webhook may name.
const KINDS: usize = 100;
/// A kind, characters.
const KIND_CHARS: usize = 100;

/// Settings that can be taken.
#[derive(Clone, Debug)]
pub(super) struct Checked {
    pub(super) name: String,
    pub(super) url: String,
    pub(super) kinds: Vec<String>,
    pub(super) paused: bool,
}

/// Checks settings, and writes them as they are kept.
///
/// # Errors
/// Names the field at fault.
pub(super) fn settings(settings: WebhookSettings, networks: &Networks) -> Result<Checked, Invalid> {
    let WebhookSettings { name, url, mut kinds, paused } = settings;
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > NAME_CHARS {
        return Err(Invalid::new("name", format!("1 to {NAME_CHARS} characters")));
    }
    let target = Target::read(url.trim(), networks).map_err(|why| Invalid::new("url", why))?;
    let url = target.as_str().to_owned();
    if kinds.len() > KINDS {
        return Err(Invalid::new("kinds", format!("at most {KINDS}")));
    }
    for (index, kind) in kinds.iter().enumerate() {
        if !is_kind(kind) {
            let why = "must be a kind of event, as call.ended or call.*";
            return Err(Invalid::new(format!("kinds[{index}]"), why));
        }
    }
    kinds.sort_unstable();
    kinds.dedup();
    Ok(Checked { name, url, kinds, paused })
}

fn is_kind(text: &str) -> bool {
    let name = text.strip_suffix('*').unwrap_or(text);
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '_';
    !text.is_empty() && text.len() <= KIND_CHARS && name.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(name: &str, url: &str, kinds: &[&str]) -> Option<String> {
        let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        let wanted = WebhookSettings { name: name.into(), url: url.into(), kinds, paused: false };
        settings(wanted, &Networks::default()).err().map(|invalid| invalid.field)
    }

    #[test]
    fn the_field_at_fault_is_named() {
        let url = "https://crm.example/";
        assert_eq!(fault("CRM", url, &["call.*", "chat.message.posted", "*"]), None);
        assert_eq!(fault(" ", url, &[]).as_deref(), Some("name"));
        assert_eq!(fault(&"x".repeat(121), url, &[]).as_deref(), Some("name"));
        assert_eq!(fault("CRM", "http://crm.example/", &[]).as_deref(), Some("url"));
        for wrong in ["", "Call.ended", "call.*.x", "call ended", "**", &"a".repeat(101)] {
            assert_eq!(fault("CRM", url, &["a.b", wrong]).as_deref(), Some("kinds[1]"), "{wrong}");
        }
        assert_eq!(fault("CRM", url, &["a"; 101]).as_deref(), Some("kinds"));
    }

    #[test]
    fn kinds_are_kept_once_and_in_order() {
        let wanted = WebhookSettings {
            name: " CRM ".into(),
            url: " https://CRM.example ".into(),
            kinds: vec!["b".into(), "a".into(), "b".into()],
            paused: false,
        };
        let checked = settings(wanted, &Networks::default()).expect("fine");
        assert_eq!((checked.name.as_str(), checked.url.as_str()), ("CRM", "https://crm.example/"));
        assert_eq!(checked.kinds, ["a", "b"]);
    }
}
