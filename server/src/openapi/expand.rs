//! What of answers can be expanded, said in the description: the parameter with its names, and what is included then.

use tandem_edge::Expansions;
use utoipa::openapi::{
    OpenApi, Ref, RefOr, Required,
    path::{Parameter, ParameterBuilder, ParameterIn},
    schema::{AllOfBuilder, ArrayBuilder, ObjectBuilder, Schema, Type},
};

use super::JSON;

/// The schema of what is included.
const INCLUDED: &str = "Included";
/// What the names of pages' schemas begin with.
const PAGE: &str = "Page_";

pub(super) fn describe(document: &mut OpenApi) {
    let expansions = Expansions::of(document);
    let mut pages = Vec::new();
    for (path, item) in &mut document.paths.paths {
        let names = expansions.names(path);
        let Some(get) = item.get.as_mut().filter(|_| !names.is_empty()) else { continue };
        get.parameters.get_or_insert_default().push(parameter(&names).into());
        let Some(RefOr::T(ok)) = get.responses.responses.get_mut("200") else { continue };
        let Some(RefOr::T(content)) = ok.content.get_mut(JSON) else { continue };
        match &content.schema {
            Some(RefOr::Ref(shape)) if is_page(shape) => pages.extend(named(shape)),
            Some(thing) => {
                let more = ObjectBuilder::new().property("included", Ref::from_schema_name(INCLUDED));
                let both = AllOfBuilder::new().item(thing.clone()).item(more).build();
                content.schema = Some(RefOr::T(Schema::AllOf(both)));
            }
            None => {}
        }
    }
    let schemas = &mut document.components.get_or_insert_default().schemas;
    for page in pages {
        if let Some(RefOr::T(Schema::Object(page))) = schemas.get_mut(&page) {
            page.properties.insert("included".to_owned(), Ref::from_schema_name(INCLUDED).into());
        }
    }
    let mut included = ObjectBuilder::new().schema_type(Type::Object).description(Some(
        "What ids in the answer name, as `expand` asked for it: each thing once, as its list has it.",
    ));
    for list in expansions.lists() {
        let things = ArrayBuilder::new().items(Ref::from_schema_name(list.answer.trim_start_matches(PAGE)));
        included = included.property(&list.name, things);
    }
    schemas.insert(INCLUDED.to_owned(), included.build().into());
}

fn named(shape: &Ref) -> Option<String> {
    Some(shape.ref_location.rsplit('/').next()?.to_owned())
}

fn is_page(shape: &Ref) -> bool {
    named(shape).is_some_and(|name| name.starts_with(PAGE))
}

fn parameter(names: &[&str]) -> Parameter {
    let one = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names.iter().copied()));
    ParameterBuilder::new()
        .name("expand")
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(
            "What these ids name comes with the answer, under `included`: names separated by commas, or the parameter more than once, at most \
             10. What may not be listed is refused as its list is; what may not be seen, and what is beyond 200 of a kind, is not there. The \
             answer's `ETag` is of all of it then, and nothing for `If-Match`.",
        ))
        .schema(Some(ArrayBuilder::new().items(one)))
        .build()
}
