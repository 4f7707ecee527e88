//! Text to [`Flow`], with every fault named by line and field.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    time::Duration,
};

use tandem_proto::{FieldError, limits};
use toml::de::DeTable;

use super::{
    Flow, Hold, Names, Node, NodeIndex, Prompt, SCHEMA, Step,
    fields::{Faults, Fields, wrong_type},
};

const NODE_TYPES: &str = "play, set, menu, collect, queue, hangup";
const DIGITS: &str = "0123456789*#";

/// Reads a flow.
///
/// # Errors
/// Everything that is wrong with it, in the order of the text.
pub fn parse(text: &str, names: &Names) -> Result<Flow, Vec<FieldError>> {
    let mut faults = Faults::new(text);
    if text.len() > limits::FLOW_BYTES {
        faults.add(0..0, "", format!("the text is longer than {} bytes", limits::FLOW_BYTES));
        return Err(faults.into_sorted());
    }
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        faults.add(error.span().unwrap_or(0..0), "", error.message().to_owned());
    }
    if !faults.is_empty() {
        return Err(faults.into_sorted());
    }
    let flow = Parser { names, nodes: BTreeMap::new(), faults }.flow(Fields::new("", 0..0, root.get_ref()));
    flow.map_err(Faults::into_sorted)
}

struct Parser<'n, 't> {
    names: &'n Names,
    /// Index of every node, by name.
    nodes: BTreeMap<String, NodeIndex>,
    faults: Faults<'t>,
}

impl<'t> Parser<'_, 't> {
    fn flow(mut self, mut root: Fields<'_, 't>) -> Result<Flow, Faults<'t>> {
        if root.get("schema").is_none() {
            self.faults.add(0..0, "schema", format!("is missing; write `schema = {SCHEMA}`"));
        } else {
            root.number("schema", SCHEMA..SCHEMA + 1, SCHEMA, &mut self.faults);
        }
        let name = root.text("name", &mut self.faults);
        if let Some((name, span)) = &name
            && name.chars().count() > limits::NAME_CHARS
        {
            self.faults.add(
                span.clone(),
                "name",
                format!("is longer than {} characters", limits::NAME_CHARS),
            );
        }
        let start = root.text("start", &mut self.faults);
        let table = root.table("nodes", &mut self.faults);
        root.finish(&mut self.faults);

        // In the order of the text, so that indices and messages follow it.
        let mut sources: Vec<_> = table.iter().flat_map(|(nodes, _)| nodes.iter()).collect();
        sources.sort_by_key(|(key, _)| key.span().start);
        self.nodes =
            sources.iter().enumerate().map(|(index, (key, _))| (key.get_ref().to_string(), index)).collect();
        let start = start.and_then(|(start, span)| self.target("start".to_owned(), &start, span));

        let mut nodes = Vec::with_capacity(sources.len());
        for (key, value) in &sources {
            let path = format!("nodes.{}", key.get_ref());
            let Some(table) = value.get_ref().as_table() else {
                self.faults.add(value.span(), path, wrong_type("a table", value.get_ref()));
                continue;
            };
            if let Some(step) = self.step(Fields::new(path, key.span(), table)) {
                nodes.push(Node { name: key.get_ref().to_string(), step });
            }
        }
        if let Some(start) = start.filter(|_| self.faults.is_empty()) {
            let reached = reachable(&nodes, start);
            for (index, (key, _)) in sources.iter().enumerate() {
                if !reached.contains(&index) {
                    self.faults.add(key.span(), format!("nodes.{}", key.get_ref()), "is never reached");
                }
            }
        }
        match (name, start) {
            (Some((name, _)), Some(start)) if self.faults.is_empty() => Ok(Flow { name, start, nodes }),
            _ => Err(self.faults),
        }
    }

    fn step(&mut self, mut fields: Fields<'_, 't>) -> Option<Step> {
        let (kind, span) = fields.text("type", &mut self.faults)?;
        let step = match kind.as_str() {
            "play" => self.play(&mut fields),
            "set" => self.set(&mut fields),
            "menu" => self.menu(&mut fields),
            "collect" => self.collect(&mut fields),
            "queue" => self.queue(&mut fields),
            "hangup" => Some(Step::Hangup { sounds: self.sounds(&mut fields, "sounds") }),
            other => {
                let message = format!("{other:?} is not a type of node; there are {NODE_TYPES}");
                self.faults.add(span, fields.field("type"), message);
                return None;
            }
        };
        fields.finish(&mut self.faults);
        step
    }

    fn play(&mut self, fields: &mut Fields<'_, 't>) -> Option<Step> {
        let sounds = self.some_sounds(fields, "sounds");
        let next = self.next(fields, "next");
        Some(Step::Play { sounds, next: next? })
    }

    fn set(&mut self, fields: &mut Fields<'_, 't>) -> Option<Step> {
        let mut attributes = BTreeMap::new();
        for (key, value) in
            fields.table("attributes", &mut self.faults).iter().flat_map(|(table, _)| table.iter())
        {
            match value.get_ref().as_str() {
                Some(text) => drop(attributes.insert(key.get_ref().to_string(), text.to_owned())),
                None => {
                    let field = format!("{}.{}", fields.field("attributes"), key.get_ref());
                    self.faults.add(value.span(), field, wrong_type("a string", value.get_ref()));
                }
            }
        }
        Some(Step::Set { attributes, next: self.next(fields, "next")? })
    }

    fn menu(&mut self, fields: &mut Fields<'_, 't>) -> Option<Step> {
        let prompt = self.prompt(fields);
        let mut choices = BTreeMap::new();
        if let Some((table, span)) = fields.table("choices", &mut self.faults) {
            if table.is_empty() {
                self.faults.add(span, fields.field("choices"), "is empty");
            }
            for (key, value) in table {
                let field = format!("{}.{}", fields.field("choices"), key.get_ref());
                let mut chars = key.get_ref().chars();
                let digit = chars.next().filter(|digit| chars.next().is_none() && DIGITS.contains(*digit));
                let Some(digit) = digit else {
                    self.faults.add(key.span(), field, "must be one of 0-9, * and #");
                    continue;
                };
                match value.get_ref().as_str() {
                    Some(name) => {
                        if let Some(target) = self.target(field, name, value.span()) {
                            choices.insert(digit, target);
                        }
                    }
                    None => self.faults.add(
                        value.span(),
                        field,
                        wrong_type("the name of a node", value.get_ref()),
                    ),
                }
            }
        }
        Some(Step::Menu { prompt, choices, otherwise: self.next(fields, "otherwise")? })
    }

    fn collect(&mut self, fields: &mut Fields<'_, 't>) -> Option<Step> {
        let prompt = self.prompt(fields);
        let into = fields.text("into", &mut self.faults);
        let min = fields.number("min", 1..33, 1, &mut self.faults);
        let max = fields.number("max", 1..33, 32, &mut self.faults);
        if min > max {
            self.faults.add(fields.span.clone(), fields.field("min"), "is more than max");
        }
        let (next, otherwise) = (self.next(fields, "next"), self.next(fields, "otherwise"));
        Some(Step::Collect {
            prompt,
            into: into?.0,
            min: u8::try_from(min).ok()?,
            max: u8::try_from(max).ok()?,
            next: next?,
            otherwise: otherwise?,
        })
    }

    fn queue(&mut self, fields: &mut Fields<'_, 't>) -> Option<Step> {
        let queue = fields.text("queue", &mut self.faults);
        if let (Some((name, span)), Some(known)) = (&queue, &self.names.queues)
            && !known.contains(name)
        {
            self.faults.add(span.clone(), fields.field("queue"), format!("there is no queue {name:?}"));
        }
        let priority = fields.number("priority", -1_000..1_001, 0, &mut self.faults);
        let skills = self.skills(fields);
        let music = self.sounds(fields, "music");
        let announce = fields.number("announce_position_seconds", 0..3_601, 0, &mut self.faults);
        if (1..5).contains(&announce) {
            let message = "must be 0 (never) or at least 5";
            self.faults.add(fields.span.clone(), fields.field("announce_position_seconds"), message);
        }
        let otherwise = fields.optional_text("otherwise", &mut self.faults);
        let otherwise =
            otherwise.and_then(|(name, span)| self.target(fields.field("otherwise"), &name, span));
        let announce_position = (announce > 0).then(|| Duration::from_secs(announce.unsigned_abs()));
        Some(Step::Queue {
            queue: queue?.0,
            priority: i32::try_from(priority).ok()?,
            skills,
            hold: Hold { music, announce_position },
            otherwise,
        })
    }

    fn skills(&mut self, fields: &mut Fields<'_, 't>) -> Vec<(String, u8)> {
        let Some(array) = fields.array("skills", &mut self.faults) else { return Vec::new() };
        let mut skills = Vec::new();
        for item in array.iter() {
            let Some(table) = item.get_ref().as_table() else {
                let message =
                    wrong_type("a table such as { skill = \"English\", level = 3 }", item.get_ref());
                self.faults.add(item.span(), fields.field("skills"), message);
                continue;
            };
            let mut skill = Fields::new(fields.field("skills"), item.span(), table);
            let name = skill.text("skill", &mut self.faults);
            let level = skill.number("level", 0..6, 0, &mut self.faults);
            if let (Some((name, span)), Some(known)) = (&name, &self.names.skills)
                && !known.contains(name)
            {
                self.faults.add(span.clone(), skill.field("skill"), format!("there is no skill {name:?}"));
            }
            skill.finish(&mut self.faults);
            skills.extend(name.map(|(name, _)| name).zip(u8::try_from(level).ok()));
        }
        skills
    }

    fn prompt(&mut self, fields: &mut Fields<'_, 't>) -> Prompt {
        Prompt {
            sounds: self.some_sounds(fields, "sounds"),
            invalid: self.sounds(fields, "invalid"),
            timeout: Duration::from_secs(
                fields.number("timeout_seconds", 1..61, 5, &mut self.faults).unsigned_abs(),
            ),
            attempts: u8::try_from(fields.number("attempts", 1..11, 3, &mut self.faults)).unwrap_or(1),
        }
    }

    fn some_sounds(&mut self, fields: &mut Fields<'_, 't>, name: &'static str) -> Vec<String> {
        let sounds = self.sounds(fields, name);
        if sounds.is_empty()
            && fields.get(name).is_none_or(|value| value.get_ref().as_array().is_some_and(|a| a.is_empty()))
        {
            self.faults.add(fields.span.clone(), fields.field(name), "needs at least one sound");
        }
        sounds
    }

    fn sounds(&mut self, fields: &mut Fields<'_, 't>, name: &'static str) -> Vec<String> {
        let mut sounds = Vec::new();
        for (sound, span) in fields.texts(name, &mut self.faults) {
            let tidy = !sound.is_empty()
                && sound.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if !tidy {
                let message = format!("{sound:?} is not the name of a sound (a-z, 0-9 and -, without .wav)");
                self.faults.add(span, fields.field(name), message);
            } else if self.names.sounds.as_ref().is_some_and(|known| !known.contains(&sound)) {
                self.faults.add(span, fields.field(name), format!("there is no sound {sound:?}"));
            } else {
                sounds.push(sound);
            }
        }
        sounds
    }

    fn next(&mut self, fields: &mut Fields<'_, 't>, name: &'static str) -> Option<NodeIndex> {
        let (target, span) = fields.text(name, &mut self.faults)?;
        self.target(fields.field(name), &target, span)
    }

    fn target(&mut self, field: String, name: &str, span: Range<usize>) -> Option<NodeIndex> {
        let found = self.nodes.get(name).copied();
        if found.is_none() {
            self.faults.add(span, field, format!("there is no node {name:?}"));
        }
        found
    }
}

fn reachable(nodes: &[Node], start: NodeIndex) -> BTreeSet<NodeIndex> {
    let (mut reached, mut todo) = (BTreeSet::from([start]), vec![start]);
    while let Some(index) = todo.pop() {
        todo.extend(nodes[index].step.targets().into_iter().filter(|target| reached.insert(*target)));
    }
    reached
}
