//! Which carrier a call goes out by, and how it wants numbers to be written. Pure.

use tandem_proto::api::{DialFormat, Trunk, TrunkOut};

use super::is_e164;

/// A carrier calls can go out by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Outward {
    /// Name.
    pub name: String,
    /// Where it is, and how it wants to be asked.
    pub out: TrunkOut,
}

/// Those of an org's trunks that calls to a number go out by.
pub(crate) fn outward(trunks: Vec<Trunk>, number: &str) -> Vec<Outward> {
    let takes = |out: &TrunkOut| is_e164(number) || out.emergency.iter().any(|each| each == number);
    let one = |Trunk { name, out, .. }: Trunk| Some(Outward { name, out: out.filter(takes)? });
    trunks.into_iter().filter_map(one).collect()
}

/// The order in which carriers are tried: the smallest priority first, and among equals by chance, in proportion to weights, as RFC 2782
/// has it for hosts. Those that `rests` says have just failed come last: a call that nobody else takes is worth another try. `draw` gives a
/// number below its argument, which is never 0.
pub(crate) fn order(
    mut trunks: Vec<Outward>,
    rests: impl Fn(&str) -> bool,
    mut draw: impl FnMut(u32) -> u32,
) -> Vec<Outward> {
    let mut ordered = Vec::with_capacity(trunks.len());
    while let Some(first) = trunks.iter().map(|trunk| (rests(&trunk.name), trunk.out.priority)).min() {
        let (mut group, others): (Vec<_>, Vec<_>) =
            trunks.into_iter().partition(|trunk| (rests(&trunk.name), trunk.out.priority) == first);
        while !group.is_empty() {
            ordered.push(group.swap_remove(chosen(&group, &mut draw)));
        }
        trunks = others;
    }
    ordered
}

/// One of equals, by weight; one without any weight is chosen as seldom as can be.
fn chosen(group: &[Outward], draw: &mut impl FnMut(u32) -> u32) -> usize {
    // A hundred times, so that a weight of 0 is not the same as 1.
    let weights = || group.iter().map(|trunk| (u32::from(trunk.out.weight) * 100).max(1));
    let drawn = draw(weights().sum());
    let mut up_to = 0;
    let ends = weights().map(|weight| {
        up_to += weight;
        up_to
    });
    ends.into_iter().position(|end| drawn < end).unwrap_or(0)
}

/// An E.164 number as a carrier wants it. One of emergency services is what it is everywhere.
pub(crate) fn written(number: &str, format: DialFormat) -> String {
    let Some(digits) = number.strip_prefix('+') else { return number.to_owned() };
    match format {
        DialFormat::Plus => format!("+{digits}"),
        DialFormat::Digits => digits.to_owned(),
        DialFormat::DoubleZero => format!("00{digits}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn trunk(name: &str, priority: u16, weight: u16) -> Outward {
        let out = json!({ "host": "192.0.2.1", "priority": priority, "weight": weight });
        Outward { name: name.to_owned(), out: serde_json::from_value(out).expect("settings") }
    }

    fn names(ordered: &[Outward]) -> Vec<&str> {
        ordered.iter().map(|trunk| trunk.name.as_str()).collect()
    }

    #[test]
    fn priority_goes_before_weight_and_rest_before_both() {
        let trunks = vec![trunk("last", 9, 100), trunk("first", 1, 1), trunk("tired", 0, 100)];
        let ordered = order(trunks, |name| name == "tired", |_| 0);
        assert_eq!(names(&ordered), ["first", "last", "tired"]);
    }

    #[test]
    fn emergencies_go_by_who_connects_them() {
        let trunks = || {
            let out = |value| serde_json::from_value(value).expect("settings");
            let trunk =
                |name: &str, out| Trunk { name: name.to_owned(), network: None, out, has_secret: false };
            vec![
                trunk("all", out(json!({ "host": "192.0.2.1", "emergency": ["112", "110"] }))),
                trunk("usual", out(json!({ "host": "192.0.2.2" }))),
                trunk("in", None),
            ]
        };
        for (number, found) in
            [("112", vec!["all"]), ("911", vec![]), ("+442079460000", vec!["all", "usual"])]
        {
            assert_eq!(names(&outward(trunks(), number)), found, "{number}");
        }
    }

    #[test]
    fn equals_share_by_weight() {
        let mut firsts: BTreeMap<String, u32> = BTreeMap::new();
        for drawn in 0..400 {
            let trunks = vec![trunk("three", 0, 3), trunk("one", 0, 1), trunk("none", 0, 0)];
            let mut draws = 0;
            let ordered = order(
                trunks,
                |_| false,
                |below| {
                    draws += 1;
                    if draws == 1 { drawn * below / 400 } else { 0 }
                },
            );
            assert_eq!(ordered.len(), 3);
            *firsts.entry(ordered[0].name.clone()).or_default() += 1;
        }
        assert!((295..=305).contains(&firsts["three"]) && (95..=105).contains(&firsts["one"]), "{firsts:?}");
        assert_eq!(names(&order(vec![trunk("none", 0, 0)], |_| false, |_| 0)), ["none"]);
    }

    #[test]
    fn numbers_are_written_as_the_carrier_wants_them() {
        for (format, number) in [
            (DialFormat::Plus, "+442079460000"),
            (DialFormat::Digits, "442079460000"),
            (DialFormat::DoubleZero, "00442079460000"),
        ] {
            assert_eq!(written("+442079460000", format), number);
            assert_eq!(written("112", format), "112");
        }
    }
}
