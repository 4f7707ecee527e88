//! Old shapes of events, made into today's on reading. The log is never rewritten.

use serde_json::Value;
use tandem_proto::Payload;

/// Makes the payload of one schema version into that of the next.
pub(crate) type Upcast = fn(Value) -> Value;

/// `(kind, from schema, how)`. A row is added when an event's `SCHEMA` is raised, and stays for ever, as does the golden fixture of
/// the old shape in `tests/golden/`.
const UPCASTS: &[(&str, u16, Upcast)] = &[];

/// The payload in today's shape, and that shape's version.
pub fn upcast(kind: &str, schema: u16, data: Value) -> (u16, Value) {
    upcast_by(UPCASTS, kind, schema, data)
}

/// As [`upcast`], of a text, which is parsed only when there is something to be done to it.
pub(crate) fn payload(kind: &str, schema: u16, text: &str) -> Result<(u16, Payload), serde_json::Error> {
    payload_by(UPCASTS, kind, schema, text)
}

fn payload_by(
    table: &[(&str, u16, Upcast)],
    kind: &str,
    schema: u16,
    text: &str,
) -> Result<(u16, Payload), serde_json::Error> {
    if !table.iter().any(|(of, from, _)| *of == kind && *from == schema) {
        return Ok((schema, Payload::from_text(text)));
    }
    let (schema, data) = upcast_by(table, kind, schema, serde_json::from_str(text)?);
    Ok((schema, Payload::of(&data)?))
}

fn upcast_by(table: &[(&str, u16, Upcast)], kind: &str, mut schema: u16, mut data: Value) -> (u16, Value) {
    while let Some((_, _, step)) = table.iter().find(|(of, from, _)| *of == kind && *from == schema) {
        data = step(data);
        schema += 1;
    }
    (schema, data)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn steps_follow_each_other_and_touch_no_other_kind() {
        let table: &[(&str, u16, Upcast)] = &[
            ("called", 2, |data| json!({ "number": data["to"], "video": false })),
            ("called", 1, |data| json!({ "to": data })),
        ];
        assert_eq!(
            upcast_by(table, "called", 1, json!("100")),
            (3, json!({ "number": "100", "video": false }))
        );
        assert_eq!(upcast_by(table, "called", 3, json!(7)), (3, json!(7)));
        assert_eq!(upcast_by(table, "other", 1, json!(7)), (1, json!(7)));
    }

    #[test]
    fn a_text_is_upcast_as_a_value_and_else_left_as_it_is() {
        let table: &[(&str, u16, Upcast)] = &[("called", 1, |data| json!({ "to": data }))];
        let (schema, data) = payload_by(table, "called", 1, r#""100""#).expect("JSON");
        assert_eq!((schema, data.as_str()), (2, r#"{"to":"100"}"#));
        let (schema, data) = payload_by(table, "called", 2, "{ \"b\": 1,\"a\":2 }").expect("not looked at");
        assert_eq!((schema, data.as_str()), (2, "{ \"b\": 1,\"a\":2 }"));
        assert!(payload_by(table, "called", 1, "{").is_err());
    }
}
