//! Somebody's presence, as phones read it (RFC 3863), with what they are doing (RFC 4480).

use tandem_proto::api::{Activity, Presence, PresenceView};

use super::{Subject, xml::Xml};

/// What RFC 4480 §3.2 knows of what we know. Nothing for who is just there, or not.
const fn activity(presence: Presence) -> Option<&'static str> {
    match presence {
        Presence::Available | Presence::Offline => None,
        Presence::Busy | Presence::Training => Some("busy"),
        Presence::Away | Presence::Break | Presence::Idle => Some("away"),
        Presence::Meal => Some("meal"),
        Presence::Meeting => Some("meeting"),
        Presence::OnQueue => Some("working"),
    }
}

/// The document.
pub(super) fn print(subject: &Subject, presence: &PresenceView) -> String {
    let basic = if presence.primary == Presence::Offline { "closed" } else { "open" };
    let on_call = presence.activity.map(|Activity::OnCall| "on-the-phone");
    let activities: String = activity(presence.primary)
        .into_iter()
        .chain(on_call)
        .map(|activity| format!("<rpid:{activity}/>"))
        .collect();
    let note = presence.message.as_deref().map(|note| format!("<note>{}</note>", Xml(note)));
    let note = note.unwrap_or_default();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n\
         <presence xmlns=\"urn:ietf:params:xml:ns:pidf\" xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\" \
         xmlns:rpid=\"urn:ietf:params:xml:ns:pidf:rpid\" entity=\"{}\">\r\n\
         <tuple id=\"tandem\"><status><basic>{basic}</basic></status></tuple>\r\n\
         {note}<dm:person id=\"person\"><rpid:activities>{activities}</rpid:activities></dm:person>\r\n\
         </presence>\r\n",
        Xml(&subject.uri().to_string())
    )
}

#[cfg(test)]
mod tests {
    use tandem_proto::Timestamp;
    use tandem_sip::Uri;

    use super::*;

    fn shown(primary: Presence, message: Option<&str>, activity: Option<Activity>) -> String {
        let subject = Subject::of(&Uri::sip(Some("1002"), "demo", None)).expect("somebody");
        let message = message.map(ToOwned::to_owned);
        print(&subject, &PresenceView { primary, message, activity, since: Timestamp::from_micros(0) })
    }

    #[test]
    fn who_is_on_the_phone_is_told_with_what_they_say() {
        assert_eq!(
            shown(Presence::Busy, Some("back at 3 < 4"), Some(Activity::OnCall)),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n\
             <presence xmlns=\"urn:ietf:params:xml:ns:pidf\" xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\" xmlns:rpid=\"urn:ietf:params:xml:ns:pidf:rpid\" entity=\"sip:1002@demo\">\r\n\
             <tuple id=\"tandem\"><status><basic>open</basic></status></tuple>\r\n\
             <note>back at 3 &lt; 4</note><dm:person id=\"person\"><rpid:activities><rpid:busy/><rpid:on-the-phone/></rpid:activities></dm:person>\r\n\
             </presence>\r\n"
        );
    }

    #[test]
    fn who_has_no_device_is_closed() {
        let offline = shown(Presence::Offline, None, None);
        assert!(
            offline.contains("<basic>closed</basic>")
                && offline.contains("<rpid:activities></rpid:activities>")
        );
        assert!(!offline.contains("<note>"));
        assert!(shown(Presence::Available, None, None).contains("<basic>open</basic>"));
        assert!(shown(Presence::Meal, None, None).contains("<rpid:meal/>"));
    }
}
