//! Callers walking flows.

use std::{sync::Arc, time::Duration};

use tandem_engage::flow::{FlowCommand, FlowInput, FlowRun, Names, parse};

fn run(nodes: &str) -> FlowRun {
    let text = format!("schema = 1\nname = \"test\"\nstart = \"start\"\n{nodes}");
    FlowRun::new(Arc::new(parse(&text, &Names::default()).unwrap_or_else(|faults| panic!("{faults:?}"))))
}

fn play(sounds: &[&str]) -> FlowCommand {
    FlowCommand::Play(sounds.iter().map(|sound| (*sound).to_owned()).collect())
}

fn set(name: &str, value: &str) -> FlowCommand {
    FlowCommand::Set([(name.to_owned(), value.to_owned())].into())
}

const STOP: FlowCommand = FlowCommand::Timer(None);
const FIVE: FlowCommand = FlowCommand::Timer(Some(Duration::from_secs(5)));

const MENU: &str = r#"
    [nodes.start]
    type = "menu"
    sounds = ["question"]
    invalid = ["what"]
    attempts = 2
    choices = { 1 = "one", "*" = "star" }
    otherwise = "bye"
    [nodes.one]
    type = "set"
    attributes = { choice = "one" }
    next = "star"
    [nodes.star]
    type = "queue"
    queue = "Support"
    priority = 2
    skills = [{ skill = "English", level = 3 }]
    otherwise = "bye"
    [nodes.bye]
    type = "hangup"
    sounds = ["bye"]
"#;

#[test]
fn a_key_interrupts_the_question_and_leads_on() {
    let mut run = run(MENU);
    assert_eq!(run.handle(FlowInput::Begin), [play(&["question"])]);
    let commands = run.handle(FlowInput::Digit('1'));
    assert_eq!(commands[..2], [STOP, set("choice", "one")]);
    let FlowCommand::Enqueue(enqueue) = &commands[2] else { panic!("{commands:?}") };
    assert_eq!((enqueue.queue.as_str(), enqueue.priority), ("Support", 2));
    assert_eq!(enqueue.skills, [("English".to_owned(), 3)]);
    assert_eq!(run.handle(FlowInput::Digit('1')), [], "keys mean nothing while waiting");
    assert_eq!(run.handle(FlowInput::QueueRefused), [STOP, play(&["bye"])]);
    assert_eq!(run.handle(FlowInput::Played), [FlowCommand::Hangup]);
}

#[test]
fn a_question_is_asked_as_often_as_said() {
    let mut run = run(MENU);
    run.handle(FlowInput::Begin);
    assert_eq!(run.handle(FlowInput::Played), [FIVE]);
    assert_eq!(run.handle(FlowInput::Timeout), [STOP, play(&["what", "question"])]);
    assert_eq!(run.handle(FlowInput::Digit('9')), [STOP, play(&["bye"])]);
}

const COLLECT: &str = r#"
    [nodes.start]
    type = "collect"
    sounds = ["number"]
    into = "customer"
    min = 2
    max = 4
    attempts = 2
    next = "end"
    otherwise = "end"
    [nodes.end]
    type = "hangup"
"#;

#[test]
fn digits_are_collected_up_to_the_most_or_the_hash() {
    for (keys, noted) in [("1234", "1234"), ("12#", "12")] {
        let mut run = run(COLLECT);
        run.handle(FlowInput::Begin);
        let commands: Vec<_> = keys.chars().flat_map(|key| run.handle(FlowInput::Digit(key))).collect();
        assert!(
            commands.ends_with(&[set("customer", noted), STOP, FlowCommand::Hangup]),
            "{keys}: {commands:?}"
        );
    }
}

#[test]
fn too_few_digits_are_asked_for_again_and_then_given_up() {
    let mut run = run(COLLECT);
    run.handle(FlowInput::Begin);
    assert_eq!(run.handle(FlowInput::Digit('1')), [FIVE]);
    assert_eq!(run.handle(FlowInput::Timeout), [STOP, play(&["number"])]);
    assert_eq!(
        run.handle(FlowInput::Digit('#')),
        [STOP, FlowCommand::Hangup],
        "the first attempt's digit is forgotten"
    );
}

#[test]
fn a_flow_that_goes_round_in_circles_ends_the_call() {
    let mut run = run(r#"
        [nodes.start]
        type = "set"
        attributes = { a = "1" }
        next = "start"
        "#);
    assert_eq!(run.handle(FlowInput::Begin).last(), Some(&FlowCommand::Hangup));
    let mut run = run_of_play();
    let mut commands = run.handle(FlowInput::Begin);
    for _ in 0..2_000 {
        commands = run.handle(FlowInput::Played);
        if commands.contains(&FlowCommand::Hangup) {
            return;
        }
    }
    panic!("still going: {commands:?}");
}

fn run_of_play() -> FlowRun {
    run("[nodes.start]\ntype = \"play\"\nsounds = [\"a\"]\nnext = \"start\"\n")
}
